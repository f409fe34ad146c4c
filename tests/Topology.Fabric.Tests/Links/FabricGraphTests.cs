using Topology.Fabric.Links;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Links;

public class FabricGraphTests
{
    private static readonly Graph Live = Graph.Empty
        .With(Graphs.Node("agent1", ("Type", "host")))
        .With(Graphs.Node("agent2", ("Type", "host")))
        .With(Graphs.Node("1-eth1", ("Name", "eth1")))
        .With(Graphs.Node("2-eth1", ("Name", "eth1")))
        .With(Graphs.Edge("agent1", "1-eth1", Relations.Ownership))
        .With(Graphs.Edge("agent2", "2-eth1", Relations.Ownership));

    [Fact]
    public void Fabric_nodes_say_where_they_come_from()
    {
        var tor = Evaluate("TOR1[Name=tor1] -> PORT1[Type=switchport]").Nodes.Single(n => n.Name == "tor1");
        tor.Type.ShouldBe("device");
        tor.Host.ShouldBe("fabric");
        tor.Origin.ShouldBe("analyzer.a");
        tor.Metadata.Has("Probe", "fabric").ShouldBeTrue();
    }

    [Fact]
    public void An_arrow_owns_and_links_a_long_one_links_only()
    {
        Relation("A -> B").ShouldBe(["layer2", "ownership"]);
        Relation("A --> B").ShouldBe(["layer2"]);

        static IEnumerable<string> Relation(string link) => Evaluate(link).Edges.Select(e => e.RelationType).Order();
    }

    [Fact]
    public void A_live_node_is_linked_once_it_is_there()
    {
        const string link = "PORT1 -> *[Type=host, Name=agent1]/eth1";
        Evaluate(link).AllEdges.Single().Child.ShouldBe("1-eth1");
        Evaluate(link, Live.WithoutNode("1-eth1")).AllEdges.ShouldBeEmpty();
    }

    [Fact]
    public void All_that_match_are_linked() =>
        Evaluate("PORT1 -> *[Type=host]/eth1").AllEdges.Select(e => e.Child).Order().ShouldBe(["1-eth1", "2-eth1"]);

    [Fact]
    public void A_node_in_several_links_is_one_node()
    {
        var fabric = Evaluate("T[Name=tor] -> P1", "T -> P2", "P1 -> *[Name=agent1]/eth1");
        fabric.NodeCount.ShouldBe(3);
        var edges = fabric.AllEdges.ToList();
        edges.Count.ShouldBe(5);
    }

    [Fact]
    public void Evaluating_again_gives_the_same_ids() =>
        Evaluate("A -> B").Nodes.Select(n => n.Id).Order().ShouldBe(Evaluate("A -> B").Nodes.Select(n => n.Id).Order());

    [Fact]
    public void A_links_own_relation_type_wins() =>
        Evaluate("A --> [RelationType=ownership] B").Edges.Single().RelationType.ShouldBe("ownership");

    private static Graph Evaluate(params string[] links) => Evaluate(links, Live);

    private static Graph Evaluate(string link, Graph live) => Evaluate([link], live);

    private static Graph Evaluate(string[] links, Graph live) => FabricGraph.Evaluate(FabricLinkParser.ParseAll(links), live, "analyzer.a", 1);
}
