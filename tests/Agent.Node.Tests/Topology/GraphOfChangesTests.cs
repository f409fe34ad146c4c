using System.Collections.Immutable;
using Agent.Node.Capture;
using Agent.Node.Linux;
using Agent.Node.Probes.Namespaces;
using Agent.Node.Probes.Netlink;
using Agent.Node.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Agent.Node.Tests.Topology;

/// <summary>A graph that only looks at what changed is the graph that looks at everything.</summary>
public sealed class GraphOfChangesTests
{
    private static readonly NamespaceId[] Spaces = [.. Enumerable.Range(1, 4).Select(i => new NamespaceId(4, (ulong)i))];
    private static readonly string[] Kinds = ["veth", "bridge", "tun", ""];

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void However_facts_change_the_graph_and_its_changes_are_those_of_the_facts(int seed)
    {
        var random = new Random(seed);
        var facts = new HostFacts("h1", Spaces[0]);
        var (graph, told) = HostGraph.Empty.Update(facts, 1);
        var follower = Graph.Empty.Apply(told);
        for (var step = 0; step < 80; step++)
        {
            for (var more = random.Next(3); more >= 0; more--)
            {
                facts = Change(facts, random, graph, step);
            }

            (graph, told) = graph.Update(facts, step);
            follower = follower.Apply(told);
            var anew = HostGraph.Empty.Update(facts, step).Graph;

            Describe(graph.Graph).ShouldBe(Describe(anew.Graph));
            Describe(follower).ShouldBe(Describe(anew.Graph));
            graph.Places.OrderBy(p => p.Key, StringComparer.Ordinal).ShouldBe(anew.Places.OrderBy(p => p.Key, StringComparer.Ordinal));
            graph.Update(facts, step).Changes.ShouldBeEmpty();
        }
    }

    [Fact]
    public void One_interface_of_thousands_that_changes_is_one_change()
    {
        var all = Enumerable.Range(1, 5_000).Select(i => HostGraphTests.Link(i, $"eth{i}") with { Kind = "veth", LowerIndex = ((i - 1) ^ 1) + 1, Mtu = 1500 }).ToArray();
        var facts = new HostFacts("h1", Spaces[0]).WithInterfaces(Spaces[0], HostGraphTests.Seen(all), 1);
        var (graph, _) = HostGraph.Empty.Update(facts, 1);

        var (_, changes) = graph.Update(facts.WithInterfaces(Spaces[0], HostGraphTests.Seen(all[4_000] with { Mtu = 1400 }), 2), 2);

        changes.ShouldHaveSingleItem().NodeSet.Metadata.Fields["MTU"].IntValue.ShouldBe(1400);
    }

    [Fact]
    public void A_namespace_that_comes_beside_thousands_of_interfaces_is_looked_at_alone()
    {
        var all = Enumerable.Range(1, 5_000).Select(i => HostGraphTests.Link(i, $"eth{i}") with { Kind = "veth", LowerIndex = ((i - 1) ^ 1) + 1 }).ToArray();
        var facts = new HostFacts("h1", Spaces[0]).WithInterfaces(Spaces[0], HostGraphTests.Seen(all), 1);
        var (graph, _) = HostGraph.Empty.Update(facts, 1);
        var spaces = Enumerable.Range(10, 200).Select(i => new NamespaceId(4, (ulong)i)).ToList();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var id in spaces)
        {
            facts = facts.WithNamespace(new NamedNamespace($"n{id.Inode}", $"/run/netns/n{id.Inode}", id));
            (graph, var changes) = graph.Update(facts, 2);
            changes.Count.ShouldBe(2);
            facts = facts.WithInterfaces(id, HostGraphTests.Seen(HostGraphTests.Link(1, "lo")), 2);
            (graph, changes) = graph.Update(facts, 2);
            changes.Count.ShouldBe(2);
        }

        // Built anew each time it would be a gigabyte.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(50_000_000);
        graph.Graph.NodeCount.ShouldBe(5_001 + (2 * spaces.Count));
    }

    [Fact]
    public void What_a_probe_that_started_anew_doesnt_find_is_gone()
    {
        var facts = new HostFacts("h1", Spaces[0]).WithInterfaces(Spaces[0], HostGraphTests.Seen(HostGraphTests.Link(1, "lo"), HostGraphTests.Link(2, "eth0")), 1);

        facts = facts.WithInterfaces(Spaces[0], HostGraphTests.Seen(HostGraphTests.Link(1, "lo")) with { IsAll = true }, 2);

        HostGraph.Empty.Update(facts, 1).Graph.Graph.Nodes.Select(n => n.Name).ShouldBe(["h1", "lo"], ignoreOrder: true);
    }

    private static HostFacts Change(HostFacts facts, Random random, HostGraph graph, int step)
    {
        var space = Spaces[random.Next(Spaces.Length)];
        switch (random.Next(10))
        {
            case 0:
                return facts.WithNamespace(new NamedNamespace($"ns{space.Inode}", $"/run/netns/ns{space.Inode}{random.Next(2)}", space));
            case 1:
                return facts.WithoutNamespace(space);
            case 2:
                return facts.WithNumbers(space, ImmutableDictionary<int, NamespaceId>.Empty.Add(random.Next(2), Spaces[random.Next(Spaces.Length)]));
            case 3:
                return facts.WithInterfaces(space, new InterfaceChanges([], [random.Next(1, 7)]), step);
            case 4:
                var place = graph.Places.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(graph.Places.Count));
                return facts.WithCaptures(place, random.Next(3) == 0 ? [] : [new CaptureState { Id = "c1", PacketsReceived = step }]);
            case 5 when random.Next(4) == 0:
                return facts with { Ovs = facts.Ovs.Bridges.Count > 0 ? Agent.Node.Probes.OpenVSwitch.OvsTables.Empty : HostGraphTests.Ovs() };
            case 6 when random.Next(4) == 0:
                return facts.WithProbe("ovsdb", random.Next(2) == 0 ? "no" : null);
            case 7 when random.Next(4) == 0:
                return facts.WithInterfaces(space, HostGraphTests.Seen(Link(random)) with { IsAll = true }, step);
            case 8:
                // Contents alone.
                return facts.Namespaces.TryGetValue(space, out var contents) && contents.Interfaces.Count > 0
                    ? facts.WithInterfaces(space, HostGraphTests.Seen([.. contents.Interfaces.Values.Select(i => i.Facts.Link with { Mtu = random.Next(2), Statistics = new LinkStatistics { RxBytes = step } })]), step)
                    : facts;
            default:
                return facts.WithInterfaces(space, HostGraphTests.Seen(Link(random)), step);
        }
    }

    // Few names and indexes: they're used again, and by two at once.
    private static LinkMessage Link(Random random) => HostGraphTests.Link(random.Next(1, 7), random.Next(6) is var name and > 0 ? $"eth{name}" : "br0") with
    {
        Kind = Kinds[random.Next(Kinds.Length)],
        Mtu = random.Next(3),
        Mac = random.Next(2) == 0 ? "02:00:00:00:00:b0" : "",
        MasterIndex = random.Next(4) == 0 ? random.Next(1, 7) : 0,
        LowerIndex = random.Next(2) == 0 ? random.Next(1, 7) : 0,
        LowerNamespaceId = random.Next(3) == 0 ? random.Next(2) : null,
    };

    private static IEnumerable<string> Describe(Graph graph) => graph.Nodes.Select(n => $"{n.Id} {n.Metadata}")
        .Concat(graph.AllEdges.Select(e => $"{e.Id} {e.Parent} {e.Child} {e.Metadata}")).Order(StringComparer.Ordinal);
}
