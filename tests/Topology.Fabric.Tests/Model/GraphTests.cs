using FsCheck;
using FsCheck.Fluent;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Topology.Fabric.Tests.Model;

public class GraphTests
{
    [Fact]
    public void A_change_leaves_the_graph_it_was_made_from_alone()
    {
        var before = Graphs.Of("a-b");
        var after = before.WithoutNode("b");
        before.NodeCount.ShouldBe(2);
        before.EdgeCount.ShouldBe(1);
        after.NodeCount.ShouldBe(1);
        after.EdgeCount.ShouldBe(0);
    }

    [Fact]
    public void Deleting_a_node_takes_its_edges_along()
    {
        var graph = Graphs.Of("a-b b-c").WithoutNode("b").With(Graphs.Node("b"));
        graph.EdgesOf("b").ShouldBeEmpty();
        graph.AllEdges.ShouldBeEmpty();
    }

    [Fact]
    public void Another_hosts_edge_waits_for_a_deleted_node_to_come_back()
    {
        var graph = Graphs.Of("a-b").With(Graphs.Node("tor") with { Host = "fabric" }).With(Graphs.Edge("tor", "a", host: "fabric"));
        var without = graph.WithoutNode("a");
        without.EdgesOf("tor").ShouldBeEmpty();
        without.With(Graphs.Node("a")).Neighbours("tor").Select(n => n.Id).ShouldBe(["a"]);
    }

    [Fact]
    public void An_edge_that_comes_before_its_node_shows_once_the_node_is_there()
    {
        var graph = Graph.Empty.With(Graphs.Node("a")).With(Graphs.Edge("a", "b"));
        graph.Edges.ShouldBeEmpty();
        graph.With(Graphs.Node("b")).Edges.Count().ShouldBe(1);
    }

    [Fact]
    public void Directions_follow_parent_to_child()
    {
        var graph = Graphs.Of("a-b b-c");
        graph.Neighbours("b", Graph.Direction.Out).Select(n => n.Id).ShouldBe(["c"]);
        graph.Neighbours("b", Graph.Direction.In).Select(n => n.Id).ShouldBe(["a"]);
        graph.Neighbours("b").Select(n => n.Id).Order().ShouldBe(["a", "c"]);
    }

    [Fact]
    public void Replacing_a_hosts_graph_leaves_other_hosts_alone()
    {
        var graph = Graphs.Of("a-b").With(Graphs.Node("x") with { Host = "other" });
        var replaced = graph.WithHost("h", [Graphs.Node("c")], []);
        replaced.Nodes.Select(n => n.Id).Order().ShouldBe(["c", "x"]);
        replaced.Edges.ShouldBeEmpty();
    }

    [Fact]
    public void An_edge_moved_to_other_ends_leaves_the_old_ones()
    {
        var edge = Graphs.Edge("a", "b");
        var graph = Graphs.Of("a-b c-d").With(edge with { Parent = "c", Child = "d" });
        graph.EdgesOf("a").ShouldBeEmpty();
        graph.EdgesOf("c").Count().ShouldBe(2);
    }

