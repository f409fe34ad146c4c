using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin.Skydive;

/// <summary>The queries Skydive's own tests of traversals ask, and how much they find.</summary>
public sealed class TraversalTests
{
    private static readonly Graph Graph = Build(
        [
            Node("n1", ("Value", 1), ("Type", "intf"), ("Bytes", 1024), ("List", MetaValue.Texts(["111", "222"])), ("Map", Metadata.Create(("a", 1)))),
            Node("n2", ("Value", 2), ("Type", "intf"), ("Bytes", 2024), ("IPV4", MetaValue.Texts(["10.0.0.1", "10.0.1.2"]))),
            Node("n3", ("Value", 3), ("IPV4", "192.168.0.34/24"), ("Map", Metadata.Empty), ("MTU", 1500)),
            Node("n4", ("Value", 4), ("Name", "Node4"), ("Bytes", 4024), ("IPV4", "192.168.1.34"), ("Indexes", List(5, 6))),
        ],
        [
            Edge("n1", "n2", ("Direction", "Left"), ("Name", "e1")),
            Edge("n2", "n3", ("Direction", "Left"), ("Name", "e2")),
            Edge("n3", "n4", ("Name", "e3")),
            Edge("n1", "n4", ("Name", "e4")),
            Edge("n1", "n3", ("Mode", "Direct"), ("Name", "e5")),
        ]);

    private static readonly Graph Alike = Build(
        [
            Node("a", ("Name", "aaa"), ("Type", "intf"), ("Value", "v1")),
            Node("b", ("Name", "bbb"), ("Type", "intf"), ("Value", "v1")),
            Node("c", ("Name", "aaa"), ("Type", "veth")),
            Node("d", ("Name", "aaa"), ("Type", "intf")),
        ],
        []);

