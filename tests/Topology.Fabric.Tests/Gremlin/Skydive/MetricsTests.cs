using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin.Skydive;

/// <summary>The cases of Skydive's own tests of metrics: all counters of a metric have one value, written "value@start-last".</summary>
public sealed class MetricsTests
{
    private const int Slice = 10;

    [Theory]
    [InlineData("1000@0-10000", 0, 10, "1000@0-10000")]
    [InlineData("1000@0-20000", 0, 10, "500@0-10000")]
    [InlineData("1000@0-20000", 10, 20, "500@10000-20000")]
    [InlineData("1000@10000-20000", 5, 15, "500@5000-15000")]
    [InlineData("1000@10000-20000", 15, 25, "500@15000-25000")]
    [InlineData("1000@1000-5000", 0, 10, "1000@0-10000")]
    [InlineData("1@0-60000", 0, 10, "1@0-10000")]
    [InlineData("1@0-60000", 10, 20, "0@10000-20000")]
    [InlineData("18000@0-30000", 0, 30, "6000@0-10000 6000@10000-20000 6000@20000-30000")]
    [InlineData("18000@0-30000", 10, 30, "6000@10000-20000 6000@20000-30000")]
    [InlineData("6000@0-15000 6000@15000-30000", 10, 30, "4000@10000-20000 4000@20000-30000")]
    [InlineData("6000@0-15000 6000@15000-30000, 6000@5000-10000 6000@10000-20000", 5, 30, "13000@5000-15000 7000@15000-25000 2000@25000-30000")]
    [InlineData("6000@0-15000 6000@15000-30000, 6000@5000-10000 6000@10000-20000 2000@20000-30000", 5, 30, "13000@5000-15000 8000@15000-25000 3000@25000-30000")]
    public void Metrics_are_cut_into_slices_and_added_up(string metrics, int start, int last, string slices) =>
        string.Join(' ', Sliced(metrics, start, last).Select(Text)).ShouldBe(slices);

    [Theory]
    [InlineData("18000@0-30000", "18000@0-30000")]
    [InlineData("180@0-30000", "180@0-30000")]
    [InlineData("5@0-30000", "5@0-30000")]
    public async Task Nothing_is_lost_at_the_cuts(string metrics, string sum)
    {
        var slices = new MetricsTraversal([new("Aggregated", Sliced(metrics, 0, 30))]);
        var total = await Step("Sum")(slices, new Run(FlowList.Empty, CancellationToken.None));
        Text(((ValueTraversal)total).Value.Fields).ShouldBe(sum);
    }

    [Fact]
    public async Task A_flows_metric_is_its_last_update_or_else_all_there_is()
    {
        Flow[] flows =
        [
            new() { Uuid = "a", Metric = Metric(100, 0, 90), LastUpdateMetric = Metric(10, 60, 90) },
            new() { Uuid = "b", Metric = Metric(7, 50, 80) },
            new() { Uuid = "c" },
        ];

        (await JsonAsync(flows, "G.Flows().Metrics()")).ShouldBe(
            """[{"a":[{"ABBytes":10,"ABPackets":10,"BABytes":10,"BAPackets":10,"Last":90,"RTT":0,"Start":60}],"b":[{"ABBytes":7,"ABPackets":7,"BABytes":7,"BAPackets":7,"Last":80,"RTT":0,"Start":50}]}]""");
        (await JsonAsync(flows, "G.Flows().Metrics('LastUpdateMetric').Sum('ABBytes')")).ShouldBe("17");
        (await JsonAsync(flows, "G.Flows().Metrics().Sum()")).ShouldBe("""{"ABBytes":17,"ABPackets":17,"BABytes":17,"BAPackets":17,"Last":90,"RTT":0,"Start":50}""");
        (await JsonAsync(flows, "G.Flows().Has('UUID', 'none').Metrics().Sum()")).ShouldBe("{}");
        (await JsonAsync(flows, "G.Flows().Metrics().Keys()")).ShouldBe("""["ABBytes","ABPackets","BABytes","BAPackets","Last","RTT","Start"]""");
    }

    [Fact]
    public async Task Live_metrics_are_sliced_from_their_first_start_to_their_last_end()
    {
        Flow[] flows = [new() { Uuid = "a", LastUpdateMetric = Metric(30, 10_000, 40_000) }, new() { Uuid = "b", LastUpdateMetric = Metric(20, 20_000, 40_000) }];

        (await SlicesAsync(flows, "G.Flows().Metrics().Aggregates(10)")).ShouldBe("10@10000-20000 20@20000-30000 20@30000-40000");
        (await SlicesAsync(flows, "G.Flows().Metrics().Aggregates()")).ShouldBe("50@10000-40000");
        (await SlicesAsync(flows, "G.Flows().Metrics().Aggregates(10, 30)")).ShouldBe("20@30000-40000");
        (await JsonAsync(flows, "G.Flows().Metrics().Aggregates(10).Sum('ABBytes')")).ShouldBe("50");
        (await JsonAsync([], "G.Flows().Metrics().Aggregates(10)")).ShouldBe("""[{"Aggregated":[]}]""");
    }

