using Akka.Actor;
using Shared.Messages.Flows;

namespace Analyzer.Node.Flows;

/// <summary>Some partitions didn't answer; the message, for the user, says which.</summary>
internal sealed class FlowQueryException(string message) : Exception(message);

/// <summary>Asks all partitions that can have an answer, and makes one of theirs.</summary>
internal static class FlowQuery
{
    /// <summary>The flows that meet every given criterion, the most recently seen first.</summary>
    /// <param name="region">The shard region of the flows entities.</param>
    /// <param name="partitions">How many there are.</param>
    /// <param name="query">The criteria; its partition is ignored.</param>
    /// <param name="timeout">Time for all of them to answer.</param>
    /// <exception cref="FlowQueryException">A partition didn't answer in time.</exception>
    public static async Task<IReadOnlyList<Flow>> Ask(ICanTell region, int partitions, GetFlows query, TimeSpan timeout)
    {
        var asked = PartitionsOf(query, partitions);
        var answers = await Task.WhenAll(asked.Select(partition => AskOne(region, partition, query, timeout))).ConfigureAwait(false);
        int[] silent = [.. asked.Where((_, index) => answers[index] is null)];
        if (silent.Length > 0)
            throw new FlowQueryException($"flows: of {asked.Count} partitions, {string.Join(", ", silent)} did not answer within {timeout.TotalSeconds:0.#} s.");
        return Merge(answers.OfType<FoundFlows>(), query.Limit);
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

    private static async Task<FoundFlows?> AskOne(ICanTell region, int partition, GetFlows query, TimeSpan timeout)
    {
        var own = query.Clone();
        own.Partition = partition;
        try
        {
            return await region.Ask<FoundFlows>(own, timeout).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
