using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

public sealed class TunnelDetailsTests
{
    private static readonly byte[] Inner = Ipv4(1, Echo(1, 1), "192.168.1.1", "192.168.1.2");
    private static readonly byte[] Answer = Ipv4(1, Echo(1, 1, reply: true), "192.168.1.2", "192.168.1.1");
    private static readonly byte[] InnerFrame = Ethernet(0x0800, Inner);

    [Fact]
    public void A_GRE_key_of_zero_is_told_from_none_and_the_first_sequence_number_is_kept()
    {
        Tunnel(Ipv4(47, Gre(0x0800, Inner))).ShouldBeNull();
        var tunnel = Tunnel(Ipv4(47, Gre(0x0800, Inner, key: 0, sequence: 9, checksum: true))).ShouldNotBeNull();
        (tunnel.HasGreKey, tunnel.GreKey, tunnel.GreSequence).ShouldBe((true, 0u, 9u));
    }

    [Fact]
    public void Labels_behind_a_GRE_key_are_the_network_and_the_key_is_kept_and_tells_flows_apart()
    {
        var flows = FlowsOf(
            Ipv4(47, Gre(0x8847, Mpls(Inner, 100, 200), key: 0x12345678)),
            Ipv4(47, Gre(0x8847, Mpls(Answer, 100, 200), key: 0x12345678), "10.0.0.2", "10.0.0.1"),
            Ipv4(47, Gre(0x8847, Mpls(Inner, 100, 200), key: 0x12345679))).Where(flow => flow.ParentUuid.Length == 0).ToList();
        flows.Count.ShouldBe(2);
        flows.ShouldAllBe(flow => flow.Network.Id == (100 | (200L << 20)) && flow.Tunnel.MplsLabels.SequenceEqual(new uint[] { 100, 200 }));
        flows.Select(flow => flow.Tunnel.GreKey).ShouldBe([0x12345678u, 0x12345679u], ignoreOrder: true);
        flows.Single(flow => flow.Tunnel.GreKey == 0x12345678).Metric.BaPackets.ShouldBe(1);
        flows.Select(flow => flow.L3TrackingId).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void Labels_in_GENEVE_networks_are_told_apart_by_the_network_too()
    {
        var flows = FlowsOf(
            Ipv4(17, Udp(1, 6081, Geneve(5, 0x8847, Mpls(Inner, 100)))),
            Ipv4(17, Udp(2, 6081, Geneve(5, 0x8847, Mpls(Inner, 100)))),
            Ipv4(17, Udp(1, 6081, Geneve(6, 0x8847, Mpls(Inner, 100)))));
        var tunnels = flows.Where(flow => flow.ParentUuid.Length == 0).ToList();
        tunnels.Select(flow => flow.Metric.AbPackets).ShouldBe([2, 1], ignoreOrder: true);
        tunnels.ShouldAllBe(flow => flow.LayersPath == "IPv4/UDP/Geneve/MPLS" && flow.Network.Id == 100);
    }

    [Fact]
    public void A_stack_deeper_than_the_network_ID_is_kept_whole()
    {
        var tunnel = Tunnel(Ipv4(137, Mpls(Inner, 1, 2, 3, 4, 5, 6))).ShouldNotBeNull();
        tunnel.MplsLabels.ShouldBe([1u, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void Entropy_labels_do_not_make_flows()
    {
        var flow = FlowsOf(Ipv4(137, Mpls(Inner, 1, 7, 1000)), Ipv4(137, Mpls(Inner, 1, 7, 1001))).Single(flow => flow.ParentUuid.Length == 0);
        (flow.Metric.AbPackets, flow.Network.Id).ShouldBe((2, 1));
        flow.Tunnel.MplsLabels.ShouldBe([1u, 7, 1000]);
    }

    [Fact]
    public void GENEVE_s_options_are_kept_in_their_order_up_to_one_that_is_not_whole()
    {
        byte[] options = [.. GeneveOption(0x0102, 0x80, [1, 2, 3, 4, 5, 6, 7, 8]), .. GeneveOption(0x0103, 7, [])];
        var kept = Tunnel(Ipv4(17, Udp(1, 6081, GeneveWith(5, 0x6558, options, InnerFrame)))).ShouldNotBeNull().GeneveOptions;
        kept.Select(option => (option.Class, option.Type, Convert.ToHexString(option.Value.Span))).ShouldBe([(0x0102u, 0x80u, "0102030405060708"), (0x0103u, 7u, "")]);
        options[^1] = 9;
        Tunnel(Ipv4(17, Udp(1, 6081, GeneveWith(5, 0x6558, options, InnerFrame)))).ShouldNotBeNull().GeneveOptions.Count.ShouldBe(1);
    }

    [Fact]
    public void A_VXLAN_group_policy_is_kept()
    {
        Tunnel(Ipv4(17, Udp(1, 4789, Vxlan(5, InnerFrame)))).ShouldBeNull();
        Tunnel(Ipv4(17, Udp(1, 4789, VxlanGroup(5, 5000, InnerFrame)))).ShouldNotBeNull().GroupPolicy.ShouldBe(new VxlanGroupPolicy { Id = 5000, DontLearn = true, PolicyApplied = true });
    }

    [Fact]
    public void ERSPAN_is_GRE_whose_network_is_the_session()
    {
        foreach (var packet in new[] { Gre(0x88be, ErspanII(33, InnerFrame), sequence: 1), Gre(0x22eb, ErspanIII(33, InnerFrame), sequence: 1) })
        {
            var flow = FlowsOf(Ipv4(47, packet)).Single(flow => flow.ParentUuid.Length == 0);
            (flow.LayersPath, flow.Application, flow.Network.Id).ShouldBe(("IPv4/GRE", "GRE", 33));
        }
    }

    [Fact]
    public void An_ERSPAN_session_and_a_GRE_key_of_the_same_number_are_two_tunnels()
    {
        var flows = FlowsOf(Ipv4(47, Gre(0x88be, ErspanII(33, InnerFrame), sequence: 1)), Ipv4(47, Gre(0x6558, InnerFrame, key: 33))).Where(flow => flow.ParentUuid.Length == 0).ToList();
        flows.Count.ShouldBe(2);
        flows.ShouldAllBe(flow => flow.Network.Id == 33);
        flows.Select(flow => flow.LayersPath).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_PPPoE_session_is_kept_and_the_packets_in_it_are_tracked_as_those_behind_it()
    {
        var inside = FlowsIn(LinkType.Ethernet, Ethernet(0x8864, Pppoe(9, 0x21, Inner))).ShouldHaveSingleItem();
        inside.Tunnel.PppoeSession.ShouldBe(9u);
        inside.Network.Id.ShouldBe(0);
        inside.L3TrackingId.ShouldBe(FlowsOf(Inner).ShouldHaveSingleItem().L3TrackingId);
    }

    [Fact]
    public void Headers_put_together_from_fragments_have_their_details_too()
    {
        var payload = Gre(0x0800, Ipv4(17, Udp(1, 2, new byte[200])), key: 77);
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions { Defragment = true }, Captures.Origin, output);
        foreach (var part in new[] { Ipv4(47, payload[..104], fragment: 0x2000), Ipv4(47, payload[104..], fragment: 13) })
        {
            engine.Process(1, LinkType.Ip, part.Length, part);
        }

        engine.End();
        output.Flows.Single(flow => flow.LayersPath == "IPv4/Fragment/GRE").Tunnel.GreKey.ShouldBe(77u);
    }

    private static FlowTunnel? Tunnel(byte[] packet) => FlowsOf(packet).Single(flow => flow.ParentUuid.Length == 0).Tunnel;

    private static List<Flow> FlowsOf(params byte[][] packets) => FlowsIn(LinkType.Ip, packets);

    private static List<Flow> FlowsIn(LinkType link, params byte[][] packets) => FlowsIn(TunnelPorts.Default, link, packets);

    private static List<Flow> FlowsIn(TunnelPorts ports, LinkType link, params byte[][] packets)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions { Ports = ports }, Captures.Origin, output);
        foreach (var packet in packets)
        {
            engine.Process(1, link, packet.Length, packet);
        }

        engine.End();
        return output.Flows;
    }
}
