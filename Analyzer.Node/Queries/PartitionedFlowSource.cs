using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;
using Shared.Messages.Flows;
using Shared.Messages.Telemetry;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;
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
internal sealed class PartitionedFlowSource(IActorRefFactory actors, ICanTell region, int partitions, TimeSpan timeout, long mostRows = long.MaxValue) : IFlowSource
{
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

        var parts = Ask(question.Plan, question.Of.NodeTids, run.Stop);
        var isWhole = question is { IsLast: true, Plan: { Result: FlowResult.Flows or FlowResult.Values, Limit: null, Order: null } };
        return isWhole ? new StreamTraversal(parts) : await FlowAnswer.GatherAsync(question, parts, run.Stop).ConfigureAwait(false);
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

        return await FlowAnswer.PacketsAsync(Parts(queries, 0, stop), stop).ConfigureAwait(false);
    }

    /// <summary>How many flows there are.</summary>
    /// <exception cref="FlowQueryException">A partition didn't answer in time.</exception>
    public async Task<long> CountAsync(CancellationToken stop)
    {
        long count = 0;
        await foreach (var part in Ask(CountAll, null, stop).ConfigureAwait(false))
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

    private IAsyncEnumerable<FlowsPart> Ask(FlowPlan plan, IReadOnlyCollection<string>? nodeTids, CancellationToken stop)
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

        return Parts(queries, plan.Shift, stop);
    }

    private async IAsyncEnumerable<FlowsPart> Parts(List<QueryFlows> queries, int shift, [EnumeratorCancellation] CancellationToken stop)
    {
        var channel = Channel.CreateUnbounded<FlowsPart>(new UnboundedChannelOptions { SingleReader = true });
        var open = new ConcurrentDictionary<int, int>();
        foreach (var query in queries)
        {
            query.Query = open.Count + 1;
            open[query.Query] = query.Partition;
        }

        using var time = CancellationTokenSource.CreateLinkedTokenSource(stop);
        time.CancelAfter(timeout);
        var asker = actors.ActorOf(FlowAsker.Props(region, queries, channel.Writer, open));
        try
        {
            long rows = 0;
            while (await WaitAsync(channel.Reader, queries, open, time.Token).ConfigureAwait(false))
            {
                while (channel.Reader.TryRead(out var part))
                {
                    if (part.Error.Length > 0)
                    {
                        throw part.ErrorColumn > 0
                            ? new GremlinException(part.ErrorColumn + shift, part.Error)
                            : new FlowQueryException($"flows: partition {part.Partition}: {part.Error}");
                    }

                    rows += (part.Updates.Count / FlowUpdate.Numbers) + part.Values.Count + part.RawPackets.Count;
                    if (rows > mostRows)
                    {
                        throw new AnswerTooLargeException($"the query takes more than {mostRows} flows, values or packets (skydive.analyzer.http.query-rows): select less, or end it with Limit");
                    }

                    yield return part;
                    if (!part.IsLast)
                    {
                        asker.Tell(new FlowAsker.Used(part.Query, part.Number));
                    }
                }
            }
        }
        finally
        {
            asker.Tell(FlowAsker.End.Instance);
        }
    }

    private async Task<bool> WaitAsync(ChannelReader<FlowsPart> parts, List<QueryFlows> queries, ConcurrentDictionary<int, int> open, CancellationToken stop)
    {
        try
        {
            return await parts.WaitToReadAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!open.IsEmpty)
        {
            // All that came has been used, so what's open is waited for.
            var asked = queries.Select(query => query.Partition).Distinct().Count();
            throw new FlowQueryException($"flows: of {asked} partitions, {string.Join(", ", open.Values.Distinct().Order())} did not answer within {timeout.TotalSeconds:0.#} s.");
        }
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
