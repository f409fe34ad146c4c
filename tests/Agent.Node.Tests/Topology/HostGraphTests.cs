using System.Collections.Immutable;
using System.Text.Json;
using Agent.Node.Capture;
using Agent.Node.Linux;
using Agent.Node.Probes.Namespaces;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Topology.Fabric.Model;
using GraphNode = Topology.Fabric.Model.Node;

namespace Agent.Node.Tests.Topology;

public sealed class HostGraphTests
{
    private static readonly NamespaceId Own = new(4, 1);
    private static readonly NamespaceId Inner = new(4, 2);
    private static readonly NamedNamespace Ns1 = new("ns1", "/var/run/netns/ns1", Inner);
    private static readonly HostFacts Nothing = new("h1", Own);

    [Fact]
    public void A_host_without_probes_is_a_node()
    {
        var host = Graph(Nothing).Nodes.ShouldHaveSingleItem();

        (host.Type, host.Name, host.Host, host.Origin).ShouldBe(("host", "h1", "h1", "agent.h1"));
    }

    [Fact]
    public void Interfaces_belong_to_the_host_or_to_their_namespace()
    {
        var graph = Graph(Nothing.WithNamespace(Ns1)
            .WithInterfaces(Own, Seen(Link(2, "eth0")), 1)
            .WithInterfaces(Inner, Seen(Link(1, "lo")), 1));

        Parents(graph, "eth0", Relations.Ownership).ShouldBe(["h1"]);
        Parents(graph, "lo", Relations.Ownership).ShouldBe(["ns1"]);
        Parents(graph, "ns1", Relations.Ownership).ShouldBe(["h1"]);
        Named(graph, "ns1").Metadata["Path"].ShouldBe(Ns1.Path);
    }

