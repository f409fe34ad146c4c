using Agent.Node.Flows;
using Shared.Messages.Flows;

namespace Agent.Node.Tests.Flows;

/// <summary>What Skydive's own captures, and pings through real Open vSwitch tunnels, must give.</summary>
public sealed class SkydiveCaptureTests
{
    [Fact]
    public void Simple_TCP_is_one_flow_with_its_round_trip_time()
    {
        var flow = Read("simple-tcpv4.pcap").ShouldHaveSingleItem();
        flow.LayersPath.ShouldBe("Ethernet/IPv4/TCP");
        Counts(flow).ShouldBe("5/344 3/206");
        flow.RttNs.ShouldBe(33000);
        flow.Metric.Rtt.ShouldBe(33000);
    }

    [Fact]
    public void GRE_in_GRE_is_three_flows_each_in_the_one_before()
    {
        var flows = Read("gre-gre-icmpv4.pcap");
        flows.Count.ShouldBe(3);
        var outer = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/GRE");
        Ends(outer).ShouldBe("72.205.54.70 > 86.106.164.150");
        Counts(outer).ShouldBe("5/810 5/810");
        outer.Link.A.ShouldBe("00:0f:fe:dd:22:42");
        outer.Link.B.ShouldBe("00:1b:d5:ff:54:d9");
        outer.ParentUuid.ShouldBeEmpty();
        var middle = flows.Single(flow => flow.LayersPath == "IPv4/GRE");
        Ends(middle).ShouldBe("10.10.11.2 > 10.10.13.2");
        Counts(middle).ShouldBe("5/620 5/620");
        middle.ParentUuid.ShouldBe(outer.Uuid);
        middle.Link.ShouldBeNull();
        var inner = flows.Single(flow => flow.LayersPath == "IPv4/ICMPv4");
        Ends(inner).ShouldBe("10.10.25.1 > 192.168.1.2");
        Counts(inner).ShouldBe("5/500 5/500");
        inner.ParentUuid.ShouldBe(middle.Uuid);
        inner.Icmp.Type.ShouldBe("ECHO");
    }

    [Fact]
    public void Two_GENEVE_networks_are_two_tunnels_with_flows_of_their_own()
    {
        var flows = Read("geneve.pcap");
        var there = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/UDP/Geneve" && flow.Network.Id == 10);
        Ends(there).ShouldBe("20.0.0.1 > 20.0.0.2");
        Ports(there).ShouldBe("12618 > 6081");
        Counts(there).ShouldBe("19/5027 0/0");
        var back = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/UDP/Geneve" && flow.Network.Id == 11);
        Ends(back).ShouldBe("20.0.0.2 > 20.0.0.1");
        Ports(back).ShouldBe("50525 > 6081");
        Counts(back).ShouldBe("20/4253 0/0");

        var echoes = flows.Where(flow => flow.Icmp?.Id == 10578).ToList();
        echoes.Select(Ends).ShouldBe(["30.0.0.2 > 30.0.0.1", "30.0.0.1 > 30.0.0.2"], ignoreOrder: true);
        foreach (var echo in echoes)
        {
            echo.LayersPath.ShouldBe("Ethernet/IPv4/ICMPv4");
            echo.Icmp.Type.ShouldBe("ECHO");
            Counts(echo).ShouldBe("3/294 0/0");
        }
        echoes.Select(flow => flow.ParentUuid).ShouldBe([there.Uuid, back.Uuid], ignoreOrder: true);
        echoes.Select(flow => flow.L3TrackingId).Distinct().ShouldHaveSingleItem();

        var ssh = flows.Single(flow => flow.Transport is { Protocol: "TCP", A: 51225, B: 22 });
        Ends(ssh).ShouldBe("30.0.0.2 > 30.0.0.1");
        Counts(ssh).ShouldBe("17/2959 0/0");
    }