    [Fact]
    public void Any_changes_keep_edges_and_adjacency_consistent() =>
        Prop.ForAll(Graphs.Changes().ToArbitrary(), changes =>
        {
            var graph = Graph.Empty.Apply(changes);
            foreach (var edge in graph.Edges)
            {
                graph.Node(edge.Parent).ShouldNotBeNull();
                graph.Node(edge.Child).ShouldNotBeNull();
                graph.EdgesOf(edge.Parent, Graph.Direction.Out).ShouldContain(edge);
                graph.EdgesOf(edge.Child, Graph.Direction.In).ShouldContain(edge);
            }

            graph.Nodes.SelectMany(n => graph.EdgesOf(n.Id, Graph.Direction.Out)).Count().ShouldBe(graph.EdgeCount);
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Any_graph_tells_after_any_change_what_its_nodes_and_edges_by_id_say_and_leaves_the_one_before_alone() =>
        Prop.ForAll(Graphs.Changes().ToArbitrary(), Graphs.Changes().ToArbitrary(), (one, two) =>
        {
            var graph = Graph.EmptyIndexed.Apply(one);
            var before = Told(graph);
            var nodes = graph.Nodes.ToDictionary(node => node.Id);
            var edges = graph.AllEdges.ToDictionary(edge => edge.Id);
            foreach (var change in two)
            {
                var changed = graph.Apply([change]);
                Told(graph).ShouldBe(before);
                Change(nodes, edges, change);
                graph = changed;
                before = Told(graph);
                graph.Nodes.OrderBy(node => node.Id).ShouldBe(nodes.Values.OrderBy(node => node.Id));
                graph.AllEdges.OrderBy(edge => edge.Id).ShouldBe(edges.Values.OrderBy(edge => edge.Id));
                var shown = edges.Values.Where(edge => nodes.ContainsKey(edge.Parent) && nodes.ContainsKey(edge.Child)).ToList();
                graph.Edges.OrderBy(edge => edge.Id).ShouldBe(shown.OrderBy(edge => edge.Id));
                (graph.NodeCount, graph.EdgeCount).ShouldBe((nodes.Count, shown.Count));
                foreach (var node in nodes.Values)
                {
                    graph.EdgesOf(node.Id).OrderBy(edge => edge.Id).ShouldBe(shown.Where(edge => edge.Parent == node.Id || edge.Child == node.Id).OrderBy(edge => edge.Id));
                }
            }
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void A_hosts_graph_takes_the_place_of_all_it_had_wherever_its_edges_lead()
    {
        var graph = Graph.EmptyIndexed.With(Graphs.Node("x") with { Host = "other" }).With(Graphs.Node("y") with { Host = "other" })
            .With(Graphs.Edge("x", "y")).With(Graphs.Edge("x", "nowhere")).With(Graphs.Edge("a", "b"))
            .With(Graphs.Node("moved")).With(Graphs.Edge("moved", "x")).With(Graphs.Node("moved") with { Host = "other" })
            .With(Graphs.Edge("y", "x", host: "other"));

        var replaced = graph.WithHost("h", [Graphs.Node("a")], []);
        replaced.AllEdges.ShouldHaveSingleItem().Host.ShouldBe("other");
        replaced.Nodes.Select(node => node.Id).Order().ShouldBe(["a", "moved", "x", "y"]);
        GraphProtocol.Difference(graph.WithHost("h", [], []).WithHost("other", [], []), Graph.Empty).ShouldBeEmpty();
    }

    [Fact]
    public void A_node_with_very_many_edges_keeps_them_all_through_changes()
    {
        var builder = Graph.Empty.With(Graphs.Node("hub")).ToBuilder();
        for (var i = 0; i < 5_000; i++)
        {
            builder.Set(Graphs.Node($"n{i}"));
            builder.Set(Graphs.Edge("hub", $"n{i}"));
        }

        var graph = builder.ToGraph();
        var without = graph.WithoutNode("n7").With(Graphs.Node("n5000")).With(Graphs.Edge("hub", "n5000"));
        builder.RemoveNode("n8");
        graph.EdgesOf("hub").Count().ShouldBe(5_000);
        without.Neighbours("hub").Select(node => node.Id).ShouldBe(Enumerable.Range(0, 5_001).Where(i => i != 7).Select(i => $"n{i}"), ignoreOrder: true);
        builder.ToGraph().EdgesOf("hub").Count().ShouldBe(4_999);
    }

    private static string Told(Graph graph) => string.Join(
        '\n', graph.Nodes.Select(node => $"{node.Id} {node.Metadata} {string.Join(',', graph.EdgesOf(node.Id).Select(edge => edge.Id).Order())}").Order().Concat(graph.AllEdges.Select(edge => edge.Id).Order()));

    private static void Change(Dictionary<string, Node> nodes, Dictionary<string, Edge> edges, GraphChange change)
    {
        switch (change.ChangeCase)
        {
            case GraphChange.ChangeOneofCase.NodeSet:
                nodes[change.NodeSet.Id] = change.NodeSet.ToModel();
                break;
            case GraphChange.ChangeOneofCase.EdgeSet:
                edges[change.EdgeSet.Id] = change.EdgeSet.ToModel();
                break;
            case GraphChange.ChangeOneofCase.EdgeDeleted:
                edges.Remove(change.EdgeDeleted);
                break;
            case GraphChange.ChangeOneofCase.NodeDeleted when nodes.Remove(change.NodeDeleted):
                foreach (var (id, edge) in edges.Where(edge => edge.Value.Parent == change.NodeDeleted || edge.Value.Child == change.NodeDeleted).ToList())
                {
                    // All are of one host here.
                    edges.Remove(id);
                }

                break;
        }
    }

    [Fact]
    public void Changes_applied_one_by_one_or_at_once_give_the_same_graph() =>
        Prop.ForAll(Graphs.Changes().ToArbitrary(), changes =>
        {
            var atOnce = Graph.Empty.Apply(changes);
            var oneByOne = changes.Aggregate(Graph.Empty, (graph, change) => graph.Apply([change]));
            GraphProtocol.Difference(atOnce, oneByOne).ShouldBeEmpty();
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void The_difference_of_two_graphs_makes_one_the_other() =>
        Prop.ForAll(Graphs.Changes().ToArbitrary(), Graphs.Changes().ToArbitrary(), (one, two) =>
        {
            var before = Graph.Empty.Apply(one);
            var after = Graph.Empty.Apply(two);
            var made = before.Apply(GraphProtocol.Difference(before, after));
            GraphProtocol.Difference(made, after).ShouldBeEmpty();
            GraphProtocol.Difference(after, after).ShouldBeEmpty();
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void The_difference_of_one_host_is_that_of_the_graphs() =>
        Prop.ForAll(Graphs.Changes().ToArbitrary(), Graphs.Changes().ToArbitrary(), (one, two) =>
        {
            const string host = "other";
            var before = Graph.EmptyIndexed.Apply(one).With(Graphs.Node("x") with { Host = host }).With(Graphs.Edge("x", "a", host: host)).With(Graphs.Edge("a", "x"));
            var told = Graph.Empty.Apply(two);
            var after = before.WithHost(host, told.Nodes.Select(node => node with { Id = $"{host}-{node.Id}", Host = host }), told.AllEdges.Select(edge => edge with { Host = host }));
            GraphProtocol.Difference(before, after, host).ShouldBe(GraphProtocol.Difference(before, after), ignoreOrder: true);
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void A_change_that_says_nothing_changes_nothing()
    {
        GraphProtocol.Difference(Graphs.Of("a-b"), Graphs.Of("a-b").Apply([new GraphChange()])).ShouldBeEmpty();
    }

    [Fact]
    public void Ids_made_from_names_follow_the_rfc()
    {
        // Python: uuid.uuid5(uuid.NAMESPACE_OID, "fabricTOR1")
        NameUuid.Of("fabric", "TOR1").ShouldBe("c171d2ee-d356-5a2d-bdb1-a4a3cfd4c9d1");
    }
}
