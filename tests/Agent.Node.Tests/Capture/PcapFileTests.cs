using System.Buffers.Binary;
using Agent.Node.Capture;
using SharpPcap;

namespace Agent.Node.Tests.Capture;

public sealed class PcapFileTests : IDisposable
{
    private const int FileHeaderLength = 24;
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"pcap-file-{Guid.NewGuid():N}.pcap");

    [Theory]
    [InlineData(0xa1b2c3d4, 262_144)]
    [InlineData(0xa1b23c4d, 262_144)]
    [InlineData(0xa1b2c3d4, 0)]
    [InlineData(0xa1b23c4d, 60)]
    public void It_reads_what_libpcap_reads(uint magic, int snapLength)
    {
        // More than one block's worth, and packets that fill a block.
        WriteFile(magic, snapLength, Enumerable.Range(0, 3000).Select(i => i % 1000 == 7 ? 262_144 : i % 1500));
        using var device = CaptureFile.Open(_path, null);
        var expected = new PacketReader(device);
        using var file = PcapFile.TryOpen(_path).ShouldNotBeNull();
        file.Link.ShouldBe(expected.Link);
        while (file.Read())
        {
            foreach (ref readonly var packet in file.Packets)
            {
                expected.Read().ShouldBe(GetPacketStatus.PacketRead);
                (packet.Time, packet.OriginalLength).ShouldBe((expected.Time, expected.OriginalLength));
                file.Block.Slice(packet.Start, packet.Length).SequenceEqual(expected.Packet).ShouldBeTrue();
            }
        }
        expected.Read().ShouldBe(GetPacketStatus.NoRemainingPackets);
    }

    [Theory]
    [InlineData(5, "only 95 of a packet's 100 bytes (after 2 packets)")]
    [InlineData(110, "only 6 bytes of a packet's header (after 2 packets)")]
    public void A_file_that_is_cut_off_says_where(int missing, string error)
    {
        WriteFile(0xa1b2c3d4, 262_144, [100, 100, 100]);
        using (var stream = new FileStream(_path, FileMode.Open))
        {
            stream.SetLength(stream.Length - missing);
        }

        using var file = PcapFile.TryOpen(_path).ShouldNotBeNull();
        file.Read().ShouldBeTrue();
        file.Packets.Length.ShouldBe(2);
        Should.Throw<CaptureException>(() => file.Read()).Message.ShouldEndWith(error);
    }

    [Fact]
    public void A_length_no_packet_has_is_refused()
    {
        WriteFile(0xa1b2c3d4, 262_144, [262_145]);
        using var file = PcapFile.TryOpen(_path).ShouldNotBeNull();
        Should.Throw<CaptureException>(() => file.Read()).Message.ShouldContain("262145 bytes");
    }

    [Fact]
    public void Another_format_is_left_to_libpcap()
    {
        File.WriteAllBytes(_path, [0x0a, 0x0d, 0x0d, 0x0a, .. new byte[100]]);
        PcapFile.TryOpen(_path).ShouldBeNull();
    }

    [Fact]
    public void Libpcap_s_packets_are_read_where_they_lie_without_an_object_each()
    {
        const int packets = 20_000;
        WriteFile(0xa1b2c3d4, 262_144, Enumerable.Repeat(100, packets));
        using var device = CaptureFile.Open(_path, null);
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

    public void Dispose() => File.Delete(_path);

    private void WriteFile(uint magic, int snapLength, IEnumerable<int> lengths)
    {
        const int ethernet = 1;
        using var file = new BinaryWriter(File.Create(_path));
        Span<byte> header = stackalloc byte[FileHeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, magic);
        header[4] = 2;
        header[6] = 4;
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], snapLength);
        header[20] = ethernet;
        file.Write(header);
        var packet = 0;
        foreach (var length in lengths)
        {
            file.Write(1_700_000_000 + packet);
            file.Write(packet);
            file.Write(length);
            file.Write(length + 4);
            var bytes = new byte[length];
            Array.Fill(bytes, (byte)packet++);
            file.Write(bytes);
        }
    }
}
