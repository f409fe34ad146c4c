using Agent.Node.Capture;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Decoding.Links;

/// <summary>What the crafted captures don't have: headers that differ, end nowhere, or carry nothing.</summary>
public sealed class LinkHeadersTests
{
    private static readonly byte[] Ip = Ipv4(6, Tcp(1000, 80));
    private static readonly byte[] Snap = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    private static readonly byte[] Addresses = [.. Mac(MacB), .. Mac(MacA), .. Mac("02:00:00:00:00:0c"), 0, 0];

    private readonly FinalFlows _flows = new();
    private readonly FlowEngine _engine;

    public LinkHeadersTests() => _engine = new FlowEngine(new FlowOptions(), Captures.Origin, _flows);

    public static TheoryData<string, int, byte[]> Carriers => new()
    {
        { "IPv4/TCP", (int)LinkType.CiscoHdlc, [0x8f, 0, 8, 0, .. Ip] },
        { "IPv4/TCP", (int)LinkType.PppHdlc, [0x8f, 0, 8, 0, .. Ip] },
        { "PPP/IPv4/TCP", (int)LinkType.PppHdlc, [0, 0x21, .. Ip] },
        { "PPP/IPv4/TCP", (int)LinkType.PppHdlc, [0x21, .. Ip] },
        { "PPP/IPv4/TCP", (int)LinkType.PppDirection, [1, 3, 0, 0x21, .. Ip] },
        { "PPP/IPv4/TCP", (int)LinkType.PppDirection, [0, 0xff, 3, 0, 0x21, .. Ip] },
        { "PPP/IPv4/TCP", (int)LinkType.PppDirection, [0, 0, 0x21, .. Ip] },
        { "PPPoE", (int)LinkType.PppoE, [0x11, 9, 0, 0, 0, 4, 1, 1, 0, 0] },
        { "IPv4/TCP", (int)LinkType.FrameRelay, [0x18, 0x41, 8, 0, .. Ip] },
        { "IPv4/TCP", (int)LinkType.FrameRelay, [0x18, 0x40, 0x01, 3, 0xcc, .. Ip] },
        { "IPv4/TCP", (int)LinkType.FrameRelay, [0x18, 0x40, 0x40, 0x01, 3, 0, 0x80, 0, 0, 0, 8, 0, .. Ip] },
        { "IPv6/TCP", (int)LinkType.FrameRelay, [0x18, 0x41, 3, 0x8e, .. Ipv6(6, Tcp(1, 2))] },
        { "PPP/IPv4/TCP", (int)LinkType.FrameRelay, [0x18, 0x41, 3, 0xcf, 0, 0x21, .. Ip] },
        { "IPv4/TCP", (int)LinkType.Nflog, [2, 0, 0, 7, 0, 8, 0, 1, 8, 0, 1, 0, .. U16(4 + Ip.Length), 0, 9, .. Ip] },
        { "IPv6/TCP", (int)LinkType.Nflog, [10, 0, 0, 7, 44, 0, 9, 0, .. Ipv6(6, Tcp(1, 2))] },
        { "IPv4/TCP", (int)LinkType.Pflog, [45, .. new byte[47], .. Ip] },
        { "IPv4/TCP", (int)LinkType.Pflog, [100, .. new byte[99], .. Ip] },
        { "Ethernet/IPv4/TCP", (int)LinkType.Wifi, [0x08, 0, 0, 0, .. Addresses, .. Snap, .. Ip] },
        { "Ethernet/IPv4/TCP", (int)LinkType.Wifi, [0x88, 1, 0, 0, .. Addresses, 0, 0, .. Snap, .. Ip] },
        { "Ethernet/IPv4/TCP", (int)LinkType.Radiotap, [0, 0, 10, 0, 2, 0, 0, 0, 0x20, 0, 0x88, 1, 0, 0, .. Addresses, 0, 0, 0xee, 0xee, .. Snap, .. Ip] },
        { "Ethernet/IPv4/TCP", (int)LinkType.Radiotap, [0, 0, 26, 0, 3, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, .. new byte[8], 0x20, 0, 0x88, 1, 0, 0, .. Addresses, 0, 0, 0xee, 0xee, .. Snap, .. Ip] },
        { "Ethernet/IPv4/TCP", (int)LinkType.Prism, [0x80, 0x21, 0x10, 2, 0, 0, 0, 12, 0, 0, 0, 0, 0x08, 0, 0, 0, .. Addresses, .. Snap, .. Ip] },
        { "Ethernet", (int)LinkType.Wifi, [0x08, 0, 0, 0, .. Addresses, 0x42, 0x42, 3, 0, 0] },
        // What follows the first fragment of a frame isn't LLC.
        { "Ethernet", (int)LinkType.Wifi, [0x08, 0, 0, 0, .. Addresses[..^2], 1, 0, .. Snap, .. Ip] },
    };

    [Theory]
    [MemberData(nameof(Carriers))]
    public void What_a_link_carries_is_found(string path, int link, byte[] packet)
    {
        Flow((LinkType)link, packet).LayersPath.ShouldBe(path);
        _engine.Counts.DecodeErrors.ShouldBe(0);
    }