    [Fact]
    public void An_interface_carries_what_Skydive_says_of_it()
    {
        var facts = new InterfaceFacts(
            Link(2, "eth0") with { Mac = "02:00:00:00:00:01", Mtu = 1400, Kind = "veth", LowerIndex = 9, Flags = LinkFlags.Up | LinkFlags.Multicast },
            "veth",
            [new AddressMessage(2, "10.0.0.1", 24), new AddressMessage(2, "fe80::1", 64)],
            [new RouteMessage { Table = 254, Prefix = "0.0.0.0/0", NextHops = [new RouteNextHop(2, "10.0.0.254")] }],
            [new NeighbourMessage(2, "10.0.0.254", "02:00:00:00:00:fe", NeighbourStates.Reachable)]);

        var node = Named(Graph(Nothing.WithInterfaces(Own, new InterfaceChanges([facts], []), 1)), "eth0");

        var metadata = node.Metadata;
        metadata["Type"].ShouldBe("veth");
        metadata["IfIndex"].ShouldBe(2);
        metadata["MAC"].ShouldBe("02:00:00:00:00:01");
        metadata["MTU"].ShouldBe(1400);
        metadata["State"].ShouldBe("UP");
        metadata["Driver"].ShouldBe("veth");
        metadata["PeerIfIndex"].ShouldBe(9);
        metadata["LinkFlags"].ShouldBe(MetaValue.Texts(["UP", "MULTICAST"]));
        metadata["IPV4"].ShouldBe(MetaValue.Texts(["10.0.0.1/24"]));
        metadata["IPV6"].ShouldBe(MetaValue.Texts(["fe80::1/64"]));
        metadata.Has("Neighbors.MAC", "02:00:00:00:00:fe").ShouldBeTrue();
        metadata.Has("RoutingTables.Routes.Nexthops.IP", "10.0.0.254").ShouldBeTrue();
        node.Tid.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Veth_peers_in_two_namespaces_are_tied_whichever_side_knows_the_other(bool hostKnows)
    {
        var facts = Nothing.WithNamespace(Ns1)
            .WithInterfaces(Own, Seen(Link(5, "v0") with { Kind = "veth", LowerIndex = 2, LowerNamespaceId = 0 }), 1)
            .WithInterfaces(Inner, Seen(Link(2, "eth0") with { Kind = "veth", LowerIndex = 5, LowerNamespaceId = 7 }), 1);
        var numbers = hostKnows ? ImmutableDictionary<int, NamespaceId>.Empty.Add(0, Inner) : ImmutableDictionary<int, NamespaceId>.Empty.Add(7, Own);

        Wires(Graph(facts)).ShouldBeEmpty();
        Wires(Graph(facts.WithNumbers(hostKnows ? Own : Inner, numbers))).ShouldBe(["eth0-v0:veth"]);
    }

    [Fact]
    public void Links_hang_at_their_bridge_and_on_their_lower_device()
    {
        var graph = Graph(Nothing.WithInterfaces(
            Own,
            Seen(Link(2, "br7") with { Kind = "bridge" }, Link(3, "p0") with { MasterIndex = 2 }, Link(4, "p0.100") with { Kind = "vlan", Vlan = 100, LowerIndex = 3 }),
            1));

        Wires(graph).ShouldBe(["br7-p0:", "p0-p0.100:vlan"], ignoreOrder: true);
        Named(graph, "p0.100").Metadata["Vlan"].ShouldBe(100);
    }

    [Fact]
    public void What_Open_vSwitch_told_before_it_fell_silent_says_since_when()
    {
        var silent = Graph((Nothing with { Ovs = Ovs() with { StaleSince = 1234 } }).WithInterfaces(Own, Seen(Link(7, "br0") with { Kind = "tun" }), 1));

        silent.Nodes.Where(node => node.Type is "ovsbridge" or "ovsport").ShouldAllBe(node => node.Metadata.Has("StaleSince", 1234));
        // Netlink still tells of the device.
        silent.Nodes.Single(node => node.Type == "internal").Metadata.Keys().ShouldNotContain("StaleSince");
        silent.Nodes.Select(node => node.Id).ShouldBe(Graph((Nothing with { Ovs = Ovs() }).WithInterfaces(Own, Seen(Link(7, "br0") with { Kind = "tun" }), 1)).Nodes.Select(node => node.Id));
    }

    [Fact]
    public void An_interface_that_netlink_and_OVSDB_see_is_one_node_of_OVSDBs_type()
    {
        var before = Nothing with { Ovs = Ovs() };
        var facts = before.WithInterfaces(Own, Seen(Link(7, "br0") with { Kind = "tun", Mtu = 1500 }), 1);

        var early = Graph(before).Nodes.Single(n => n.Type == "internal");
        var node = Graph(facts).Nodes.Single(n => n.Type == "internal");

        node.Id.ShouldBe(early.Id);
        node.Name.ShouldBe("br0");
        node.Metadata["MTU"].ShouldBe(1500);
        Graph(facts).Nodes.ShouldAllBe(n => n.Type != "tun");
    }

    [Fact]
    public void A_bridge_owns_its_ports_and_ports_lead_to_interfaces()
    {
        var graph = Graph(Nothing with { Ovs = Ovs() });

        var bridge = graph.Nodes.Single(n => n.Type == "ovsbridge");
        graph.Neighbours(bridge.Id, global::Topology.Fabric.Model.Graph.Direction.Out, e => e.RelationType == Relations.Ownership)
            .Select(n => (n.Type, n.Name)).ShouldBe([("ovsport", "br0"), ("ovsport", "gre0")], ignoreOrder: true);
        var tunnel = graph.Nodes.Single(n => n.Type == "gre");
        tunnel.Metadata["RemoteIP"].ShouldBe("192.0.2.2");
        tunnel.Metadata["Key"].ShouldBe(7);
        tunnel.Metadata.Has("Ovs.Options.remote_ip", "192.0.2.2").ShouldBeTrue();
        tunnel.Metadata.Has("ExtID.vm", "a").ShouldBeTrue();
        Parents(graph, "gre0", Relations.Ownership, "gre").ShouldBe(["h1"]);
        graph.EdgesOf(tunnel.Id).Single(e => e.RelationType == Relations.Layer2).Parent
            .ShouldBe(graph.Nodes.Single(n => n is { Type: "ovsport", Name: "gre0" }).Id);
    }

    [Fact]
    public void An_internal_port_moved_into_a_namespace_stays_one_node()
    {
        var graph = Graph((Nothing with { Ovs = Ovs() }).WithNamespace(Ns1)
            .WithInterfaces(Inner, Seen(Link(7, "br0") with { Kind = "tun", Mac = "02:00:00:00:00:b0" }), 1));

        Parents(graph, "br0", Relations.Ownership, "internal").ShouldBe(["ns1"]);
    }

    [Fact]
    public void A_captures_mirror_port_isnt_shown()
    {
        var name = BridgeMirror.PortName("br0", "c1");
        var ovs = Ovs($$$"""
            "00000000-0000-0000-0000-0000000000d0": {"new": {"name": "{{{name}}}", "interfaces": ["uuid", "00000000-0000-0000-0000-0000000000d1"],
                "external_ids": ["map", [["skydive-capture", "c1"]]]}}
            """);

        var graph = Graph((Nothing with { Ovs = ovs }).WithInterfaces(Own, Seen(Link(9, name)), 1));

        graph.Nodes.ShouldAllBe(n => n.Name != name);
    }

    [Fact]
    public void Whatever_vanishes_in_whatever_order_leaves_no_edge_behind()
    {
        var full = (Nothing with { Ovs = Ovs() }).WithNamespace(Ns1)
            .WithInterfaces(Own, Seen(Link(5, "v0") with { Kind = "veth", LowerIndex = 2, LowerNamespaceId = 0 }, Link(7, "br0") with { Kind = "tun" }), 1)
            .WithInterfaces(Inner, Seen(Link(2, "eth0") with { Kind = "veth", LowerIndex = 5, LowerNamespaceId = 7 }), 1)
            .WithNumbers(Own, ImmutableDictionary<int, NamespaceId>.Empty.Add(0, Inner));
        Func<HostFacts, HostFacts>[] losses =
        [
            f => f.WithoutNamespace(Inner), f => f with { Ovs = OvsTables.Empty }, f => f.WithInterfaces(Own, new InterfaceChanges([], [5, 7]), 2),
            f => f.WithInterfaces(Inner, new InterfaceChanges([], [2]), 2),
        ];
        foreach (var order in Permutations([0, 1, 2, 3]))
        {
            var (graph, _) = HostGraph.Empty.Update(full, 1);
            var view = graph.Graph;
            var facts = full;
            foreach (var loss in order)
            {
                facts = losses[loss](facts);
                (graph, var changes) = graph.Update(facts, 2);
                view = global::Topology.Fabric.Protocol.GraphProtocol.Apply(view, changes);
            }

            view.Nodes.ShouldHaveSingleItem().Type.ShouldBe("host");
            view.AllEdges.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Only_what_changed_gets_a_revision_and_a_time()
    {
        var facts = Nothing.WithInterfaces(Own, Seen(Link(2, "a"), Link(3, "b")), 1);
        var (graph, first) = HostGraph.Empty.Update(facts, 100);
        first.Count.ShouldBe(5);

        (graph, var second) = graph.Update(facts.WithInterfaces(Own, Seen(Link(3, "b") with { Mtu = 9000 }), 2), 200);

        var change = second.ShouldHaveSingleItem().NodeSet;
        (change.CreatedAt, change.UpdatedAt, change.Revision).ShouldBe((100, 200, 2));
        graph.Update(facts.WithInterfaces(Own, Seen(Link(3, "b") with { Mtu = 9000 }), 3), 300).Changes.ShouldBeEmpty();
    }

    [Fact]
    public void Counters_are_told_with_how_far_they_went()
    {
        var facts = Nothing.WithInterfaces(Own, Seen(Link(2, "a") with { Statistics = new LinkStatistics { RxPackets = 10 } }), 1000);
        Named(Graph(facts), "a").Metadata.TryGet("LastUpdateMetric", out _).ShouldBeFalse();

        facts = facts.WithInterfaces(Own, Seen(Link(2, "a") with { Statistics = new LinkStatistics { RxPackets = 14, RxBytes = 400 } }), 3000);

        var metadata = Named(Graph(facts), "a").Metadata;
        metadata.Has("Metric.RxPackets", 14).ShouldBeTrue();
        metadata.Has("LastUpdateMetric.RxPackets", 4).ShouldBeTrue();
        metadata.Has("LastUpdateMetric.Start", 1000).ShouldBeTrue();
        metadata.Has("LastUpdateMetric.Last", 3000).ShouldBeTrue();
    }

    [Fact]
    public void Captures_show_on_their_node()
    {
        var facts = Nothing.WithInterfaces(Own, Seen(Link(2, "a")), 1);
        var id = Named(Graph(facts), "a").Id;

        var node = Named(Graph(facts.WithCaptures(id, [new CaptureState { Id = "c1", State = CaptureState.Failed, Error = "no" }])), "a");

        node.Metadata.Has("Captures.ID", "c1").ShouldBeTrue();
        node.Metadata.Has("Captures.State", "error").ShouldBeTrue();
        node.Metadata.Has("Captures.Error", "no").ShouldBeTrue();
    }

    [Fact]
    public void Dotted_metadata_of_the_configuration_nests()
    {
        var facts = Nothing with { HostMetadata = OvsTables.NoMap.Add("Site.Rack", "12").Add("Site.Room", "b").Add("Owner", "net") };

        var metadata = Graph(facts).Nodes.Single().Metadata;

        metadata.Has("Site.Rack", "12").ShouldBeTrue();
        metadata.Has("Site.Room", "b").ShouldBeTrue();
        metadata.Has("Owner", "net").ShouldBeTrue();
    }

    [Fact]
    public void Each_node_says_what_can_be_captured_there()
    {
        var facts = (Nothing with { Ovs = Ovs(), CaptureFiles = ["/tmp/a.pcap"] }).WithNamespace(Ns1).WithInterfaces(Inner, Seen(Link(2, "eth0")), 1);
        var (graph, _) = HostGraph.Empty.Update(facts, 1);

        CapturePlace Place(string type, string name) => graph.Places[graph.Graph.Nodes.Single(n => n.Type == type && n.Name == name).Id];
        Place("device", "eth0").ShouldBe(new CapturePlace.Device("eth0", 2, Ns1.Path));
        Place("ovsbridge", "br0").ShouldBe(new CapturePlace.Bridge("br0"));
        Place("pcap", "a.pcap").ShouldBe(new CapturePlace.File("/tmp/a.pcap"));
        Place("gre", "gre0").ShouldBe(new CapturePlace.None());
    }

    internal static LinkMessage Link(int index, string name) => new() { Index = index, Name = name, HardwareType = 1 };

    internal static InterfaceChanges Seen(params LinkMessage[] links) => new([.. links.Select(l => new InterfaceFacts(l))], []);

    /// <summary>Bridge br0 with its internal port and a GRE tunnel, and further ports as rows of JSON.</summary>
    internal static OvsTables Ovs(string morePorts = "")
    {
        var more = morePorts.Length == 0 ? "" : ", " + morePorts;
        var morePort = morePorts.Length == 0 ? "" : """, ["uuid", "00000000-0000-0000-0000-0000000000d0"]""";
        using var updates = JsonDocument.Parse("""
            {
              "Bridge": {"00000000-0000-0000-0000-0000000000a0": {"new": {"name": "br0", "datapath_type": "netdev", "ports":
                ["set", [["uuid", "00000000-0000-0000-0000-0000000000b0"], ["uuid", "00000000-0000-0000-0000-0000000000b1"]MORE_REFERENCE]]}}},
              "Port": {
                "00000000-0000-0000-0000-0000000000b0": {"new": {"name": "br0", "interfaces": ["uuid", "00000000-0000-0000-0000-0000000000c0"]}},
                "00000000-0000-0000-0000-0000000000b1": {"new": {"name": "gre0", "interfaces": ["uuid", "00000000-0000-0000-0000-0000000000c1"]}}MORE_ROWS
              },
              "Interface": {
                "00000000-0000-0000-0000-0000000000c0": {"new": {"name": "br0", "type": "internal", "mac_in_use": "02:00:00:00:00:b0"}},
                "00000000-0000-0000-0000-0000000000c1": {"new": {"name": "gre0", "type": "gre", "external_ids": ["map", [["vm", "a"]]],
                  "options": ["map", [["remote_ip", "192.0.2.2"], ["key", "7"]]]}}
              }
            }
            """.Replace("MORE_REFERENCE", morePort, StringComparison.Ordinal).Replace("MORE_ROWS", more, StringComparison.Ordinal));
        return OvsTables.Empty.Apply(updates.RootElement);
    }

    private static Graph Graph(HostFacts facts) => HostGraph.Empty.Update(facts, 1).Graph.Graph;

    private static GraphNode Named(Graph graph, string name) => graph.Nodes.Single(n => n.Name == name);

    private static IEnumerable<string> Parents(Graph graph, string name, string relation, string? type = null)
    {
        var child = graph.Nodes.Single(n => n.Name == name && (type is null || n.Type == type));
        return graph.Neighbours(child.Id, global::Topology.Fabric.Model.Graph.Direction.In, e => e.RelationType == relation).Select(n => n.Name);
    }

    private static IEnumerable<string> Wires(Graph graph) => graph.Edges
        .Where(e => e.RelationType == Relations.Layer2)
        .Select(e => (Ends: new[] { graph.Node(e.Parent)!.Name, graph.Node(e.Child)!.Name }.Order(StringComparer.Ordinal), e.Metadata))
        .Select(e => string.Join('-', e.Ends) + ":" + (e.Metadata.TryGet("Type", out var type) ? type.Text : ""));

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
}
