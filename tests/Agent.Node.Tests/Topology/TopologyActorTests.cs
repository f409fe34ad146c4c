using Agent.Node.Host;
using Agent.Node.Injection;
using Agent.Node.Linux;
using Agent.Node.Probes.Namespaces;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Tests.Linux;
using Agent.Node.Tests.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Shared.Messages.Injections;
using Topology.Fabric.Model;
using GraphNode = Topology.Fabric.Model.Node;

namespace Agent.Node.Tests.Topology;

/// <summary>The probes against the real kernel and a real Open vSwitch, seen from the graph they make.</summary>
public sealed class TopologyActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private Graph _graph = Graph.Empty;

    public TopologyActorTests()
        : base("akka { loglevel = WARNING, test.single-expect-default = 30 s }")
    {
    }

    [PrivilegedFact]
    public void Namespaces_come_with_their_links_and_go_with_them()
    {
        Follow(new HostFacts("h1", NamespaceId.Own), ("netns", t => NamespaceProbe.Props("/var/run/netns", t, TimeSpan.FromSeconds(1))));
        string name;
        using (var space = new TestNamespace())
        {
            name = space.Name;
            space.Ip("link add br7 type bridge");
            Until(g => In(g, name, "br7") is not null);
            space.Ip("addr add 10.7.7.1/24 dev br7");
            Until(g => In(g, name, "br7")!.Metadata.Has("IPV4", "10.7.7.1/24"));
        }

        Until(g => g.Nodes.All(n => n.Name != name));
        _graph.Nodes.ShouldAllBe(n => !n.Metadata.Has("IPV4", "10.7.7.1/24"));
    }

    [PrivilegedFact]
    public void Veth_peers_are_tied_across_namespaces_and_vanish_together()
    {
        Follow(new HostFacts("h1", NamespaceId.Own), ("netns", t => NamespaceProbe.Props("/var/run/netns", t, TimeSpan.FromSeconds(1))));
        using var left = new TestNamespace();
        using var right = new TestNamespace();
        left.Ip($"link add v0 type veth peer name v1 netns {right.Name}");

        Until(g => In(g, left.Name, "v0") is { } v0 && In(g, right.Name, "v1") is { } v1
            && g.Neighbours(v0.Id, Graph.Direction.Both, e => e.RelationType == Relations.Layer2).Contains(v1));
        In(_graph, left.Name, "v0")!.Metadata["Driver"].ShouldBe("veth");

        right.Ip("link del v1");
        Until(g => In(g, left.Name, "v0") is null && In(g, right.Name, "v1") is null);
    }

    [PrivilegedFact]
    public void An_interface_moved_to_another_namespace_is_there_and_nowhere_else()
    {
        Follow(new HostFacts("h1", NamespaceId.Own), ("netns", t => NamespaceProbe.Props("/var/run/netns", t, TimeSpan.FromSeconds(1))));
        using var left = new TestNamespace();
        using var right = new TestNamespace();
        left.Ip("link add m0 type veth peer name m9");
        Until(g => In(g, left.Name, "m0") is not null && In(g, right.Name, "lo") is not null);

        left.Ip($"link set m0 netns {right.Name}");
        Until(g => In(g, right.Name, "m0") is not null && In(g, left.Name, "m0") is null);
        right.Ip($"link set m0 netns {left.Name} name m1");
        Until(g => In(g, left.Name, "m1") is not null && In(g, right.Name, "m0") is null && In(g, right.Name, "m1") is null);
    }

    [PrivilegedFact]
    public void A_name_used_again_at_once_is_the_new_interface()
    {
        Follow(new HostFacts("h1", NamespaceId.Own), ("netns", t => NamespaceProbe.Props("/var/run/netns", t, TimeSpan.FromSeconds(1))));
        using var space = new TestNamespace();
        var batch = Path.GetTempFileName();
        File.WriteAllLines(batch, Enumerable.Range(1, 200).SelectMany(i => new[] { $"link add d0 mtu {1000 + i} type bridge", i < 200 ? "link del d0" : "link set d0 up" }));

        space.Run("ip", "-batch", batch);

        Until(g => In(g, space.Name, "d0") is { } last && last.Metadata.Has("MTU", 1200) && last.Metadata.Has("State", "UP"));
        _graph.Nodes.Count(n => n.Name == "d0").ShouldBe(1);
        File.Delete(batch);
    }

    [PrivilegedFact]
    public void Namespaces_that_go_while_they_are_looked_at_leave_nothing()
    {
        Follow(new HostFacts("h1", NamespaceId.Own), ("netns", t => NamespaceProbe.Props("/var/run/netns", t, TimeSpan.FromSeconds(1))));
        var batch = Path.GetTempFileName();
        var prefix = $"q{Guid.NewGuid():N}"[..8];
        File.WriteAllLines(batch, Enumerable.Range(1, 60).SelectMany(i => new[] { $"netns add {prefix}-{i}", i % 3 == 0 ? $"netns del {prefix}-{i - 1}" : $"netns add {prefix}x{i}", $"netns del {(i % 3 == 0 ? $"{prefix}-{i}" : $"{prefix}x{i}")}" }));
        using (var space = new TestNamespace())
        {
            Command.Run("ip", "-batch", batch);
            Until(g => Enumerable.Range(1, 60).All(i => In(g, $"{prefix}-{i}", "lo") is not null == (i % 3 == 1))
                && g.Nodes.All(n => !n.Name.StartsWith($"{prefix}x", StringComparison.Ordinal)) && In(g, space.Name, "lo") is not null);
        }

        File.WriteAllLines(batch, Enumerable.Range(1, 60).Where(i => i % 3 == 1).Select(i => $"netns del {prefix}-{i}"));
        Command.Run("ip", "-batch", batch);
        Until(g => g.Nodes.All(n => !n.Name.StartsWith(prefix, StringComparison.Ordinal)));
        File.Delete(batch);
    }

    [PrivilegedFact]
    public void Open_vSwitch_may_come_late_stop_and_come_back()
    {
        using var space = new TestNamespace();
        using var ovs = new TestOpenVSwitch(space);
        ovs.Stop();
        Follow(
            new HostFacts("h1", space.Id),
            ("netlink", t => NetlinkProbe.Props(space.Id, space.Path, t, TimeSpan.FromSeconds(1))),
            ("ovsdb", t => OvsdbProbe.Props(ovs.Socket, t)));
        Until(g => Node(g, "lo") is not null);

        ovs.Start();
        ovs.AddBridge("br0");
        Until(g => g.Nodes.Any(n => n.Type == "ovsbridge") && g.Nodes.Any(n => n is { Type: "internal", Name: "br0" } && n.Metadata.TryGet("IfIndex", out _)));
        TypesOf(_graph, "br0").ShouldBe(["internal", "ovsbridge", "ovsport"], ignoreOrder: true);

        ovs.Stop();
        Until(g => g.Nodes.Where(n => n.Type is "ovsbridge" or "ovsport").ToList() is { Count: 2 } stale && stale.TrueForAll(n => n.Metadata.TryGet("StaleSince", out _)));

        ovs.Start();
        Until(g => g.Nodes.Any(n => n.Type == "ovsbridge") && g.Nodes.All(n => !n.Metadata.TryGet("StaleSince", out _)));
    }

    [PrivilegedFact]
    public void A_change_of_the_database_passes_through_and_without_the_probe_its_told_why_not()
    {
        using var space = new TestNamespace();
        using var ovs = new TestOpenVSwitch(space);
        ovs.AddBridge("br0");
        var topology = Follow(new HostFacts("h1", space.Id), ("ovsdb", t => OvsdbProbe.Props(ovs.Socket, t)));
        Until(g => g.Nodes.Any(n => n.Type == "ovsbridge"));

        topology.Tell(new OvsdbProbe.Transact("1", tables => BridgeMirror.Start(tables.Bridge("br0")!, "c1")), TestActor);
        FishForMessage<OvsdbProbe.Transacted>(_ => true, Patience).Id.ShouldBe("1");
        ovs.Vsctl("list-ports", "br0").ShouldBe(BridgeMirror.PortName("br0", "c1"));
        topology.Tell(new OvsdbProbe.Transact("2", _ => throw new OvsdbException("no")), TestActor);
        FishForMessage<OvsdbProbe.TransactionFailed>(_ => true, Patience).Error.ShouldBe("no");
        topology.Tell(OvsdbProbe.RemoveMarked.Instance, TestActor);
        FishForMessage<Akka.Done>(_ => true, Patience);
        ovs.Vsctl("list-ports", "br0").ShouldBe("");

        Follow(new HostFacts("h1", space.Id)).Tell(new OvsdbProbe.Transact("3", _ => []), TestActor);
        FishForMessage<OvsdbProbe.TransactionFailed>(f => f.Id == "3", Patience).Error.ShouldContain("without the probe ovsdb");
    }

    [Fact]
    public void An_injection_from_a_node_that_vanished_fails_in_words()
    {
        var topology = Follow(new HostFacts("h1", new NamespaceId(4, 1)));
        var injectors = Sys.ActorOf(InjectorsActor.Props("h1", topology));

        injectors.Tell(new StartInjection { Host = "h1", Injection = new Shared.Messages.Injections.Injection { Uuid = "i1", NodeId = "gone" } }, TestActor);

        var progress = FishForMessage<InjectionProgress>(_ => true, Patience);
        (progress.Uuid, progress.State, progress.Error).ShouldBe(("i1", "failed", "host h1 has no node gone any more"));
    }

    private IActorRef Follow(HostFacts facts, params (string Name, Func<IActorRef, Props> Probe)[] probes)
    {
        var topology = Sys.ActorOf(TopologyActor.Props(facts, TimeSpan.FromMilliseconds(20), probes.ToDictionary(p => p.Name, p => p.Probe)));
        topology.Tell(WatchGraph.Instance, TestActor);
        return topology;
    }

    private void Until(Func<Graph, bool> condition)
    {
        while (!condition(_graph))
        {
            _graph = FishForMessage<GraphUpdate>(_ => true, Patience).Graph.Graph;
        }
    }

    private static GraphNode? Node(Graph graph, string name) => graph.Nodes.FirstOrDefault(n => n.Name == name);

    private static IEnumerable<string> TypesOf(Graph graph, string name) => graph.Nodes.Where(n => n.Name == name).Select(n => n.Type);

    private static GraphNode? In(Graph graph, string space, string name) => graph.Nodes
        .FirstOrDefault(n => n.Name == name && graph.Neighbours(n.Id, Graph.Direction.In, e => e.RelationType == Relations.Ownership).Any(o => o.Name == space));
}