    [Fact]
    public void A_VXLAN_tunnel_is_one_flow_whatever_its_source_port()
    {
        var flows = Read("vxlan-src-port.pcap");
        var tunnel = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/UDP/VXLAN");
        Ends(tunnel).ShouldBe("172.16.0.1 > 172.16.0.2");
        Ports(tunnel).ShouldBe("51031 > 4789");
        tunnel.Network.Id.ShouldBe(10);
        Counts(tunnel).ShouldBe("2/208 0/0");
        var inner = flows.Where(flow => flow.LayersPath == "Ethernet/IPv4/TCP").ToList();
        inner.Select(Ports).ShouldBe(["1468 > 8080", "1890 > 8080"], ignoreOrder: true);
        foreach (var flow in inner)
        {
            Ends(flow).ShouldBe("192.168.0.1 > 192.168.0.2");
            Counts(flow).ShouldBe("1/54 0/0");
            flow.ParentUuid.ShouldBe(tunnel.Uuid);
        }
        flows.Count.ShouldBe(3);
    }

    [Fact]
    public void Contrail_s_MPLS_over_UDP_carries_IP_and_Ethernet()
    {
        // The lengths say which is where: 150 - 46 = 104, 120 - 46 = 74.
        var flows = Read("contrail-udp-mpls-eth-and-ipv4.pcap");
        flows.Count.ShouldBe(4);
        var fromHere = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/UDP/MPLS" && flow.Network.A == "10.11.0.55");
        var fromThere = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/UDP/MPLS" && flow.Network.A == "10.11.0.56");
        Ends(fromThere).ShouldBe("10.11.0.56 > 10.11.0.55");
        Ports(fromThere).ShouldBe("53580 > 51234");
        Counts(fromThere).ShouldBe("1/120 0/0");
        var ip = flows.Single(flow => flow.ParentUuid == fromHere.Uuid);
        ip.LayersPath.ShouldBe("IPv4/ICMPv4");
        Ends(ip).ShouldBe("10.65.65.5 > 10.35.35.3");
        Counts(ip).ShouldBe("1/104 0/0");
        Ends(fromHere).ShouldBe("10.11.0.55 > 10.11.0.56");
        Ports(fromHere).ShouldBe("51822 > 51234");
        Counts(fromHere).ShouldBe("1/150 0/0");
        var ethernet = flows.Single(flow => flow.ParentUuid == fromThere.Uuid);
        ethernet.LayersPath.ShouldBe("Ethernet/IPv4/TCP");
        Ends(ethernet).ShouldBe("10.65.65.4 > 10.65.65.5");
        Ports(ethernet).ShouldBe("52477 > 80");
        Counts(ethernet).ShouldBe("1/74 0/0");
    }

