using Agent.Node.Capture;
using Agent.Node.Decoding;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Tests.Capture;

/// <summary>What both formats have in common.</summary>
public sealed class CaptureReaderTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"capture-reader-{Guid.NewGuid():N}");

    /// <summary>A packet read, to compare.</summary>
    internal sealed record Read(LinkType Link, long Time, int OriginalLength, string Bytes);

    [Theory]
    [InlineData("68656c6c6f2c20776f726c642121212121212121212121", "unknown file format")]
    [InlineData("d4c3", "unknown file format")]
    [InlineData("d4c3b2a102000400", "only 8 bytes of the file's header")]
    [InlineData("d4c3b2a103000400000000000000000000000400010000000000", "unknown version 3.4")]
    [InlineData("d4c3b2a1020004000000000000000000000004009300000000000000", "link type 147 ")]
    [InlineData("0a0d0d0a1c0000004d3c2b1a", "only 12 bytes of a section's header")]
    [InlineData("0a0d0d0a1c00000011223344010000000000000000000000000000001c000000", "doesn't say its byte order")]
    [InlineData("0a0d0d0a1c0000004d3c2b1a020000000000000000000000000000001c000000", "unknown version 2 ")]
    public void What_is_no_capture_says_why(string content, string error) =>
        Should.Throw<CaptureException>(() => PacketsOf(Convert.FromHexString(content))).Message.ShouldContain(error);

    [Theory]
    [InlineData("pcap")]
    [InlineData("nsecpcap")]
    [InlineData("pcapng")]
    [InlineData("modpcap")]
    public void Every_capture_of_these_tests_is_read_as_libpcap_reads_it_in_each_of_Wireshark_s_formats(string format)
    {
        var converted = 0;
        foreach (var file in Directory.EnumerateFiles(Captures.Folder, "*.pcap", SearchOption.AllDirectories))
        {
            // Some link types have no number in some formats.
            if (!Converts(format, file, _path))
            {
                continue;
            }

            converted++;
            var expected = OfLibpcap(_path);
            var read = PacketsOf(File.ReadAllBytes(_path));
            read.ShouldBe(expected, $"{file} as {format}");
        }
        converted.ShouldBeGreaterThan(40);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_stream_that_gives_a_byte_at_a_time_gives_the_same_packets(bool isBigEndian, bool isPcapng)
    {
        var craft = new CaptureCraft(isBigEndian);
        _ = isPcapng ? craft.Section().Interface() : craft.Pcap(0xa1b2c3d4);
        for (var packet = 0; packet < 50; packet++)
        {
            var bytes = Packet(packet * 7);
            _ = isPcapng ? craft.Enhanced(0, (ulong)packet, bytes) : craft.Record(1, (uint)packet, bytes);
        }

        PacketsOf(new Trickle(craft.Bytes)).ShouldBe(PacketsOf(craft.Bytes));
        PacketsOf(craft.Bytes).Count.ShouldBe(50);
    }

    [Theory]
    [InlineData(262_145)]
    [InlineData(10_000_000)]
    [InlineData(64 << 20)]
    public void A_packet_longer_than_any_frame_is_read_whole(int length)
    {
        var packet = Packet(length);
        foreach (var file in new[]
        {
            new CaptureCraft(false).Pcap(0xa1b2c3d4).Record(1, 2, Packet(60)).Record(1, 2, packet).Record(1, 2, Packet(61)).Bytes,
            new CaptureCraft(true).Section().Interface().Enhanced(0, 1, Packet(60)).Enhanced(0, 1, packet).Enhanced(0, 1, Packet(61)).Bytes,
        })
        {
            var reader = CaptureReader.Open("a", new MemoryStream(file));
            reader.Read().ShouldBeTrue();
            reader.Packets[0].Length.ShouldBe(60);
            reader.Read().ShouldBeTrue();
            reader.Block.Slice(reader.Packets[0].Start, reader.Packets[0].Length).SequenceEqual(packet).ShouldBeTrue();
            // What comes behind a long one is still read, at once or next.
            (reader.Packets.Length > 1 || reader.Read()).ShouldBeTrue();
            reader.Packets[^1].Length.ShouldBe(61);
            reader.Read().ShouldBeFalse();
        }
    }

    [Fact]
    public void A_length_no_packet_has_costs_no_memory_and_is_refused()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<CaptureException>(() => PacketsOf(new CaptureCraft(false).Pcap(0xa1b2c3d4).Put(Convert.FromHexString("0000000000000000010000040100000400")).Bytes))
            .Message.ShouldBe("a: a packet of 67108865 bytes, 67108864 are the most there can be (after 0 packets)");
        Should.Throw<CaptureException>(() => PacketsOf(new CaptureCraft(false).Pcap(0xa1b2c3d4).Put(Convert.FromHexString("0000000000000000000000040000000400")).Bytes))
            .Message.ShouldBe("a: truncated dump file; only 1 of a packet's 67108864 bytes (after 0 packets)");
        Should.Throw<CaptureException>(() => PacketsOf(new CaptureCraft(false).Section().Interface().Block(6, new byte[20], head: 0x03ffff00).Bytes))
            .Message.ShouldBe("a: truncated dump file; only 32 of a block's 67108608 bytes (after 0 packets)");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4 << 20);
    }

    [Fact]
    public void Reading_allocates_nothing_per_packet()
    {
        const int packets = 20_000;
        var (pcap, ng) = (new CaptureCraft(false).Pcap(0xa1b2c3d4), new CaptureCraft(true).Section().Interface());
        for (var packet = 0; packet < packets; packet++)
        {
            pcap.Record(1, 1, Packet(100));
            ng.Enhanced(0, 1, Packet(100));
        }
        foreach (var (file, filter) in new[] { (pcap.Bytes, null), (pcap.Bytes, "ip"), (ng.Bytes, null), (ng.Bytes, "not ip") })
        {
            File.WriteAllBytes(_path, file);
            using var input = CaptureInput.Open(_path);
            using var capture = new CaptureFile(input, filter);
            capture.Read().ShouldBeTrue();
            Allocated.ShouldBeNothingPerPacket(packets, () =>
            {
                while (capture.Read())
                {
                    // All of it.
                }
            });
        }
    }

    [Fact]
    public void Libpcap_s_packets_are_read_where_they_lie_without_an_object_each()
    {
        const int packets = 20_000;
        var file = new CaptureCraft(false).Pcap(0xa1b2c3d4);
        for (var packet = 0; packet < packets; packet++)
        {
            file.Record(1, 1, Packet(100));
        }

        File.WriteAllBytes(_path, file.Bytes);
        using var device = OpenWithLibpcap(_path);
        var reader = new PacketReader(device);
        var length = 0;
        Read(1000);
        Allocated.ShouldBeNothingPerPacket(packets - 1000, () => Read(packets - 1000));
        length.ShouldBe(100 * packets);
        reader.Read().ShouldBe(GetPacketStatus.NoRemainingPackets);

        void Read(int count)
        {
            for (var packet = 0; packet < count; packet++)
            {
                reader.Read();
                length += reader.Packet.Length;
            }
        }
    }

    [Theory]
    [InlineData("ip")]
    [InlineData("greater 100")]
    [InlineData("udp port 4789 or vlan")]
    [InlineData("not ip6 and len < 90")]
    public void A_filter_takes_the_packets_libpcap_takes(string filter)
    {
        var taken = 0;
        foreach (var file in Directory.EnumerateFiles(Captures.Folder, "*.pcap", SearchOption.AllDirectories))
        {
            List<Read> expected;
            try
            {
                expected = OfLibpcap(file, filter);
            }
            catch (PcapException)
            {
                // Not every filter is one of every link type.
                Should.Throw<FilterException>(() => PacketsOf(File.ReadAllBytes(file), filter));
                continue;
            }
            PacketsOf(File.ReadAllBytes(file), filter).ShouldBe(expected, file);
            taken += expected.Count;
        }
        taken.ShouldBeGreaterThan(5);
    }

    public void Dispose() => File.Delete(_path);

    internal static byte[] Packet(int length)
    {
        var packet = new byte[length];
        new Random(length).NextBytes(packet);
        return packet;
    }

    internal static List<Read> PacketsOf(byte[] file, string? filter = null) => PacketsOf(new MemoryStream(file), filter);

    internal static List<Read> PacketsOf(Stream stream, string? filter = null)
    {
        var reader = CaptureReader.Open("a", stream);
        using var selection = filter is null ? null : new PacketFilter(filter);
        var packets = new List<Read>();
        while (reader.Read())
        {
            var selected = selection is null ? reader.Packets : reader.Packets[..selection.Select(reader.Format, reader.Block, reader.Packets)];
            foreach (ref readonly var packet in selected)
            {
                packets.Add(new Read(reader.Link, packet.Time, packet.OriginalLength, Convert.ToHexString(reader.Block.Slice(packet.Start, packet.Length))));
            }
        }
        return packets;
    }

    private static List<Read> OfLibpcap(string file, string? filter = null)
    {
        using var device = OpenWithLibpcap(file);
        if (filter is not null)
        {
            device.Filter = filter;
        }

        var reader = new PacketReader(device);
        var packets = new List<Read>();
        while (reader.Read() == GetPacketStatus.PacketRead)
        {
            // To libpcap a pcap file's seconds have a sign, and what's later than 2038 is before 1970.
            const long signed = (1L << 32) * 1_000_000_000;
            packets.Add(new Read(reader.Link, reader.Time < 0 ? reader.Time + signed : reader.Time, reader.OriginalLength, Convert.ToHexString(reader.Packet)));
        }

        return packets;
    }

    private static CaptureFileReaderDevice OpenWithLibpcap(string file)
    {
        var device = new CaptureFileReaderDevice(file);
        device.Open(new DeviceConfiguration { TimestampResolution = TimestampResolution.Nanosecond });
        return device;
    }

    private static bool Converts(string format, string from, string to)
    {
        using var process = System.Diagnostics.Process.Start("editcap", ["-F", format, from, to]);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1)]);
    }
}
