using System.Collections.Immutable;
using Akka.Event;

namespace Akka.Cluster.Sharding.Shards;

/// <summary>From a shard to its region: its entities are known, and messages can come.</summary>
internal sealed record ShardReady(string Shard);

internal sealed class GetCurrentShardState
{
    public static readonly GetCurrentShardState Instance = new();
}

/// <summary>Answers <see cref="ShardRegion.StartEntity"/>.</summary>
internal sealed record StartEntityAck(string EntityId, string ShardId) : IClusterShardingSerializable, IDeadLetterSuppression;

/// <summary>From the store to its shard, once: the entities that were running.</summary>
internal sealed record Remembered(ImmutableHashSet<string> Entities);

/// <summary>From a shard to its store: keep this.</summary>
internal sealed record Remember(ImmutableHashSet<string> Started, ImmutableHashSet<string> Stopped);

internal sealed record RememberDone(Remember Update);