    [Theory]
    [InlineData(0, MacA, MacB)]
    [InlineData(1, MacA, "02:00:00:00:00:0c")]
    [InlineData(2, "02:00:00:00:00:0c", MacB)]
    [InlineData(3, "02:00:00:00:00:0d", "02:00:00:00:00:0c")]
    public void A_frame_s_stations_are_those_at_the_ends(byte flags, string source, string destination)
    {
        var flow = Flow(LinkType.Wifi, [0x08, flags, 0, 0, .. Addresses, .. flags == 3 ? Mac("02:00:00:00:00:0d") : [], .. Snap, .. Ip]);
        (flow.Link.A, flow.Link.B, flow.LayersPath).ShouldBe((source, destination, "Ethernet/IPv4/TCP"));
    }

    [Fact]
    public void Of_aggregated_frames_the_first_has_stations_of_its_own()
    {
        byte[] inner = [.. Snap, .. Ip];
        var flow = Flow(LinkType.Wifi, [0x88, 1, 0, 0, .. Addresses, 0x80, 0, .. Mac("02:00:00:00:01:01"), .. Mac("02:00:00:00:01:02"), .. U16(inner.Length), .. inner]);
        (flow.Link.B, flow.Link.A, flow.LayersPath).ShouldBe(("02:00:00:00:01:01", "02:00:00:00:01:02", "Ethernet/IPv4/TCP"));
    }

    [Theory]
    [InlineData((int)LinkType.Wifi, "80000000")]
    [InlineData((int)LinkType.Wifi, "d4000000020000000001")]
    [InlineData((int)LinkType.Wifi, "48010000")]
    [InlineData((int)LinkType.Wifi, "c8010000")]
    [InlineData((int)LinkType.CiscoHdlc, "8f00803500000002")]
    [InlineData((int)LinkType.PppHdlc, "8f00803500000002")]
    public void A_link_s_own_frames_are_in_no_flow_and_no_errors(int link, string packet)
    {
        _engine.Process(1, (LinkType)link, 60, Convert.FromHexString(packet));
        (_engine.Signalling, _engine.Counts.DecodeErrors, _engine.Count).ShouldBe((1, 0, 0));
    }

    [Fact]
    public void An_encrypted_frame_counts_between_its_stations_and_is_no_error()
    {
        var flow = Flow(LinkType.Wifi, [0x88, 0x41, 0, 0, .. Addresses, 0x80, 0, 1, 2, 3, 4, 5, 6, 7, 8, .. new byte[60]]);
        (flow.LayersPath, flow.Link.A, flow.Link.B).ShouldBe(("Ethernet", MacA, "02:00:00:00:00:0c"));
        (_engine.Encrypted, _engine.Counts.DecodeErrors).ShouldBe((1, 0));
    }

    [Fact]
    public void A_packet_cut_anywhere_is_read_as_far_as_it_goes()
    {
        var packets = CraftedCaptures.All.SelectMany(capture => capture.Packets().Take(1).Select(packet => (LinkTypes.TryOf((int)capture.Link)!.Value, packet.Bytes)))
            .Concat(Carriers.Select(row => ((LinkType)(int)row[1], (byte[])row[2])));
        foreach (var (link, packet) in packets)
        {
            for (var length = 0; length < packet.Length; length++)
            {
                _engine.Process(1, link, packet.Length, packet.AsSpan(0, length).ToArray());
            }
        }

        _engine.Counts.DecodeErrors.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Each_link_type_has_the_number_that_leads_to_it()
    {
        foreach (var link in Enum.GetValues<LinkType>().Where(link => link != LinkType.None))
        {
            LinkTypes.TryOf((int)LinkTypes.NumberOf(link)).ShouldBe(link);
        }

        LinkTypes.TryOf(147).ShouldBeNull();
    }

    [Theory]
    [InlineData("ppp_serial50.pcap", "PPP/IPv4/TCP")]
    [InlineData("radiotap127.pcap", "Ethernet/IPv4/TCP")]
    [InlineData("chdlc104.pcap", "IPv4/TCP")]
    [InlineData("mpls219.pcap", "IPv4/TCP")]
    [InlineData("enc109.pcap", "IPv4/TCP")]
    [InlineData("ng_two_linktypes.pcapng", "Ethernet/IPv4/TCP")]
    public void Reported_captures_have_their_connection(string file, string path)
    {
        // Of one the directions are of other stations, of one the links of other types.
        var flows = Captures.FlowsOf(Captures.File("reports/" + file), new FlowOptions { KeyMode = LayerKeyMode.L3 });
        var connections = flows.Where(flow => flow.Transport is not null).ToList();
        connections.ShouldHaveSingleItem().LayersPath.ShouldBe(path);
        connections.Sum(flow => flow.Metric.AbPackets + flow.Metric.BaPackets).ShouldBe(8);
        connections.ShouldAllBe(flow => flow.Application == "HTTP");
    }

    private Flow Flow(LinkType link, byte[] packet)
    {
        _engine.Process(1, link, packet.Length, packet);
        _engine.End();
        return _flows.Flows.ShouldHaveSingleItem();
    }
}
