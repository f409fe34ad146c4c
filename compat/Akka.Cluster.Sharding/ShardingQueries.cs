using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Sharding;

/// <summary>Marks questions to a region about the shards and entities there are.</summary>
public interface IShardRegionQuery
{
}

/// <summary>Which nodes have regions? Answered by <see cref="CurrentRegions"/>.</summary>
public sealed class GetCurrentRegions : IClusterShardingSerializable, IShardRegionQuery
{
    public static readonly GetCurrentRegions Instance = new();

    private GetCurrentRegions()
    {
    }

    public override string ToString() => "GetCurrentRegions";
}

/// <summary>The addresses of all regions.</summary>
public sealed class CurrentRegions : IClusterShardingSerializable, IEquatable<CurrentRegions>
{
    public readonly IImmutableSet<Address> Regions;

    public CurrentRegions(IImmutableSet<Address> regions)
    {
        Regions = regions;
    }

    public bool Equals(CurrentRegions? other) => other is not null && Regions.SetEquals(other.Regions);

    public override bool Equals(object? obj) => Equals(obj as CurrentRegions);

    public override int GetHashCode() => HashCode.Combine(Regions.Count);

    public override string ToString() => $"CurrentRegions(Regions=[{string.Join(", ", Regions)}])";
}

/// <summary>Which shards and entities has this region? Answered by <see cref="CurrentShardRegionState"/>.</summary>
public sealed class GetShardRegionState : IClusterShardingSerializable, IShardRegionQuery
{
    public static readonly GetShardRegionState Instance = new();

    private GetShardRegionState()
    {
    }

    public override string ToString() => "GetShardRegionState";
}

/// <summary>The shards of a region, and those that did not answer in time.</summary>
public sealed class CurrentShardRegionState : IClusterShardingSerializable, IEquatable<CurrentShardRegionState>
{
    public readonly IImmutableSet<ShardState> Shards;

    public readonly IImmutableSet<string> Failed;

    public CurrentShardRegionState(IImmutableSet<ShardState> shards)
        : this(shards, ImmutableHashSet<string>.Empty)
    {
    }

    public CurrentShardRegionState(IImmutableSet<ShardState> shards, IImmutableSet<string> failed)
    {
        Shards = shards;
        Failed = failed;
    }

    public bool Equals(CurrentShardRegionState? other) => other is not null && Shards.SetEquals(other.Shards) && Failed.SetEquals(other.Failed);

    public override bool Equals(object? obj) => Equals(obj as CurrentShardRegionState);

    public override int GetHashCode() => HashCode.Combine(Shards.Count, Failed.Count);

    public override string ToString() => $"CurrentShardRegionState(Shards=[{string.Join(", ", Shards)}], Failed=[{string.Join(", ", Failed)}])";
}

/// <summary>A shard and the ids of its entities.</summary>
public sealed class ShardState : IClusterShardingSerializable, IEquatable<ShardState>
{
    public readonly string ShardId;

    public readonly IImmutableSet<string> EntityIds;

    public ShardState(string shardId, IImmutableSet<string> entityIds)
    {
        ShardId = shardId;
        EntityIds = entityIds;
    }

    public bool Equals(ShardState? other) => other is not null && ShardId == other.ShardId && EntityIds.SetEquals(other.EntityIds);

    public override bool Equals(object? obj) => Equals(obj as ShardState);

    public override int GetHashCode() => HashCode.Combine(ShardId, EntityIds.Count);

    public override string ToString() => $"ShardState(ShardId={ShardId}, EntityIds=[{string.Join(", ", EntityIds)}])";
}

/// <summary>How many entities has each shard of this region? Answered by <see cref="ShardRegionStats"/>.</summary>
public sealed class GetShardRegionStats : IClusterShardingSerializable, IShardRegionQuery
{
    public static readonly GetShardRegionStats Instance = new();

    private GetShardRegionStats()
    {
    }

    public override string ToString() => "GetShardRegionStats";
}

/// <summary>How many entities each shard of a region has, and which shards did not answer in time.</summary>
public sealed class ShardRegionStats : IClusterShardingSerializable, IEquatable<ShardRegionStats>
{
    public readonly IImmutableDictionary<string, int> Stats;

    public readonly IImmutableSet<string> Failed;

    public ShardRegionStats(IImmutableDictionary<string, int> stats)
        : this(stats, ImmutableHashSet<string>.Empty)
    {
    }

    public ShardRegionStats(IImmutableDictionary<string, int> stats, IImmutableSet<string> failed)
    {
        Stats = stats;
        Failed = failed;
    }

    public bool Equals(ShardRegionStats? other) => other is not null && Stats.Count == other.Stats.Count && Stats.All(e => other.Stats.TryGetValue(e.Key, out var value) && Equals(value, e.Value)) && Failed.SetEquals(other.Failed);

    public override bool Equals(object? obj) => Equals(obj as ShardRegionStats);

    public override int GetHashCode() => HashCode.Combine(Stats.Count, Failed.Count);

    public override string ToString() => $"ShardRegionStats(Stats=[{string.Join(", ", Stats)}], Failed=[{string.Join(", ", Failed)}])";
}

/// <summary>How many entities has each shard of each region? Answered by <see cref="ClusterShardingStats"/>.</summary>
public sealed class GetClusterShardingStats : IClusterShardingSerializable, IShardRegionQuery, IEquatable<GetClusterShardingStats>
{
    public readonly TimeSpan Timeout;

    public GetClusterShardingStats(TimeSpan timeout)
    {
        Timeout = timeout;
    }

    public bool Equals(GetClusterShardingStats? other) => other is not null && Timeout == other.Timeout;

    public override bool Equals(object? obj) => Equals(obj as GetClusterShardingStats);

    public override int GetHashCode() => HashCode.Combine(Timeout);

    public override string ToString() => $"GetClusterShardingStats(Timeout={Timeout})";
}

/// <summary>The regions by the address of their node, as far as they have answered in time.</summary>
public sealed class ClusterShardingStats : IClusterShardingSerializable, IEquatable<ClusterShardingStats>
{
    public readonly IImmutableDictionary<Address, ShardRegionStats> Regions;

    public ClusterShardingStats(IImmutableDictionary<Address, ShardRegionStats> regions)
    {
        Regions = regions;
    }

    public bool Equals(ClusterShardingStats? other) => other is not null && Regions.Count == other.Regions.Count && Regions.All(e => other.Regions.TryGetValue(e.Key, out var value) && Equals(value, e.Value));

    public override bool Equals(object? obj) => Equals(obj as ClusterShardingStats);

    public override int GetHashCode() => HashCode.Combine(Regions.Count);

    public override string ToString() => $"ClusterShardingStats(Regions=[{string.Join(", ", Regions)}])";
}
