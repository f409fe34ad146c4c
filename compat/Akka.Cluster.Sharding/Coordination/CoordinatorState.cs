using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Sharding.Coordination;

/// <summary>What has happened to shards and regions; kept in the journal.</summary>
internal interface ICoordinatorEvent : IClusterShardingSerializable
{
}

internal sealed record ShardRegionRegistered(IActorRef Region) : ICoordinatorEvent;

internal sealed record ShardRegionProxyRegistered(IActorRef Proxy) : ICoordinatorEvent;

internal sealed record ShardRegionTerminated(IActorRef Region) : ICoordinatorEvent;

internal sealed record ShardRegionProxyTerminated(IActorRef Proxy) : ICoordinatorEvent;

internal sealed record ShardHomeAllocated(string Shard, IActorRef Region) : ICoordinatorEvent;

internal sealed record ShardHomeDeallocated(string Shard) : ICoordinatorEvent;

/// <summary>Which shard is where. Shards without a home are only kept if their entities are to be started again by themselves.</summary>
internal sealed record CoordinatorState(
    ImmutableDictionary<string, IActorRef> Shards,
    ImmutableDictionary<IActorRef, IImmutableList<string>> Regions,
    ImmutableHashSet<IActorRef> Proxies,
    ImmutableHashSet<string> Unallocated,
    bool RememberEntities = false) : IClusterShardingSerializable
{
    public static readonly CoordinatorState Empty = new(
        ImmutableDictionary<string, IActorRef>.Empty,
        ImmutableDictionary<IActorRef, IImmutableList<string>>.Empty,
        ImmutableHashSet<IActorRef>.Empty,
        ImmutableHashSet<string>.Empty);

    public IEnumerable<string> AllShards => Shards.Keys.Concat(Unallocated);

    /// <summary>The state after an event. Says of an event that doesn't fit why.</summary>
    public CoordinatorState Apply(ICoordinatorEvent happened)
    {
        switch (happened)
        {
            case ShardRegionRegistered e:
                Require(!Regions.ContainsKey(e.Region), happened, "the region is registered already");
                return this with { Regions = Regions.Add(e.Region, ImmutableList<string>.Empty) };

            case ShardRegionProxyRegistered e:
                Require(!Proxies.Contains(e.Proxy), happened, "the proxy is registered already");
                return this with { Proxies = Proxies.Add(e.Proxy) };

            case ShardRegionTerminated e:
                Require(Regions.ContainsKey(e.Region), happened, "the region isn't registered");
                var orphaned = Regions[e.Region];
                return this with
                {
                    Regions = Regions.Remove(e.Region),
                    Shards = Shards.RemoveRange(orphaned),
                    Unallocated = RememberEntities ? Unallocated.Union(orphaned) : Unallocated,
                };

            case ShardRegionProxyTerminated e:
                Require(Proxies.Contains(e.Proxy), happened, "the proxy isn't registered");
                return this with { Proxies = Proxies.Remove(e.Proxy) };

            case ShardHomeAllocated e:
                Require(Regions.ContainsKey(e.Region), happened, "the region isn't registered");
                Require(!Shards.ContainsKey(e.Shard), happened, "the shard has a home already");
                return this with
                {
                    Shards = Shards.Add(e.Shard, e.Region),
                    Regions = Regions.SetItem(e.Region, Regions[e.Region].Add(e.Shard)),
                    Unallocated = Unallocated.Remove(e.Shard),
                };

            case ShardHomeDeallocated e:
                Require(Shards.ContainsKey(e.Shard), happened, "the shard has no home");
                var home = Shards[e.Shard];
                return this with
                {
                    Shards = Shards.Remove(e.Shard),
                    Regions = Regions.SetItem(home, Regions[home].Remove(e.Shard)),
                    Unallocated = RememberEntities ? Unallocated.Add(e.Shard) : Unallocated,
                };

            default:
                throw new ArgumentException($"Unknown event [{happened.GetType()}]", nameof(happened));
        }
    }

    private void Require(bool fits, ICoordinatorEvent happened, string reason)
    {
        if (!fits)
        {
            throw new ArgumentException($"[{happened}] can't have happened: {reason}; {Shards.Count} shards in {Regions.Count} regions", nameof(happened));
        }
    }
}