    [Fact]
    public void VLAN_tags_are_in_the_path_and_in_the_link_s_ID()
    {
        var flows = Read("icmpv4-4vlanQinQ-id-8-10-20-30.pcap").Where(flow => flow.Icmp is not null).ToList();
        var expected = new (string Path, string Ends, long Id, string Counts)[]
        {
            ("Ethernet/Dot1Q/IPv4/ICMPv4", "172.16.0.2 > 172.16.0.1", 8, "10/1020 8/816"),
            ("Ethernet/Dot1Q/Dot1Q/IPv4/ICMPv4", "172.16.10.2 > 172.16.10.1", 40968, "10/1060 10/1060"),
            ("Ethernet/Dot1Q/Dot1Q/Dot1Q/IPv4/ICMPv4", "172.16.20.2 > 172.16.20.1", 335585288, "10/1100 9/990"),
            ("Ethernet/Dot1Q/Dot1Q/Dot1Q/Dot1Q/IPv4/ICMPv4", "172.16.30.2 > 172.16.30.1", 2061919887368, "10/1140 8/912"),
        };
        flows.Select(flow => (flow.LayersPath, Ends(flow), flow.Link.Id, Counts(flow))).ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public void Fragments_are_a_flow_of_their_own_without_defragmentation()
    {
        var flows = Read("ipv4-fragments.pcap");
        flows.Select(flow => flow.LayersPath).ShouldBe(["Ethernet/IPv4/Fragment", "Ethernet/IPv4/ICMPv4"], ignoreOrder: true);
    }

    [Fact]
    public void Fragments_are_put_together_with_defragmentation()
    {
        var flow = Read("ipv4-fragments.pcap", new FlowOptions { Defragment = true }).ShouldHaveSingleItem();
        flow.LayersPath.ShouldBe("Ethernet/IPv4/Fragment/ICMPv4");
        flow.IpMetric.Fragments.ShouldBe(1);
        flow.IpMetric.FragmentErrors.ShouldBe(0);
        Counts(flow).ShouldBe("2/1476 1/1442");
        flow.Icmp.Id.ShouldBe(0x13c2u);
    }

    [Fact]
    public void A_raw_IP_link_has_no_link_layer_though_the_file_calls_it_Ethernet()
    {
        var flow = Read("link-type-12.pcap").ShouldHaveSingleItem();
        flow.LayersPath.ShouldBe("IPv4/TCP");
        Ends(flow).ShouldBe("10.171.169.243 > 192.168.255.1");
        Ports(flow).ShouldBe("10250 > 41252");
        flow.Link.ShouldBeNull();
    }

    [Fact]
    public void Layer_key_mode_L3_sees_one_flow_where_L2_sees_two()
    {
        var one = Read("layer-key-mode.pcap", new FlowOptions { KeyMode = LayerKeyMode.L3 }).ShouldHaveSingleItem();
        one.LayersPath.ShouldBe("Ethernet/IPv4/ICMPv4");
        Ends(one).ShouldBe("192.168.0.2 > 192.168.0.1");
        Counts(one).ShouldBe("2/196 2/196");
        one.Icmp.Id.ShouldBe(23604u);

        var two = Read("layer-key-mode.pcap", new FlowOptions { KeyMode = LayerKeyMode.L2 });
        two.Count.ShouldBe(2);
        two.ShouldAllBe(flow => Counts(flow) == "1/98 1/98");
        two.Select(flow => flow.Link.A).ShouldBe(["f2:45:25:5b:3a:ac", "f2:45:25:5b:3a:bc"], ignoreOrder: true);
        two.Select(flow => flow.TrackingId).Distinct().Count().ShouldBe(2);
        two.Select(flow => flow.L3TrackingId).Append(one.L3TrackingId).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_ping_through_a_GRE_tunnel_of_Open_vSwitch_has_the_tunnel_as_parent()
    {
        var flows = ReadOvs("ovs-gre-ping.pcap");
        var tunnel = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/GRE");
        new[] { tunnel.Network.A, tunnel.Network.B }.ShouldBe(["192.168.50.20", "192.168.50.30"], ignoreOrder: true);
        flows.ShouldContain(flow => flow.LayersPath == "Ethernet/ARP" && flow.ParentUuid == tunnel.Uuid);
        var ping = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/ICMPv4");
        Ends(ping).ShouldBe("10.0.0.1 > 10.0.0.2");
        (ping.Metric.AbPackets, ping.Metric.BaPackets).ShouldBe((3, 3));
        ping.ParentUuid.ShouldBe(tunnel.Uuid);
        ping.RttNs.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_ping_through_UDP_tunnels_of_Open_vSwitch_is_one_tunnel_flow_for_both_directions()
    {
        foreach (var (file, path) in new[] { ("ovs-vxlan-ping.pcap", "Ethernet/IPv4/UDP/VXLAN"), ("ovs-geneve-ping.pcap", "Ethernet/IPv4/UDP/Geneve") })
        {
            var flows = ReadOvs(file);
            var tunnel = flows.Single(flow => flow.LayersPath == path);
            tunnel.Network.Id.ShouldBe(77);
            var ping = flows.Single(flow => flow.LayersPath == "Ethernet/IPv4/ICMPv4");
            (ping.Metric.AbPackets, ping.Metric.BaPackets).ShouldBe((2, 2));
            ping.ParentUuid.ShouldBe(tunnel.Uuid);
        }
    }

    private static List<Flow> Read(string name, FlowOptions? options = null) => Captures.FlowsOf(Captures.File($"skydive/{name}"), options);

    private static List<Flow> ReadOvs(string name) => Captures.FlowsOf(Captures.File($"open-vswitch/{name}"));

    private static string Ends(Flow flow) => $"{flow.Network.A} > {flow.Network.B}";

    private static string Ports(Flow flow) => $"{flow.Transport.A} > {flow.Transport.B}";

    private static string Counts(Flow flow) => $"{flow.Metric.AbPackets}/{flow.Metric.AbBytes} {flow.Metric.BaPackets}/{flow.Metric.BaBytes}";
}
