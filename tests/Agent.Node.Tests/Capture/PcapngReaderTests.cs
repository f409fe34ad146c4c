using Agent.Node.Capture;
using Agent.Node.Decoding;
using static Agent.Node.Tests.Capture.CaptureReaderTests;

namespace Agent.Node.Tests.Capture;

public sealed class PcapngReaderTests
{
    private const long Second = 1_000_000_000;
    private const int Resolution = 9;
    private const int ChecksumLength = 13;
    private const int Offset = 14;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sections_interfaces_and_all_kinds_of_packet_blocks_are_read(bool isBigEndian)
    {
        var (one, other) = (new CaptureCraft(isBigEndian), new CaptureCraft(!isBigEndian));
        one.Section().Interface().Interface(101, 0, one.Option(Resolution, 9))
            .Enhanced(0, 5_000_000, Packet(61), 100).Enhanced(0, 5_000_001, Packet(62), null, one.Option(1, 65, 66, 67))
            .Block(5, new byte[8]).Block(0xbad, new byte[400_000]).Block(10, new byte[12])
            .Enhanced(1, 7_000_000_001, Packet(63)).Obsolete(1, 8_000_000_000, Packet(64)).Simple(Packet(65), 70);
        // Interfaces are a section's own.
        other.Section().Interface(276, 0, other.Option(Resolution, 3)).Enhanced(0, 9_000, Packet(66));
        PacketsOf([.. one.Bytes, .. other.Bytes]).ShouldBe(
        [
            new(LinkType.Ethernet, 5 * Second, 100, Convert.ToHexString(Packet(61))),
            new(LinkType.Ethernet, (5 * Second) + 1000, 62, Convert.ToHexString(Packet(62))),
            new(LinkType.Ip, (7 * Second) + 1, 63, Convert.ToHexString(Packet(63))),
            new(LinkType.Ip, 8 * Second, 64, Convert.ToHexString(Packet(64))),
            new(LinkType.Ethernet, 8 * Second, 70, Convert.ToHexString([.. Packet(65), 0, 0, 0])),
            new(LinkType.LinuxCooked2, 9 * Second, 66, Convert.ToHexString(Packet(66))),
        ]);
    }

    [Theory]
    [InlineData(0, 1_700_000_000, 0, 1_700_000_000_000_000_000)]
    [InlineData(6, 1_700_000_000_123_456, 0, 1_700_000_000_123_456_000)]
    [InlineData(7, 17_000_000_001_234_567, 0, 1_700_000_000_123_456_700)]
    [InlineData(9, 1_700_000_000_123_456_789, 0, 1_700_000_000_123_456_789)]
    [InlineData(12, 1_700_000_000_012_345_678, 0, 1_700_000_000_012_345)]
    [InlineData(0x80, 1_700_000_000, 0, 1_700_000_000_000_000_000)]
    [InlineData(0x80 | 10, (1_700_000_000L << 10) + 512, 0, 1_700_000_000_500_000_000)]
    [InlineData(0x80 | 32, (1_700_000_000L << 32) + (1 << 30), 0, 1_700_000_000_250_000_000)]
    [InlineData(0x80 | 63, 1L << 62, 0, 500_000_000)]
    [InlineData(6, 123_456, 1_700_000_000, 1_700_000_000_123_456_000)]
    [InlineData(9, 1_700_000_000_000_000_000, -1_600_000_000, 100_000_000_000_000_000)]
    [InlineData(6, 123_456, -1_700_000_000, 0)]
    [InlineData(0, -1, 0, 4_294_967_296_000_000_000)]
    [InlineData(6, -1, long.MaxValue, 4_294_967_296_000_000_000)]
    public void Times_are_of_the_interface_s_resolution_and_offset(int resolution, long units, long offset, long nanoseconds)
    {
        foreach (var isBigEndian in new[] { false, true })
        {
            var craft = new CaptureCraft(isBigEndian);
            craft.Section().Interface(1, 0, [.. craft.Option(Resolution, (byte)resolution), .. craft.Option(Offset, craft.U64(offset)), 0, 0, 0, 0]).Enhanced(0, (ulong)units, []).Enhanced(0, (ulong)units, []);
            PacketsOf(craft.Bytes).Select(packet => packet.Time).ShouldBe([nanoseconds, nanoseconds]);
        }
    }

    [Fact]
    public void A_simple_packet_is_as_long_as_the_first_interface_s_snapshot_length() =>
        PacketsOf(new CaptureCraft(false).Section().Interface(1, 42).Simple(Packet(42), 1000).Bytes).ShouldHaveSingleItem().ShouldBe(new Read(LinkType.Ethernet, 0, 1000, Convert.ToHexString(Packet(42))));

    [Fact]
    public void A_frame_check_sequence_is_no_part_of_the_packet()
    {
        var craft = new CaptureCraft(false);
        craft.Section().Interface(1, 0, craft.Option(ChecksumLength, 4)).Enhanced(0, 1, Packet(64)).Enhanced(0, 1, Packet(60), 64).Enhanced(0, 1, Packet(30), 64);
        PacketsOf(craft.Bytes).Select(packet => (packet.Bytes.Length / 2, packet.OriginalLength)).ShouldBe([(60, 64), (60, 64), (30, 64)]);
    }