    [Fact]
    public async Task Interfaces_have_several_kinds_of_metrics()
    {
        var graph = TraversalTests.Build(
            [
                TraversalTests.Node("b", ("LastUpdateMetric", Metadata.Create(("RxBytes", 5), ("Start", 10_000), ("Last", 20_000))), ("Metric", Metadata.Create(("RxBytes", 500)))),
                TraversalTests.Node("a", ("LastUpdateMetric", Metadata.Create(("TxBytes", 7), ("Start", 10_000), ("Last", 30_000))), ("Ovs", Metadata.Create(("LastUpdateMetric", Metadata.Create(("RxPackets", 1)))))),
                TraversalTests.Node("idle", ("Metric", Metadata.Create(("RxBytes", 500)))),
            ],
            []);

        (await JsonAsync(graph, "G.V().Metrics()")).ShouldBe("""[{"a":[{"Last":30000,"Start":10000,"TxBytes":7}],"b":[{"Last":20000,"RxBytes":5,"Start":10000}]}]""");
        (await JsonAsync(graph, "G.V().Metrics('Ovs')")).ShouldBe("""[{"a":[{"RxPackets":1}]}]""");
        (await JsonAsync(graph, "G.V().Metrics('SFlow')")).ShouldBe("[]");
        (await JsonAsync(graph, "G.V().Metrics().Sum('RxBytes')")).ShouldBe("5");
        (await JsonAsync(graph, "G.V().Metrics().Count()")).ShouldBe("2");
        // An interface's counters are shared out by time on both sides of a cut.
        (await JsonAsync(graph, "G.V().Metrics().Aggregates(10)")).ShouldBe("""[{"Aggregated":[{"Last":20000,"RxBytes":5,"Start":10000,"TxBytes":3},{"Last":30000,"Start":20000,"TxBytes":3}]}]""");
    }

    [Theory]
    [InlineData("G.Flows().Metrics('Bytes')", 19, "no metric 'Bytes'")]
    [InlineData("G.Flows().Metrics().Aggregates(0)", 32, "from 1")]
    [InlineData("G.Flows().Metrics().Aggregates('x')", 32, "whole number")]
    public void What_metrics_do_not_have_is_refused(string query, int column, string reason)
    {
        var error = Should.Throw<GremlinException>(() => GremlinQuery.Parse(query));
        error.Reason.ShouldContain(reason);
        error.Column.ShouldBe(column);
    }

    [Fact]
    public async Task Slices_have_a_bound()
    {
        Flow[] flows = [new() { Uuid = "a", LastUpdateMetric = Metric(30, 1, 1_700_000_000_000) }];
        (await Should.ThrowAsync<GremlinException>(() => JsonAsync(flows, "G.Flows().Metrics().Aggregates(1)"))).Reason.ShouldContain("1700000000 slices, and 10000 may be");
    }

    private static IReadOnlyList<Metadata> Sliced(string metrics, int start, int last) => MetricSlices.Of(
        metrics.Split(", ").Select(own => own.Split(' ').Select(Read)), start * 1_000, last * 1_000, Slice * 1_000, new Arguments(GremlinParser.ParseSteps("Aggregates(10)")[0]), CancellationToken.None);

    private static StepRun Step(string name)
    {
        var syntax = GremlinParser.ParseSteps($"{name}()")[0];
        return StepTable.Find(syntax, typeof(MetricsTraversal)).Compile(new Arguments(syntax));
    }

    private static Metadata Read(string text)
    {
        var parts = text.Split('@', '-').Select(long.Parse).ToArray();
        return Topology.Fabric.Flows.FlowView.MetricOf(new Flow { Metric = Metric(parts[0], parts[1], parts[2]) })!;
    }

    private static FlowMetric Metric(long value, long start, long last) => new() { AbBytes = value, AbPackets = value, BaBytes = value, BaPackets = value, Start = start, Last = last };

    private static string Text(Metadata metric)
    {
        new[] { "ABBytes", "ABPackets", "BABytes", "BAPackets" }.Select(key => metric[key]).Distinct().Count().ShouldBe(1);
        return $"{metric["ABBytes"]}@{metric["Start"]}-{metric["Last"]}";
    }

    private static async Task<string> SlicesAsync(Flow[] flows, string query) =>
        string.Join(' ', ((MetricsTraversal)await GremlinQuery.Parse(query).RunAsync(Graph.Empty, flows, CancellationToken.None)).Metrics.Single().Value.Select(Text));

    private static async Task<string> JsonAsync(Flow[] flows, string query) => SampleNetwork.JsonOf(await GremlinQuery.Parse(query).RunAsync(Graph.Empty, flows, CancellationToken.None));

    private static async Task<string> JsonAsync(Graph graph, string query) => SampleNetwork.JsonOf(await TraversalTests.RunAsync(graph, query));
}
