using System.Collections;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Json;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin;

/// <summary>When nobody wants an answer any more, each step ends at the next item it comes to.</summary>
public sealed class StopTests
{
    private const int Many = 10_000;
    private const int Leaving = 5;

    [Theory]
    [InlineData("Has('Name', Regex('x'))")]
    [InlineData("HasEither('Name', 'a', 'Type', 'b')")]
    [InlineData("Both()")]
    [InlineData("OutE()")]
    [InlineData("Dedup('Name')")]
    [InlineData("Sort('Name')")]
    [InlineData("Values('Name')")]
    [InlineData("ValueMap('Name')")]
    [InlineData("Keys()")]
    [InlineData("Sum('MTU')")]
    [InlineData("Metrics()")]
    [InlineData("SubGraph()")]
    [InlineData("ValueMap()")]
    [InlineData("Descendants(0)")]
    [InlineData("Ascendants()")]
    [InlineData("Neighbors()")]
    [InlineData("NextHop('10.0.0.1')")]
    [InlineData("Sockets()")]
    [InlineData("Range(9000, 9001)")]
    [InlineData("ShortestPathTo(Metadata('Name', 'n1'))")]
    public void Steps_on_nodes_end(string step)
    {
        var nodes = Enumerable.Range(0, Many).Select(i => Graphs.Node($"n{i}", ("MTU", i))).ToList();
        Ends<Node>(step, watched => new NodesTraversal(Graph.Empty, watched(nodes)));
    }

    [Theory]
    [InlineData("Has('Application', Regex('x'))")]
    [InlineData("Dedup()")]
    [InlineData("Sort('RTT')")]
    [InlineData("Group('Application')")]
    [InlineData("Values('Application')")]
    [InlineData("Keys()")]
    [InlineData("Sum('RTT')")]
    [InlineData("Metrics()")]
    [InlineData("CaptureNode()")]
    [InlineData("Since(60)")]
    [InlineData("Sockets()")]
    [InlineData("Both()")]
    public void Steps_on_flows_end(string step)
    {
        var flows = Enumerable.Range(0, Many).Select(i => new Flow { Uuid = FlowForms.Id((ulong)i + 1), Metric = new FlowMetric() }).ToList();
        Ends<Flow>(step, watched => new FlowsTraversal(Graph.Empty, watched(flows)));
    }

    [Theory]
    [InlineData("Dedup()")]
    [InlineData("Sum()")]
    public void Steps_on_values_end(string step)
    {
        var values = Enumerable.Range(0, Many).Select(i => (MetaValue)i).ToList();
        Ends<MetaValue>(step, watched => new ValuesTraversal(watched(values)));
    }

    [Fact]
    public void Steps_on_metrics_end()
    {
        var metrics = Enumerable.Range(0, Many).Select(i => new KeyValuePair<string, IReadOnlyList<Metadata>>($"{i}", [Metadata.Create(("Start", 0), ("Last", 100_000), ("RxBytes", i))])).ToList();
        Ends<KeyValuePair<string, IReadOnlyList<Metadata>>>("Sum()", watched => new MetricsTraversal(watched(metrics)));
        Ends<KeyValuePair<string, IReadOnlyList<Metadata>>>("Aggregates()", watched => new MetricsTraversal(watched(metrics)));
    }

    [Fact]
    public void Sorting_ends_while_it_compares()
    {
        var nodes = Enumerable.Range(0, Many).Select(i => Graphs.Node($"n{i}")).ToList();
        using var gone = new CancellationTokenSource();
        // It leaves with the last node: all that's left is to sort them.
        var watched = new Watched<Node>(nodes, gone, Many);

        Should.Throw<OperationCanceledException>(() => RunStep("Sort('Name')", new NodesTraversal(Graph.Empty, watched), gone.Token));
    }

    [Fact]
    public void Writing_an_answer_ends()
    {
        var nodes = Enumerable.Range(0, Many).Select(i => Graphs.Node($"n{i}")).ToList();
        using var gone = new CancellationTokenSource();
        var watched = new Watched<Node>(nodes, gone, Leaving);
        using var json = new System.Text.Json.Utf8JsonWriter(Stream.Null);

        Should.Throw<OperationCanceledException>(() => TraversalJson.Write(json, new NodesTraversal(Graph.Empty, watched), gone.Token));
        watched.Seen.ShouldBeLessThanOrEqualTo(Leaving + 1);
    }

    [Fact]
    public void A_pattern_that_would_need_a_huge_automaton_is_refused()
    {
        Should.Throw<GremlinException>(() => GremlinQuery.Parse("G.V().Has('Name', Regex('((a{1,200}){1,200}){1,200}'))")).Reason.ShouldContain("can't be used");
    }

    private static void Ends<T>(string step, Func<Func<List<T>, IReadOnlyList<T>>, Traversal> input)
    {
        using var gone = new CancellationTokenSource();
        Watched<T>? watched = null;
        var traversal = input(items => watched = new Watched<T>(items, gone, Leaving));

        Should.Throw<OperationCanceledException>(() => RunStep(step, traversal, gone.Token));
        watched!.Seen.ShouldBeLessThanOrEqualTo(Leaving + 1);
    }

    private static void RunStep(string step, Traversal input, CancellationToken stop)
    {
        var syntax = GremlinParser.ParseSteps(step)[0];
        StepTable.Find(syntax, input.GetType()).Compile(new Arguments(syntax))(input, new Run(FlowList.Empty, stop)).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Someone leaves at an item.</summary>
    private sealed class Watched<T>(List<T> items, CancellationTokenSource gone, int leaving) : IReadOnlyList<T>
    {
        public int Seen { get; private set; }

        public int Count => items.Count;

        public T this[int index] => items[index];

        public IEnumerator<T> GetEnumerator()
        {
            foreach (var item in items)
            {
                if (++Seen == leaving)
                {
                    gone.Cancel();
                }

                yield return item;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
