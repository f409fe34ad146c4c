using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin.Skydive;

/// <summary>Ascendants, Descendants and Neighbors, as far as they go.</summary>
public sealed class KinTests
{
    private const string Wire = "ConnectsTo";

    // Two hosts, an interface each, a wire between those; a namespace in one, with an interface of its own.
    private static readonly Graph Graph = TraversalTests.Build(
        [.. new[] { "hostA", "intA", "hostB", "intB", "ns", "eth" }.Select(id => TraversalTests.Node(id, ("Name", id)))],
        [
            TraversalTests.Edge("hostA", "intA", (Relations.Key, Relations.Ownership)),
            TraversalTests.Edge("hostB", "intB", (Relations.Key, Relations.Ownership)),
            TraversalTests.Edge("intA", "intB", (Relations.Key, Wire)),
            TraversalTests.Edge("hostA", "ns", (Relations.Key, Relations.Ownership)),
            TraversalTests.Edge("ns", "eth", (Relations.Key, Relations.Ownership)),
        ]);

    [Theory]
    [InlineData("G.V('hostA').Descendants()", "hostA intA ns")]
    [InlineData("G.V('hostA').Descendants(0)", "hostA intA ns eth")]
    [InlineData("G.V('hostA').Descendants(2)", "hostA intA ns eth")]
    [InlineData("G.V('hostA').Descendants(1)", "hostA intA ns")]
    [InlineData("G.V('intA').Descendants()", "intA")]
    [InlineData("G.V('intA').Descendants('RelationType', 'ConnectsTo')", "intA intB")]
    [InlineData("G.V('hostA').Descendants('RelationType', 'ConnectsTo', 'RelationType', 'ownership', 2)", "hostA intA ns intB eth")]
    [InlineData("G.V('hostA').Descendants('RelationType', Within('ConnectsTo', 'ownership'), 0)", "hostA intA ns intB eth")]
    [InlineData("G.V('eth').Ascendants()", "eth ns")]
    [InlineData("G.V('eth').Ascendants(0)", "eth ns hostA")]
    [InlineData("G.V('eth').ascendants(2).Has('Name', 'hostA')", "hostA")]
    [InlineData("G.V('intB').Ascendants('RelationType', 'ConnectsTo', 3)", "intB intA")]
    [InlineData("G.V('intA').Neighbors()", "intA hostA")]
    [InlineData("G.V('intA').Neighbors(0)", "intA")]
    [InlineData("G.V('intA').Neighbors('RelationType', Within('ConnectsTo', 'ownership'))", "intA hostA intB")]
    [InlineData("G.V('hostB').Neighbors('RelationType', Within('ConnectsTo', 'ownership'), 3)", "hostB intB intA hostA")]
    [InlineData("G.V('hostB', 'x').Neighbors(3)", "")]
    [InlineData("G.V().Descendants(0).Count()", "6")]
    public async Task They_go_as_deep_as_is_said_over_the_edges_that_are_said(string query, string ids) =>
        (await TraversalTests.RunAsync(Graph, query) switch
        {
            NodesTraversal nodes => string.Join(' ', nodes.Nodes.Select(node => node.Id)),
            ValueTraversal value => value.Value.ToString(),
            var other => other.ToString(),
        }).ShouldBe(ids);

    [Theory]
    [InlineData("G.V().Descendants('foo')", "whole number")]
    [InlineData("G.V().Neighbors('foo')", "whole number")]
    [InlineData("G.V().Ascendants('a', 'b', 'c')", "whole number")]
    public void The_last_argument_is_the_depth(string query, string reason) => Should.Throw<GremlinException>(() => GremlinQuery.Parse(query)).Reason.ShouldContain(reason);

    [Fact]
    public async Task A_circle_ends()
    {
        var circle = TraversalTests.Build(
            [TraversalTests.Node("a"), TraversalTests.Node("b")],
            [TraversalTests.Edge("a", "b", (Relations.Key, Relations.Ownership)), TraversalTests.Edge("b", "a", (Relations.Key, Relations.Ownership))]);

        ((ValueTraversal)await TraversalTests.RunAsync(circle, "G.V('a').Descendants(0).Count()")).Value.ShouldBe((MetaValue)2);
    }

    [Fact]
    public async Task A_chain_of_any_length_is_followed()
    {
        const int length = 100_000;
        var chain = TraversalTests.Build(
            Enumerable.Range(0, length).Select(i => TraversalTests.Node($"{i}")),
            Enumerable.Range(1, length - 1).Select(i => TraversalTests.Edge($"{i - 1}", $"{i}", (Relations.Key, Relations.Ownership))));

        ((ValueTraversal)await TraversalTests.RunAsync(chain, "G.V('0').Descendants(0).Count()")).Value.ShouldBe((MetaValue)length);
    }
}
