using System.Runtime.CompilerServices;
using Akka.Actor;
using Shared.Messages.Flows;
using Shared.Messages.Telemetry;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Steps;

namespace Analyzer.Node.Queries;

/// <summary>Flows weren't told as asked; the message, for the user, says why.</summary>
internal sealed class FlowQueryException(string message) : Exception(message);

/// <summary>An answer is larger than one may be; the message, for the user, says by which measure.</summary>
internal sealed class AnswerTooLargeException(string message) : Exception(message);

/// <summary>Flows of all flows entities.</summary>
/// <param name="actors">Where askers live.</param>
/// <param name="region">The shard region of the flows entities.</param>
/// <param name="partitions">How many there are.</param>
/// <param name="timeout">Time for all of an answer.</param>
/// <param name="mostRows">Flows, values or packets of an answer at most.</param>
/// <param name="mostBytes">Bytes of packets that are gathered for an answer at most.</param>
internal sealed class PartitionedFlowSource(
    IActorRefFactory actors, ICanTell region, int partitions, TimeSpan timeout, long mostRows = long.MaxValue, long mostBytes = long.MaxValue) : IFlowSource
{
    /// <summary>Queries that are asked at once where their answers may come in any order.</summary>
    private const int AtOnce = 64;

    /// <summary>Bytes of ids in one question: with the steps' text it fits into a message.</summary>
    private const int MostBytesOfIds = 16 << 10;

    private const string AllPackets = "G.Flows().RawPackets()";

    private static readonly FlowPlan CountAll = FlowPlan.Parse("G.Flows().Count()");

    public async Task<Traversal> AskAsync(FlowQuestion question, Run run)
    {
        if (question.Of.NodeTids is { Count: 0 })
        {
            return await question.OverAsync([], run).ConfigureAwait(false);
        }

        var (plan, stop) = (question.Plan, run.Stop);
        if (plan.IsOrdered)
        {
            var rows = FlowAnswer.CutAsync(plan, MergedAsync(plan, question.Of.NodeTids, stop), stop);
            return plan.Result == FlowResult.Groups ? new GroupsStream(rows, plan.Key, plan.MoreThan)
                : question.IsLast ? new RowsStream(rows)
                : await FlowAnswer.FlowsAsync(question, rows, stop).ConfigureAwait(false);
        }

        if (plan.Result == FlowResult.Packets)
        {
            var packets = InTurnAsync(Queries(plan, question.Of.NodeTids), plan.Shift, stop);
            return question.IsLast ? new PacketsStream(packets) : new RawPacketsTraversal(await PacketsAsync(packets, stop).ConfigureAwait(false));
        }

        var parts = Parts(Queries(plan, question.Of.NodeTids), plan.Shift, stop);
        return plan.Result switch
        {
            FlowResult.Metrics => new MetricsStream(parts),
            FlowResult.Flows or FlowResult.Values when question.IsLast => new PartsStream(parts),
            _ => await FlowAnswer.GatherAsync(question, parts, stop).ConfigureAwait(false),
        };
    }

    /// <summary>Raw packets, gathered.</summary>
    /// <exception cref="AnswerTooLargeException">There are too many.</exception>
    public async Task<IReadOnlyList<RawPacket>> PacketsAsync(IAsyncEnumerable<FlowsPart> parts, CancellationToken stop)
    {
        try
        {
            return await FlowAnswer.PacketsAsync(parts, mostBytes, stop).ConfigureAwait(false);
        }
        catch (PacketsTooLargeException)
        {
            throw new AnswerTooLargeException($"the packets have more than {mostBytes} bytes (skydive.analyzer.http.query-bytes): select fewer flows");
        }
    }

    public async Task<IReadOnlyList<RawPacket>> GetRawPacketsAsync(IReadOnlyCollection<Flow> flows, CancellationToken stop)
    {
        var queries = new List<QueryFlows>();
        foreach (var group in flows.Where(flow => flow.RawPacketsCaptured > 0).GroupBy(flow => FlowPartition.Of(flow.L3TrackingId, partitions)))
        {
            foreach (var uuids in Chunks(group.Select(flow => flow.Uuid)))
            {
                queries.Add(new QueryFlows { Partition = group.Key, Steps = AllPackets, Uuids = { uuids } });
            }
        }

        return await PacketsAsync(Parts(queries, 0, stop), stop).ConfigureAwait(false);
    }

    /// <summary>How many flows there are.</summary>
    /// <exception cref="FlowQueryException">A partition didn't answer in time.</exception>
    public async Task<long> CountAsync(CancellationToken stop)
    {
        long count = 0;
        await foreach (var part in Parts(Queries(CountAll, null), 0, stop).ConfigureAwait(false))
        {
            count += part.Count;
        }

        return count;
    }

    /// <summary>The flows last seen, the last first.</summary>
    /// <exception cref="FlowQueryException">A partition didn't answer in time.</exception>
    public async Task<IReadOnlyList<Flow>> LastSeenAsync(int limit, CancellationToken stop) =>
        ((FlowsTraversal)await GremlinQuery.Parse($"G.Flows().Limit({limit}).Has('UUID')").RunAsync(global::Topology.Fabric.Model.Graph.Empty, this, stop).ConfigureAwait(false)).Flows;

    /// <summary>Where the answer can be: flows of one L3TrackingID are in one partition.</summary>
    internal static IReadOnlyList<int> PartitionsOf(FlowPlan plan, int partitions) => plan.Condition.TextsOf("L3TrackingID") is { } ids
        ? [.. ids.Select(id => FlowPartition.Of(id, partitions)).Distinct().Order()]
        : [.. Enumerable.Range(0, partitions)];

    private List<QueryFlows> Queries(FlowPlan plan, IReadOnlyCollection<string>? nodeTids)
    {
        var trace = Traces.Parent;
        var queries = new List<QueryFlows>();
        foreach (var tids in nodeTids is null ? [new List<string>()] : Chunks(nodeTids))
        {
            foreach (var partition in PartitionsOf(plan, partitions))
            {
                queries.Add(new QueryFlows { Partition = partition, Steps = plan.Text, NodeTids = { tids }, TraceParent = trace });
            }
        }

        return queries;
    }

    private FlowAnswers Answers(List<QueryFlows> queries, int atOnce, int shift, CancellationToken stop) => new(actors, region, queries, atOnce, shift, timeout, mostRows, stop);

    // As they come.
    private async IAsyncEnumerable<FlowsPart> Parts(List<QueryFlows> queries, int shift, [EnumeratorCancellation] CancellationToken stop)
    {
        using var answers = Answers(queries, AtOnce, shift, stop);
        while (await answers.NextAsync().ConfigureAwait(false) is { } part)
        {
            yield return part;
            answers.Used(part);
        }
    }

    // One query's after the other's.
    private async IAsyncEnumerable<FlowsPart> InTurnAsync(List<QueryFlows> queries, int shift, [EnumeratorCancellation] CancellationToken stop)
    {
        using var answers = Answers(queries, AtOnce, shift, stop);
        var waiting = queries.ToDictionary(query => query.Query, _ => new Queue<FlowsPart>());
        foreach (var query in queries)
        {
            FlowsPart part;
            do
            {
                while (waiting[query.Query].Count == 0)
                {
                    var next = await answers.NextAsync().ConfigureAwait(false) ?? throw new InvalidOperationException("the answers end before the last of one");
                    waiting[next.Query].Enqueue(next);
                }

                part = waiting[query.Query].Dequeue();
                yield return part;
                answers.Used(part);
            }
            while (!part.IsLast);
        }
    }

    // Each query's are in order; a few parts of each are there at a time.
    private async IAsyncEnumerable<PartRow> MergedAsync(FlowPlan plan, IReadOnlyCollection<string>? nodeTids, [EnumeratorCancellation] CancellationToken stop)
    {
        var queries = Queries(plan, nodeTids);
        using var answers = Answers(queries, queries.Count, plan.Shift, stop);
        var order = new FlowOrder(plan);
        var beginnings = new PriorityQueue<Beginning, FlowRank>(order);
        var byQuery = queries.ToDictionary(query => query.Query, _ => new Beginning());
        var lacking = queries.Count;
        while (true)
        {
            while (lacking > 0)
            {
                var part = await answers.NextAsync().ConfigureAwait(false) ?? throw new InvalidOperationException("the answers end before the last of one");
                var beginning = byQuery[part.Query];
                beginning.Waiting.Enqueue(part);
                if (beginning.Part is null && MoveOn(beginning))
                {
                    lacking--;
                }
            }

            if (!beginnings.TryDequeue(out var least, out _))
            {
                yield break;
            }

            yield return new PartRow(least.Fields!, least.Index++);
            if (!MoveOn(least))
            {
                lacking++;
            }
        }

        // Whether it's known what the query's next row is, or that there's none.
        bool MoveOn(Beginning beginning)
        {
            while (true)
            {
                if (beginning.Part is not null && beginning.Index < beginning.Count)
                {
                    beginning.Fields!.MoveTo(beginning.Index);
                    beginnings.Enqueue(beginning, order.RankOf(beginning.Fields.Row, beginning.Fields));
                    return true;
                }

                if (beginning.Part is { } done)
                {
                    beginning.Part = null;
                    answers.Used(done);
                    if (done.IsLast)
                    {
                        return true;
                    }
                }

                if (!beginning.Waiting.TryDequeue(out var next))
                {
                    return false;
                }

                (beginning.Part, beginning.Index) = (next, 0);
                (beginning.Fields, beginning.Count) = FlowAnswer.RowsOf(next);
            }
        }
    }

    private sealed class Beginning
    {
        public Queue<FlowsPart> Waiting { get; } = [];

        public FlowsPart? Part { get; set; }

        public PartFields? Fields { get; set; }

        public int Count { get; set; }

        public int Index { get; set; }
    }

    private static IEnumerable<List<string>> Chunks(IEnumerable<string> ids)
    {
        var chunk = new List<string>();
        var bytes = 0;
        foreach (var id in ids)
        {
            // Each with its tag and length.
            var length = System.Text.Encoding.UTF8.GetByteCount(id) + 4;
            if (bytes > 0 && bytes + length > MostBytesOfIds)
            {
                yield return chunk;
                (chunk, bytes) = ([], 0);
            }

            chunk.Add(id);
            bytes += length;
        }

        if (bytes > 0)
        {
            yield return chunk;
        }
    }
}