    [Theory]
    [InlineData("G.V().Has('Value', 1)", 1)]
    [InlineData("G.V().Has('Type', 'intf')", 2)]
    [InlineData("G.V().HasEither('Type', 'intf', 'Name', 'Node4')", 3)]
    [InlineData("G.V().HasEither(\"Bytes\", 1024, \"Bytes\", 2024)", 2)]
    [InlineData("G.V().Has('List', '111')", 1)]
    [InlineData("G.V().Has('Indexes', 6)", 1)]
    [InlineData("G.V().Has('Value', 1).Out().Has('Value', 2).OutE().Has('Direction', 'Left').OutV().Out().Has('Name', 'Node4')", 1)]
    [InlineData("G.V().Has('Value', 3).BothE()", 3)]
    [InlineData("G.V().Has('Value', 1).Out().Has('Value', 4)", 1)]
    [InlineData("G.V().Has('Value', 1).OutE().Has('Mode', 'Slow').OutV()", 0)]
    [InlineData("G.V().Has('Value', 1).OutE().Has('Mode', 'Direct').OutV().Has('Value', 3)", 1)]
    [InlineData("G.V().Has('Type')", 2)]
    [InlineData("G.V().Keys()", 16)]
    [InlineData("G.V().Values('Type')", 2)]
    [InlineData("G.V().Values('Map')", 1)]
    [InlineData("G.V().Has('Value', Within(1, 2, 4))", 3)]
    [InlineData("G.V().Has('Value', Within(1.0, 2, 4))", 3)]
    [InlineData("G.V().Has('Value', Without(1, 3))", 2)]
    [InlineData("G.V().Has('Value', Lt(3))", 2)]
    [InlineData("G.V().Has('Value', Gt(3))", 1)]
    [InlineData("G.V().Has('Value', Lte(3))", 3)]
    [InlineData("G.V().Has('Value', Gte(3))", 2)]
    [InlineData("G.V().Has('Value', Inside(1, 4))", 2)]
    [InlineData("G.V().Has('Value', Between(1, 4))", 3)]
    [InlineData("G.V().Has('Value', Ne(1))", 3)]
    [InlineData("G.V().Has('MTU', Ne(1200))", 1)]
    [InlineData("G.V().Has('MTU', Ne(''))", 1)]
    [InlineData("G.V().Has('MTU', Ne(1500))", 0)]
    [InlineData("G.V().Has('aaaaaaaaaaa', Ne(''))", 0)]
    [InlineData("G.V().Has('Value', Nee(1))", 3)]
    [InlineData("G.V().Has('MTU', Nee(1200))", 4)]
    [InlineData("G.V().Has('MTU', Nee(''))", 4)]
    [InlineData("G.V().Has('MTU', Nee(1500))", 3)]
    [InlineData("G.V().Has('aaaaaaaaaaa', Nee(''))", 4)]
    [InlineData("G.V().HasKey('Name')", 1)]
    [InlineData("G.V().HasKey('Unknown')", 0)]
    [InlineData("G.V().HasKey('List')", 1)]
    [InlineData("G.V().HasNot('Name')", 3)]
    [InlineData("G.V().Has('Name', Regex('.*ode.*'))", 1)]
    [InlineData("G.V().Has('Name', Regex('ode5'))", 0)]
    [InlineData("G.V().Has('IPV4', Ipv4Range('192.168.0.0/24'))", 1)]
    [InlineData("G.V().Has('IPV4', IPV4RANGE('192.168.0.0/16'))", 2)]
    [InlineData("G.V().Has('IPV4', Ipv4Range('192.168.0.0/26'))", 1)]
    [InlineData("G.V().Has('IPV4', Ipv4Range('192.168.0.77/26'))", 0)]
    [InlineData("G.V().Has('IPV4', Ipv4Range('192.168.2.0/24'))", 0)]
    [InlineData("G.V().Has('IPV4', Ipv4Range('10.0.0.0/24'))", 1)]
    [InlineData("G.V().Has('Value', 2).Both()", 2)]
    [InlineData("G.V().Has('Value', 1).ShortestPathTo(Metadata('Value', 3))", 1)]
    [InlineData("G.V().Has('Value', Within(1, 2)).ShortestPathTo(Metadata('Value', 3))", 2)]
    [InlineData("G.V().Has('Value', 1).ShortestPathTo(Metadata('Value', 3)).Dedup()", 2)]
    [InlineData("G.V().Has('Value', 1).ShortestPathTo(Metadata('Value', 3), Metadata('Direction', 'Left')).Dedup()", 3)]
    [InlineData("G.V().Has('Value', 2).ShortestPathTo(Metadata('Value', 4)).SubGraph().V()", 3)]
    [InlineData("G.E().Has('Name', 'e3').BothV()", 2)]
    [InlineData("G.E().Has('Direction', 'Left').SubGraph().V()", 3)]
    [InlineData("G.E().Has('Direction', 'Left').SubGraph().E()", 2)]
    [InlineData("G.V().Has('Type', 'intf').SubGraph().V()", 2)]
    [InlineData("G.V().Has('Type', 'intf').SubGraph().E()", 1)]
    [InlineData("G.V().SubGraph('Name', Without('e2', 'e3', 'e4', 'e5')).E().Has('Name', 'e1')", 1)]
    [InlineData("G.V().SubGraph('Name', Without('e2', 'e3', 'e4', 'e5')).E()", 1)]
    [InlineData("G.V().Out().Has('Value', 4)", 2)]
    [InlineData("G.V().Out().Has('Value', 4).Dedup()", 1)]
    [InlineData("G.E().Dedup('Direction')", 4)]
    [InlineData("G.V().Dedup('Type')", 3)]
    [InlineData("G.V('n1')", 1)]
    [InlineData("G.V().Has('Value', NE('ZZZ')).Limit(1)", 1)]
    [InlineData("G.V().HasNot('ZZZ').Limit(1)", 1)]
    [InlineData("G.V().HasKey('Value').Limit(1)", 1)]
    [InlineData("G.V().Out().Limit(1)", 1)]
    [InlineData("G.V().In().Limit(1)", 1)]
    [InlineData("G.V().Both().Limit(1)", 1)]
    [InlineData("G.V().Dedup().Limit(1)", 1)]
    [InlineData("G.V().OutE().Limit(1)", 1)]
    [InlineData("G.V().InE().Limit(1)", 1)]
    [InlineData("G.V().BothE().Limit(1)", 1)]
    [InlineData("G.V().BothE().InV().Limit(1)", 1)]
    [InlineData("G.V().BothE().OutV().Limit(1)", 1)]
    // What the scanner takes beyond its tests.
    [InlineData("g.v().HAS('Type', \"intf\")", 2)]
    [InlineData("G.V().Has('Value', 1).As('one').G.V().Has('Value', 4).As('four').Select('one', 'four')", 2)]
    [InlineData("G.V().Has('Value', 1).As('one').Out().Select('one')", 1)]
    [InlineData("G.E().G.V()", 4)]
    [InlineData("G.V().ValueMap('Type', 'Value').Has('Type', 'intf')", 2)]
    [InlineData("G.V().ValueMap('Type')", 2)]
    [InlineData("G.V().ValueMap()", 4)]
    [InlineData("G.V().Has('Value', Contains(1))", 1)]
    [InlineData("G.V().Has('List', Contains('222'))", 1)]
    [InlineData("G.V().Has('Metadata.Map.a', 1)", 1)]
    public async Task A_query_finds_as_many_as_in_Skydive(string query, int count) => Count(await RunAsync(Graph, query)).ShouldBe(count);

