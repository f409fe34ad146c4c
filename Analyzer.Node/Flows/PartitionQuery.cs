using Akka.Actor;
using Shared.Messages.Flows;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Flows;

/// <summary>Some partitions didn't answer; the message, for the user, says which.</summary>
internal sealed class FlowQueryException(string message) : Exception(message);

/// <summary>Asks all partitions that can have an answer, and makes one of theirs.</summary>
internal static class PartitionQuery
{
    /// <summary>The flows that meet every given criterion, the most recently seen first.</summary>
    /// <param name="region">The shard region of the flows entities.</param>
    /// <param name="partitions">How many there are.</param>
    /// <param name="query">The criteria; its partition is ignored.</param>
    /// <param name="timeout">Time for all of them to answer.</param>
    /// <exception cref="FlowQueryException">A partition didn't answer in time.</exception>
    public static async Task<IReadOnlyList<Flow>> Ask(ICanTell region, int partitions, GetFlows query, TimeSpan timeout)
    {
        var questions = PartitionsOf(query, partitions).Select(partition =>
        {
            var own = query.Clone();
            own.Partition = partition;
            own.TraceParent = Traces.Parent;
            return (partition, (object)own);
        });
        return Merge(await AskAll<FoundFlows>(region, [.. questions], timeout).ConfigureAwait(false), query.Limit);
    }

    /// <summary>The raw packets kept of these flows, each flow's in the order they were captured.</summary>
    /// <exception cref="FlowQueryException">A partition didn't answer in time.</exception>
    public static async Task<IReadOnlyList<RawPacket>> AskRawPackets(ICanTell region, int partitions, IEnumerable<Flow> flows, TimeSpan timeout)
    {
        var questions = flows.Where(flow => flow.RawPacketsCaptured > 0).GroupBy(flow => FlowPartition.Of(flow.L3TrackingId, partitions)).Select(group =>
        {
            var query = new GetRawPackets { Partition = group.Key };
            query.Uuids.AddRange(group.Select(flow => flow.Uuid));
            return (group.Key, (object)query);
        });
        var answers = await AskAll<FoundRawPackets>(region, [.. questions], timeout).ConfigureAwait(false);
        return [.. answers.SelectMany(answer => answer.RawPackets)];
    }

    /// <summary>Where the answer can be: flows of one L3TrackingID are in one partition.</summary>
    internal static IReadOnlyList<int> PartitionsOf(GetFlows query, int partitions) => query.L3TrackingIds.Count > 0
        ? [.. query.L3TrackingIds.Select(id => FlowPartition.Of(id, partitions)).Distinct().Order()]
        : [.. Enumerable.Range(0, partitions)];

    internal static IReadOnlyList<Flow> Merge(IEnumerable<FoundFlows> answers, int limit)
    {
        var flows = answers.SelectMany(answer => answer.Flows).OrderByDescending(flow => flow.Last).ThenBy(flow => flow.Uuid, StringComparer.Ordinal);
        return limit > 0 ? [.. flows.Take(limit)] : [.. flows];
    }

    private static async Task<IReadOnlyList<T>> AskAll<T>(ICanTell region, IReadOnlyList<(int Partition, object Question)> questions, TimeSpan timeout)
        where T : class
    {
        var answers = await Task.WhenAll(questions.Select(asked => AskOne<T>(region, asked.Question, timeout))).ConfigureAwait(false);
        int[] silent = [.. questions.Where((_, index) => answers[index] is null).Select(asked => asked.Partition)];
        return silent.Length == 0
            ? [.. answers.OfType<T>()]
            : throw new FlowQueryException($"flows: of {questions.Count} partitions, {string.Join(", ", silent)} did not answer within {timeout.TotalSeconds:0.#} s.");
    }

    private static async Task<T?> AskOne<T>(ICanTell region, object question, TimeSpan timeout)
        where T : class
    {
        try
        {
            return await region.Ask<T>(question, timeout).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
