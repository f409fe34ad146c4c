using Agent.Node.Capture;
using Agent.Node.Decoding;
using static Agent.Node.Tests.Capture.CaptureReaderTests;

namespace Agent.Node.Tests.Capture;

public sealed class PcapReaderTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(0xa1b2c3d4, 1000)]
    [InlineData(0xa1b23c4d, 1)]
    [InlineData(0xa1b2cd34, 1000)]
    public void Both_byte_orders_and_all_precisions_are_read(uint magic, int nanosecondsPerFraction)
    {
        foreach (var isBigEndian in new[] { false, true })
        {
            var file = new CaptureCraft(isBigEndian).Pcap(magic, link: 101);
            byte[] more = magic == 0xa1b2cd34 ? [0, 0, 0, 2, 8, 0, 4, 0] : [];
            // More than one block's worth, and more than one at once.
            for (var i = 0; i < 3000; i++)
            {
                file.Record(4_000_000_000, (uint)i, Packet(i % 500), i, more);
            }

            PacketsOf(file.Bytes).ShouldBe(Enumerable.Range(0, 3000).Select(i =>
                new Read(LinkType.Ip, (4_000_000_000 * Second) + (i * nanosecondsPerFraction), i, Convert.ToHexString(Packet(i % 500)))));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(10u)]
    [InlineData(uint.MaxValue)]
    public void What_was_captured_counts_not_the_snapshot_length_the_file_claims(uint snapLength) =>
        PacketsOf(new CaptureCraft(false).Pcap(0xa1b2c3d4, snapLength: snapLength).Record(1, 0, Packet(60), 100).Bytes)
            .ShouldHaveSingleItem().ShouldBe(new Read(LinkType.Ethernet, Second, 100, Convert.ToHexString(Packet(60))));

    [Theory]
    [InlineData(60, 60, 56)]
    [InlineData(58, 60, 56)]
    [InlineData(40, 60, 40)]
    [InlineData(2, 2, 0)]
    public void A_frame_check_sequence_is_no_part_of_the_packet(int captured, int original, int kept)
    {
        // Two 16-bit words of it.
        var packet = PacketsOf(new CaptureCraft(true).Pcap(0xa1b2c3d4, link: 0x2400_0001).Record(1, 0, Packet(captured), original).Bytes).ShouldHaveSingleItem();
        (packet.Link, packet.Bytes.Length / 2, packet.OriginalLength).ShouldBe((LinkType.Ethernet, kept, original));
    }

    [Fact]
    public void The_oldest_files_have_the_lengths_the_other_way_round()
    {
        var craft = new CaptureCraft(false);
        var file = craft.Pcap(0xa1b2c3d4, minorVersion: 2).Put([.. craft.U32(1), .. craft.U32(2), .. craft.U32(100), .. craft.U32(60), .. Packet(60)]).Bytes;
        PacketsOf(file).ShouldHaveSingleItem().ShouldBe(new Read(LinkType.Ethernet, Second + 2000, 100, Convert.ToHexString(Packet(60))));
    }

    [Theory]
    [InlineData(5, "truncated dump file; only 95 of a packet's 100 bytes (after 2 packets)")]
    [InlineData(110, "truncated dump file; only 6 bytes of a packet's header (after 2 packets)")]
    public void A_file_that_is_cut_off_gives_what_came_before_and_says_where(int missing, string error)
    {
        var file = new CaptureCraft(false).Pcap(0xa1b2c3d4).Record(1, 0, Packet(100)).Record(1, 0, Packet(100)).Record(1, 0, Packet(100)).Bytes;
        var reader = CaptureReader.Open("a", new MemoryStream(file[..^missing]));
        reader.Read().ShouldBeTrue();
        reader.Packets.Length.ShouldBe(2);
        Should.Throw<CaptureException>(() => reader.Read()).Message.ShouldBe("a: " + error);
    }
}