    [Fact]
    public void Interfaces_that_aren_t_decoded_are_counted_and_the_rest_is_read()
    {
        var file = new CaptureCraft(false).Section().Interface(189).Interface().Enhanced(0, 1, Packet(64)).Enhanced(1, 2, Packet(65)).Enhanced(0, 3, Packet(66)).Interface(220).Enhanced(2, 3, Packet(67)).Enhanced(1, 4, Packet(68)).Bytes;
        var reader = CaptureReader.Open("a", new MemoryStream(file));
        var lengths = new List<int>();
        while (reader.Read())
        {
            reader.Link.ShouldBe(LinkType.Ethernet);
            lengths.AddRange(reader.Packets.ToArray().Select(packet => packet.Length));
        }

        lengths.ShouldBe([65, 68]);
        reader.Undecoded.ShouldBe(new Dictionary<int, long> { [189] = 2, [220] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public void Interfaces_of_one_link_type_are_read_together()
    {
        var file = new CaptureCraft(false).Section().Interface().Interface().Enhanced(0, 1, Packet(64)).Enhanced(1, 2, Packet(65)).Enhanced(0, 3, Packet(66)).Bytes;
        var reader = CaptureReader.Open("a", new MemoryStream(file));
        reader.Read().ShouldBeTrue();
        reader.Packets.Length.ShouldBe(3);
    }

    [Fact]
    public void Names_of_addresses_are_kept_if_they_are_text()
    {
        var file = new CaptureCraft(true).Section().Name([10, 0, 0, 1], "one.example\0alias").Name([10, 0, 0, 2], "\u001b[2J").Name([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "six").Name([10, 0, 0, 1], "later").Bytes;
        var reader = CaptureReader.Open("a", new MemoryStream(file));
        reader.Read().ShouldBeFalse();
        reader.Names.ShouldBe(new Dictionary<string, string> { ["10.0.0.1"] = "one.example", ["fd00::1"] = "six" }, ignoreOrder: true);
    }

    [Fact]
    public void A_length_without_its_padding_is_taken_for_what_was_meant()
    {
        var craft = new CaptureCraft(false).Section().Interface();
        craft.Block(6, [.. new byte[12], 61, 0, 0, 0, 61, 0, 0, 0, .. Packet(61), 0, 0, 0], head: 12 + 20 + 61).Enhanced(0, 1, Packet(60));
        PacketsOf(craft.Bytes).Select(packet => packet.Bytes.Length / 2).ShouldBe([61, 60]);
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "a block of 8 bytes, which is less than its header and end (after 1 packets)", Good().Block(7, [], head: 8).Bytes },
        { "a block of 0 bytes, which is less than its header and end (after 1 packets)", Good().Block(6, [], head: 0).Bytes },
        { "a block of 20 bytes ends with another length, 24 (after 1 packets)", Good().Block(6, new byte[8], tail: 24).Bytes },
        { "a packet's block of 8 bytes (after 1 packets)", Good().Block(6, new byte[8]).Bytes },
        { "a packet's block of 0 bytes (after 1 packets)", Good().Block(3, []).Bytes },
        { "a packet of interface 1, there are 1 (after 1 packets)", Good().Enhanced(1, 1, []).Bytes },
        { "a packet of interface 4294967295, there are 1 (after 1 packets)", Good().Enhanced(-1, 1, []).Bytes },
        { "a packet of interface 0, there are 0 (after 1 packets)", Good().Section().Simple([1]).Bytes },
        { "a packet of 5 bytes in a block that has 4 for it (after 1 packets)", Good().Block(6, [.. new byte[12], 5, 0, 0, 0, 5, 0, 0, 0, 1, 2, 3, 4]).Bytes },
        { "a block of 4294967296 bytes, 67108896 are the most there can be (after 1 packets)", Good().Block(6, [], head: -1).Bytes },
        { "truncated dump file; only 7 bytes of a block's header (after 1 packets)", Good().Put(new byte[7]).Bytes },
        { "truncated dump file; only 100 of a block's 132 bytes (after 1 packets)", Good().Enhanced(0, 1, Packet(100)).Bytes[..^32] },
        { "truncated dump file; only a part of a block of 112 bytes (after 1 packets)", Good().Block(99, new byte[100]).Bytes[..^1] },
        { "an interface's description isn't whole", Good().Block(1, new byte[4]).Bytes },
        { "has a time resolution that can't be", Good().Interface(1, 0, new CaptureCraft(false).Option(Resolution, 20)).Bytes },
        { "has a time resolution that can't be", Good().Interface(1, 0, new CaptureCraft(false).Option(Resolution, 0xc0)).Bytes },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_file_gives_what_came_before_and_says_what_is_wrong(string error, byte[] file)
    {
        var reader = CaptureReader.Open("a", new MemoryStream(file));
        reader.Read().ShouldBeTrue();
        reader.Packets.Length.ShouldBe(1);
        Should.Throw<CaptureException>(() => reader.Read()).Message.ShouldContain(error);
    }

    private static CaptureCraft Good() => new CaptureCraft(false).Section().Interface().Enhanced(0, 1, Packet(60));
}
