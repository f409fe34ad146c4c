using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Akka.Actor;
using Analyzer.Node.Flows;
using Analyzer.Node.Queries;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;
using Topology.Fabric.Model;
using Xunit.Abstractions;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Queries;

public sealed class PartitionedFlowSourceTests : EntityTest
{
    private static readonly FlowsEntitySettings Settings = new(new FlowLimits(TimeSpan.FromHours(1), 1_000_000), 1000, TimeSpan.FromHours(1));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ITestOutputHelper _output;

    public PartitionedFlowSourceTests(ITestOutputHelper output) => _output = output;

    [Fact]
    public async Task A_partition_that_does_not_answer_is_named()
    {
        var entities = Entities(4);
        await Store(entities, 10);
        entities[2] = Sys.ActorOf(Akka.Actor.Props.Create(() => new Silent()));
        var source = Source(entities, TimeSpan.FromSeconds(2));

        var error = await Should.ThrowAsync<FlowQueryException>(() => source.CountAsync(CancellationToken.None));
        error.Message.ShouldBe("flows: of 4 partitions, 2 did not answer within 2 s.");
    }

    [Fact]
    public async Task Flows_are_counted_by_a_message_from_each_partition()
    {
        var entities = Entities(2);
        var seen = new List<object>();
        var source = Source([.. entities.Select(entity => Spy(entity, seen))], Patience);
        await Store(entities, 5_000);

        (await source.CountAsync(CancellationToken.None)).ShouldBe(5_000);
        seen.OfType<QueryFlows>().Count().ShouldBe(2);
        seen.OfType<FlowsPart>().Count().ShouldBe(2);
        seen.OfType<TakeFlows>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_query_that_is_lost_on_its_way_is_sent_again()
    {
        var entities = Entities(1);
        await Store(entities, 10);
        var source = Source([Sys.ActorOf(Akka.Actor.Props.Create(() => new Forgetful(entities[0])))], Patience);

        (await source.CountAsync(CancellationToken.None)).ShouldBe(10);
    }

    [Fact]
    public async Task A_query_by_L3TrackingID_asks_only_where_its_flows_can_be()
    {
        var entities = Entities(4);
        var seen = new List<object>();
        var source = Source([.. entities.Select(entity => Spy(entity, seen))], Patience);
        var id = TestFlows.Id("77");

        await source.AskCountAsync($"G.Flows().Has('L3TrackingID', '{id}').Count()");
        seen.OfType<QueryFlows>().ShouldHaveSingleItem().Partition.ShouldBe(FlowPartition.Of(id, 4));
        Partitions($"G.Flows('L3TrackingID', '{id}')").ShouldBe([FlowPartition.Of(id, 4)]);
        Partitions($"G.Flows().Has('L3TrackingID', Within('{id}', '{id}'))").ShouldBe([FlowPartition.Of(id, 4)]);
        Partitions($"G.Flows().HasEither('L3TrackingID', '{id}', 'Host', 'a')").ShouldBe([0, 1, 2, 3]);
        Partitions($"G.Flows().Has('L3TrackingID', Ne('{id}'))").ShouldBe([0, 1, 2, 3]);

        static IReadOnlyList<int> Partitions(string text) => PartitionedFlowSource.PartitionsOf(FlowPlan.Parse(text), 4);
    }

    [Fact]
    public async Task Nodes_flows_are_asked_for_by_their_TIDs_in_messages_of_bounded_size()
    {
        var entities = Entities(2);
        var seen = new List<object>();
        var source = Source([.. entities.Select(entity => Spy(entity, seen))], Patience);
        await Store(entities, 100, node: i => $"tid-{i % 10}");
        var builder = Graph.Empty.ToBuilder();
        for (var i = 5; i < 10_000; i++)
        {
            builder.Set(new TopologyNode { Id = $"n{i}", Metadata = Metadata.Create(("TID", $"tid-{i}")) });
        }

        (await source.AskCountAsync("G.V().Flows().Count()", builder.ToGraph())).ShouldBe(50);
        seen.OfType<QueryFlows>().Count().ShouldBeGreaterThan(2);
        seen.OfType<QueryFlows>().ShouldAllBe(query => query.CalculateSize() < 60 << 10);
        seen.Clear();
        (await source.AskCountAsync("G.V().Has('Name', 'nobody').Flows().Count()", builder.ToGraph())).ShouldBe(0);
        seen.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("G.Flows()")]
    [InlineData("G.Flows().Sort('Metric.ABBytes')")]
    [InlineData("G.Flows().Dedup('UUID')")]
    [InlineData("G.Flows().Group('UUID')")]
    [InlineData("G.Flows().Metrics()")]
    public async Task Who_leaves_stops_the_query_in_the_entities_at_once(string query)
    {
        var entities = Entities(2);
        var seen = new List<object>();
        var source = Source([.. entities.Select(entity => Spy(entity, seen))], Patience);
        await Store(entities, 20_000);
        using var gone = new CancellationTokenSource();
        await using var written = await BeginAsync(source, query, gone.Token);
        (await written.MoveNextAsync()).ShouldBeTrue();

        await gone.CancelAsync();
        var since = Stopwatch.GetTimestamp();
        await Should.ThrowAsync<Exception>(async () =>
        {
            while (await written.MoveNextAsync())
            {
            }
        });
        AwaitCondition(() => Count<StopFlows>(seen) == 2, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(1));
        _output.WriteLine($"{query}: stopped after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0.0} ms");

        // What had been asked for may still come; then no more does.
        var parts = Count<FlowsPart>(seen);
        parts.ShouldBeLessThan(20);
        await Task.Delay(100);
        Count<FlowsPart>(seen).ShouldBeLessThanOrEqualTo(parts + (2 * FlowQueries.Credit));
    }

    [Fact]
    public async Task An_ordered_answer_is_told_row_by_row_while_only_a_few_parts_of_each_partition_are_there()
    {
        var entities = Entities(2);
        var seen = new List<object>();
        var source = Source([.. entities.Select(entity => Spy(entity, seen))], Patience);
        await Store(entities, 30_000);
        var stream = (RowsStream)await GremlinQuery.Parse("G.Flows().Sort('UUID')").RunAsync(Graph.Empty, source, CancellationToken.None);
        var told = new List<ulong>();
        await foreach (var row in stream.Rows)
        {
            if (told.Count == 0)
            {
                Count<FlowsPart>(seen).ShouldBeLessThanOrEqualTo(2 * FlowQueries.Credit);
            }

            told.Add(row.Fields.Row.Uuid);
        }

        told.Count.ShouldBe(30_000);
        told.ShouldBe(told.Order());
    }

    [Fact]
    public async Task Of_an_ordered_answer_no_more_is_asked_for_than_is_wanted()
    {
        var entities = Entities(2);
        var seen = new List<object>();
        var source = Source([.. entities.Select(entity => Spy(entity, seen))], Patience);
        await Store(entities, 30_000);
        var stream = (RowsStream)await GremlinQuery.Parse("G.Flows().Sort('UUID').Limit(20000)").RunAsync(Graph.Empty, source, CancellationToken.None);
        await foreach (var row in stream.Rows)
        {
            break;
        }

        AwaitCondition(() => Count<StopFlows>(seen) == 2, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(1));
        Count<FlowsPart>(seen).ShouldBeLessThanOrEqualTo(2 * FlowQueries.Credit);
    }

    [Fact]
    public async Task What_nobody_reads_is_not_sent()
    {
        var entities = Entities(2);
        var seen = new List<object>();
        var source = Source([.. entities.Select(entity => Spy(entity, seen))], Patience);
        await Store(entities, 50_000);
        await using var written = await BeginAsync(source, "G.Flows()", CancellationToken.None);
        (await written.MoveNextAsync()).ShouldBeTrue();

        await Task.Delay(300);
        Count<FlowsPart>(seen).ShouldBe(2 * FlowQueries.Credit);
    }

    [Fact]
    public async Task A_query_that_takes_too_many_flows_says_so()
    {
        var entities = Entities(1);
        await Store(entities, 2_000);
        var source = Source(entities, Patience, mostRows: 1_000);

        (await source.CountAsync(CancellationToken.None)).ShouldBe(2_000);
        (await Should.ThrowAsync<AnswerTooLargeException>(() => source.AskCountAsync("G.Flows().Dedup().Count()"))).Message.ShouldContain("more than 1000 flows");
    }

    [Fact]
    public async Task An_error_of_the_entities_is_told_with_the_column_of_the_whole_query()
    {
        var entities = Entities(1);
        await Store(entities, 1);
        const string query = "G.V().Has('TID', 'n').Flows().Sum('UUID')";
        var graph = Graph.Empty.With(new TopologyNode { Id = "n", Metadata = Metadata.Create(("TID", "n")) });

        var error = await Should.ThrowAsync<GremlinException>(() => Source(entities, Patience).AskCountAsync(query, graph));
        error.Column.ShouldBe(query.IndexOf("Sum", StringComparison.Ordinal) + 1);
    }

    // As its JSON is written.
    private static async Task<IAsyncEnumerator<bool>> BeginAsync(PartitionedFlowSource source, string query, CancellationToken stop)
    {
        var stream = (StreamTraversal)await GremlinQuery.Parse(query).RunAsync(Graph.Empty, source, stop);
        return StreamJson.WriteAsync(new Utf8JsonWriter(new ArrayBufferWriter<byte>(), GraphJson.WriterOptions), stream, stop).GetAsyncEnumerator(stop);
    }

    private static int Count<T>(List<object> seen)
    {
        lock (seen)
        {
            return seen.OfType<T>().Count();
        }
    }

    private List<IActorRef> Entities(int count) => [.. Enumerable.Range(0, count).Select(Entity)];

    private IActorRef Entity(int partition) => Sys.ActorOf(FlowsEntity.Props(partition, Settings));

    private IActorRef Spy(IActorRef entity, List<object> seen) => Sys.ActorOf(Akka.Actor.Props.Create(() => new SpyActor(entity, seen)));

    private PartitionedFlowSource Source(IReadOnlyList<IActorRef> entities, TimeSpan timeout, long mostRows = long.MaxValue) =>
        new(Sys, Sys.ActorOf(FlowsRegion.Props(entities)), entities.Count, timeout, mostRows);

    private static async Task Store(List<IActorRef> entities, int count, Func<int, string>? node = null)
    {
        var flows = TestFlows.Unlike(count);
        for (var i = 0; node is not null && i < count; i++)
        {
            flows[i].NodeTid = node(i + 1);
        }

        for (var partition = 0; partition < entities.Count; partition++)
        {
            var own = flows.Where(flow => FlowPartition.Of(flow.L3TrackingId, entities.Count) == partition);
            await entities[partition].Ask<FlowsStored>(TestFlows.Update([.. own]), Patience);
        }
    }

    private sealed class Silent : ReceiveActor
    {
        public Silent() => ReceiveAny(_ => { });
    }

    /// <summary>Loses the first message.</summary>
    private sealed class Forgetful : ReceiveActor
    {
        private bool _hasForgotten;

        public Forgetful(IActorRef entity) => ReceiveAny(message =>
        {
            if (_hasForgotten)
            {
                entity.Forward(message);
            }

            _hasForgotten = true;
        });
    }

    /// <summary>Notes what goes to an entity and what comes back.</summary>
    private sealed class SpyActor : ReceiveActor
    {
        private readonly Dictionary<string, IActorRef> _askers = [];

        public SpyActor(IActorRef entity, List<object> seen) => ReceiveAny(message =>
        {
            lock (seen)
            {
                seen.Add(message);
            }

            if (message is FlowsPart part)
            {
                _askers[""].Tell(part);
                return;
            }

            _askers[""] = Sender;
            entity.Tell(message, Self);
        });
    }
}

internal static class Asking
{
    public static async Task<long> AskCountAsync(this PartitionedFlowSource source, string text, Graph? graph = null) =>
        ((ValueTraversal)await GremlinQuery.Parse(text).RunAsync(graph ?? Graph.Empty, source, CancellationToken.None)).Value.Integer;
}