    [Theory]
    [InlineData("G.V().Dedup('Name')", 2)]
    [InlineData("G.V().Dedup('Name', 'Type')", 3)]
    [InlineData("G.V().Dedup('Value')", 3)]
    [InlineData("G.V().Dedup('Misc', 'Value')", 3)]
    public async Task What_has_none_of_the_keys_is_like_nothing_else(string query, int count) => Count(await RunAsync(Alike, query)).ShouldBe(count);

    [Theory]
    [InlineData("G.V().Sum('Bytes')", 7072)]
    [InlineData("G.V().Count()", 4)]
    [InlineData("G.E().Count()", 5)]
    public async Task A_single_value_is_as_in_Skydive(string query, long value) => ((ValueTraversal)await RunAsync(Graph, query)).Value.ShouldBe((MetaValue)value);

    [Fact]
    public void Conditions_come_in_pairs() =>
        Should.Throw<GremlinException>(() => GremlinQuery.Parse("G.V().Has('Type', 'intf', 'badparams')")).Reason.ShouldContain("in pairs");

    internal static Task<Traversal> RunAsync(Graph graph, string query) => GremlinQuery.Parse(query).RunAsync(graph, [], CancellationToken.None);

    internal static Graph Build(IEnumerable<Node> nodes, IEnumerable<Edge> edges)
    {
        var builder = Graph.Empty.ToBuilder();
        foreach (var node in nodes)
        {
            builder.Set(node);
        }

        foreach (var edge in edges)
        {
            builder.Set(edge);
        }

        return builder.ToGraph();
    }

    internal static Node Node(string id, params (string, MetaValue)[] metadata) => new() { Id = id, Metadata = Metadata.Create(metadata) };

    internal static Edge Edge(string parent, string child, params (string, MetaValue)[] metadata) =>
        new() { Id = $"{parent}-{child}", Parent = parent, Child = child, Metadata = Metadata.Create(metadata) };

    private static MetaValue List(params MetaValue[] items) => System.Collections.Immutable.ImmutableArray.Create(items);

    private static int Count(Traversal result) => result switch
    {
        NodesTraversal nodes => nodes.Nodes.Count,
        EdgesTraversal edges => edges.Edges.Count,
        ValuesTraversal values => values.Values.Count,
        PathsTraversal paths => paths.Paths.Count,
        var other => throw new InvalidOperationException(other.ToString()),
    };
}
