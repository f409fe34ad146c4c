using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Sharding;

/// <summary>Decides which region gets a shard, and which shards should move.</summary>
public interface IShardAllocationStrategy : INoSerializationVerificationNeeded
{
    /// <param name="requester">The region that asked for the shard.</param>
    /// <param name="shardId">The shard that has no home yet.</param>
    /// <param name="currentShardAllocations">All regions that can take shards, with those they have in the order they got them.</param>
    Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations);

    /// <summary>Shards that should find another home.</summary>
    Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress);
}

/// <summary>The strategies there are.</summary>
public static class ShardAllocationStrategy
{
    /// <summary>New shards to the region with the fewest; moves shards from regions that have more than their share.</summary>
    /// <param name="absoluteLimit">So many shards move per round at most; 0 for any number.</param>
    /// <param name="relativeLimit">Such a part of all shards moves per round at most; below 1.</param>
    public static IShardAllocationStrategy LeastShardAllocationStrategy(int absoluteLimit, double relativeLimit) =>
        new EvenShardAllocationStrategy(absoluteLimit, relativeLimit);
}
