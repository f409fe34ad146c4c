using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster.Sharding.Coordination;

// Between regions and the coordinator.

/// <summary>A region is there and can take shards.</summary>
internal sealed record Register(IActorRef Region) : IClusterShardingSerializable, IDeadLetterSuppression;

/// <summary>A region is there that only passes messages on.</summary>
internal sealed record RegisterProxy(IActorRef Proxy) : IClusterShardingSerializable, IDeadLetterSuppression;

internal sealed record RegisterAck(IActorRef Coordinator) : IClusterShardingSerializable;

internal sealed record GetShardHome(string Shard) : IClusterShardingSerializable, IDeadLetterSuppression;

internal sealed record ShardHome(string Shard, IActorRef Region) : IClusterShardingSerializable;

/// <summary>Start this shard. Repeated until <see cref="ShardStarted"/> comes.</summary>
internal sealed record HostShard(string Shard) : IClusterShardingSerializable;

internal sealed record ShardStarted(string Shard) : IClusterShardingSerializable;

/// <summary>The shard is about to move: forget where it is.</summary>
internal sealed record BeginHandOff(string Shard) : IClusterShardingSerializable;

internal sealed record BeginHandOffAck(string Shard) : IClusterShardingSerializable;

/// <summary>All regions have forgotten where the shard is: stop it.</summary>
internal sealed record HandOff(string Shard) : IClusterShardingSerializable;

internal sealed record ShardStopped(string Shard) : IClusterShardingSerializable;

/// <summary>A region wants to hand over all its shards, and leave.</summary>
internal sealed record GracefulShutdownReq(IActorRef Region) : IClusterShardingSerializable, IDeadLetterSuppression;

// Within the coordinator's node.

internal sealed record ShardAllocated(string Shard, IActorRef? Region);

internal sealed record RebalanceDecided(IImmutableSet<string> Shards);

internal sealed record RebalanceDone(string Shard, bool Stopped);

internal sealed record ResendHostShard(string Shard, IActorRef Region);

internal sealed record RebalanceTick : INotInfluenceReceiveTimeout, IDeadLetterSuppression
{
    public static readonly RebalanceTick Instance = new();
}
