using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Sharding;

/// <summary>Keeps the regions' numbers of shards within one of each other, moving a limited number at a time.</summary>
internal sealed class EvenShardAllocationStrategy(int absoluteLimit, double relativeLimit) : IShardAllocationStrategy
{
    private static readonly IImmutableSet<string> None = ImmutableHashSet<string>.Empty;

    public Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) =>
        Task.FromResult(currentShardAllocations
            .OrderBy(r => r.Value.Count)
            .ThenBy(r => r.Key.Path.ToSerializationFormat(), StringComparer.Ordinal)
            .First().Key);

    public Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
        Task.FromResult(rebalanceInProgress.Count > 0 ? None : Surplus(currentShardAllocations.Values, absoluteLimit, relativeLimit));

    /// <summary>The shards above what an even spread allows: first those of regions above the rounded-up share, then, as far as
    /// some have less than the rounded-down one, one of each that has the rounded-up.</summary>
    public static IImmutableSet<string> Surplus(IEnumerable<IImmutableList<string>> regions, int absoluteLimit, double relativeLimit)
    {
        var all = regions.ToArray();
        var shards = all.Sum(r => r.Count);
        if (all.Length < 2 || shards == 0)
        {
            return None;
        }

        var limit = Math.Max(1, Math.Min(
            relativeLimit > 0 ? (int)(relativeLimit * shards) : int.MaxValue,
            absoluteLimit > 0 ? absoluteLimit : int.MaxValue));
        var (least, most) = (shards / all.Length, (shards + all.Length - 1) / all.Length);

        var surplus = all.SelectMany(r => r.Take(r.Count - most)).ToList();
        if (surplus.Count == 0)
        {
            var missing = all.Sum(r => Math.Max(0, least - r.Count));
            surplus.AddRange(all.Where(r => r.Count == most && most > least).Select(r => r[0]).Take(missing));
        }

        return surplus.Take(limit).ToImmutableHashSet();
    }
}
