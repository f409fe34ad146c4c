namespace Benchmarks.Flows;

/// <summary>The capture files the tools are measured with, byte for byte the same in every run.</summary>
internal static class CaptureFiles
{
    internal const int Packets = 2_000_000;
    private const int Seed = 20231114;
    private const int SkewedFlows = 50_000;
    private const int StepNanoseconds = 10_000;
    private const uint NanosecondMagic = 0xa1b23c4d;
    private const int SnapLength = 262_144;
    private const int Ethernet = 1;

    /// <summary>50,000 flows, a tenth of which make almost half of the packets.</summary>
    internal static void WritePlain(string path) => WriteSkewed(path, inTunnels: false);

    /// <summary>The same flows inside five kinds of tunnel.</summary>
    internal static void WriteTunnel(string path) => WriteSkewed(path, inTunnels: true);

    /// <summary>A million flows of a packet each way, all packets shuffled.</summary>
    internal static void WriteMany(string path)
    {
        var order = Enumerable.Range(0, Packets).ToArray();
        new Random(Seed).Shuffle(order);
        var seen = new bool[Packets / 2];
        Write(path, i =>
        {
            var flow = order[i] / 2;
            var isAnswer = seen[flow];
            seen[flow] = true;
            return SyntheticCapture.Packet(flow, isAnswer, inTunnel: false);
        });
    }

    /// <summary>The packets of a file of these as pcapng has them, of one interface with nanoseconds.</summary>
    internal static void WritePcapng(string pcap, string path)
    {
        const int fileHeaderLength = 24;
        const int blockLength = 32;
        const uint section = 0x0a0d0d0a;
        const uint byteOrder = 0x1a2b3c4d;
        const uint enhancedPacket = 6;
        const long nanosecondsPerSecond = 1_000_000_000;
        using var packets = new BinaryReader(new BufferedStream(File.OpenRead(pcap), 1 << 20));
        packets.ReadBytes(fileHeaderLength);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        using var file = new BinaryWriter(stream);
        Write(section, 28, byteOrder, 1, uint.MaxValue, uint.MaxValue, 28);
        // Link type, snapshot length, and an option: nine digits of a second.
        Write(1, 28, Ethernet, SnapLength, 9 | (1 << 16), 9, 28);
        for (var i = 0; i < Packets; i++)
        {
            var time = (packets.ReadUInt32() * nanosecondsPerSecond) + packets.ReadUInt32();
            var length = packets.ReadInt32();
            packets.ReadInt32();
            var padding = -length & 3;
            var whole = (uint)(blockLength + length + padding);
            Write(enhancedPacket, whole, 0, (uint)(time >> 32), (uint)time, (uint)length, (uint)length);
            file.Write(packets.ReadBytes(length));
            file.Write(new byte[padding]);
            file.Write(whole);
        }
        file.Flush();
        stream.Flush(flushToDisk: true);

        void Write(params ReadOnlySpan<uint> numbers)
        {
            foreach (var number in numbers)
            {
                file.Write(number);
            }
        }
    }

    private static void WriteSkewed(string path, bool inTunnels)
    {
        var random = new Random(Seed);
        Write(path, _ => SyntheticCapture.Packet((int)(Math.Pow(random.NextDouble(), 3) * SkewedFlows), random.Next(2) == 0, inTunnels));
    }

    private static void Write(string path, Func<int, byte[]> packet)
    {
        const int nanosecondsPerSecond = 1_000_000_000;
        const int firstSecond = 1_700_000_000;
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        using var file = new BinaryWriter(stream);
        file.Write(NanosecondMagic);
        file.Write((ushort)2);
        file.Write((ushort)4);
        file.Write(0L);
        file.Write(SnapLength);
        file.Write(Ethernet);
        for (var i = 0; i < Packets; i++)
        {
            var bytes = packet(i);
            var time = (long)i * StepNanoseconds;
            file.Write((uint)(firstSecond + (time / nanosecondsPerSecond)));
            file.Write((uint)(time % nanosecondsPerSecond));
            file.Write(bytes.Length);
            file.Write(bytes.Length);
            file.Write(bytes);
        }
        file.Flush();
        // To the disk now, not while tools are measured.
        stream.Flush(flushToDisk: true);
    }
}
