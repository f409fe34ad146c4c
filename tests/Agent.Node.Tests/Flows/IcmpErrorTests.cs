using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

/// <summary>ICMP errors and the flows they're about.</summary>
public sealed class IcmpErrorTests
{
    private const long Start = 1_700_000_000_000_000_000;
    private readonly FinalFlows _output = new();
    private readonly FlowEngine _engine;

    public IcmpErrorTests() => _engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);

    [Theory]
    [InlineData(6, 8)]
    [InlineData(6, 28)]
    [InlineData(17, 8)]
    [InlineData(17, 300)]
    [InlineData(132, 8)]
    public void A_flow_says_which_errors_came_about_it_and_the_error_which_flow(byte protocol, int quotedBytes)
    {
        byte[] segment = protocol switch { 6 => Tcp(1000, 80), 17 => Udp(1000, 80, new byte[40]), _ => Sctp(1000, 80) };
        var packet = Ipv4(protocol, segment);
        Feed(packet);
        Feed(Error(3, 3, packet, quotedBytes, "10.0.0.254"));
        Feed(Error(3, 3, packet, quotedBytes, "10.0.0.254"));
        Feed(Error(11, 0, packet, quotedBytes, "10.0.0.253"));
        _engine.End();
        var flow = _output.Flows.Single(flow => flow.Transport is not null);
        flow.IcmpErrors.Select(error => (error.Type, error.Code, error.From, error.Count)).ShouldBe(
            [("DESTINATION_UNREACHABLE", 3u, "10.0.0.254", 2), ("TIME_EXCEEDED", 0u, "10.0.0.253", 1)]);
        _output.Flows.Where(error => error.Icmp is not null).ShouldAllBe(error => error.Icmp.About.Single() == flow.Uuid);
    }

    [Fact]
    public void On_Ethernet_the_error_comes_back_the_way_the_packet_went_and_one_about_another_VLAN_is_nobodys()
    {
        var packet = Ipv4(17, Udp(1000, 80, new byte[40]));
        var error = Error(3, 1, packet, 28, "10.0.0.254");
        Feed(Ethernet(0x0800, packet), LinkType.Ethernet);
        Feed(Ethernet(0x0800, error, MacB, MacA), LinkType.Ethernet);
        Feed(Ethernet(0x8100, [0, 9, 8, 0, .. error], MacB, MacA), LinkType.Ethernet);
        _engine.End();
        _output.Flows.Single(flow => flow.Transport is not null).IcmpErrors.ShouldHaveSingleItem().Count.ShouldBe(1);
        _output.Flows.Where(flow => flow.Icmp is not null).Select(flow => flow.Icmp.About.Count).Order().ShouldBe([0, 1]);
    }

    [Fact]
    public void A_packet_too_big_for_the_way_is_told_to_its_tunnel()
    {
        var tunnel = Ipv6(17, Udp(50_000, 4789, Vxlan(7, Ethernet(0x0800, Ipv4(17, Udp(1, 2, new byte[500]))))));
        Feed(tunnel);
        Feed(Ipv6(58, [2, 0, 0, 0, 0, 0, 5, 0, .. tunnel.AsSpan(0, 400)], "fd00::9", "fd00::1"));
        _engine.End();
        var outer = _output.Flows.Single(flow => flow.LayersPath.EndsWith("VXLAN", StringComparison.Ordinal));
        var error = outer.IcmpErrors.ShouldHaveSingleItem();
        (error.Type, error.From).ShouldBe(("PACKET_TOO_BIG", "fd00::9"));
    }

    [Fact]
    public void More_than_a_few_different_errors_are_only_counted()
    {
        var packet = Ipv4(17, Udp(1000, 80, new byte[40]));
        Feed(packet);
        for (var sender = 1; sender <= 10; sender++)
        {
            Feed(Error(3, 1, packet, 8, $"10.0.1.{sender}"));
        }

        _engine.End();
        var flow = _output.Flows.Single(flow => flow.Transport is not null);
        (flow.IcmpErrors.Count, flow.OtherIcmpErrors).ShouldBe((4, 6));
    }

    [Fact]
    public void What_an_error_quotes_may_be_anything()
    {
        var packet = Ipv4(6, Tcp(1000, 80));
        Feed(packet);
        for (var length = 0; length <= packet.Length; length++)
        {
            Feed(Error(3, 1, packet, length - 20, "10.0.0.254"));
            Feed(Error(3, 1, [.. packet.AsSpan(0, length).ToArray().Select(b => (byte)~b)], length, "10.0.0.254"));
        }

        // An error about itself.
        var error = Error(3, 1, packet, 8, "10.0.0.254");
        Feed(Error(3, 1, Ipv4(1, error.AsSpan(20).ToArray(), "10.0.0.1", "10.0.0.254"), 60, "10.0.0.254"));
        _engine.End();
        _output.Flows.Single(flow => flow.Transport is not null).IcmpErrors.ShouldHaveSingleItem();
    }

    private static byte[] Error(byte type, byte code, byte[] packet, int payloadBytes, string from) =>
        Ipv4(1, [type, code, .. new byte[6], .. packet.AsSpan(0, Math.Clamp(20 + payloadBytes, 0, packet.Length))], from, "10.0.0.1");

    private void Feed(byte[] packet, LinkType link = LinkType.Ip) => _engine.Process(Start, link, packet.Length, packet);
}
