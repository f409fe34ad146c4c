using System.Collections.Immutable;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Cluster.Sharding.Coordination;
using Akka.Cluster.Sharding.Serialization.Wire;
using Akka.Cluster.Sharding.Shards;
using Akka.Serialization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Akka.Cluster.Sharding.Serialization;

/// <summary>What sharding sends between nodes and keeps in the journal, as protobuf (ClusterShardingMessages.proto).</summary>
public class ClusterShardingMessageSerializer : SerializerWithStringManifest
{
    private readonly Dictionary<System.Type, (string Manifest, Func<object, IMessage?> ToWire)> _byType = [];
    private readonly Dictionary<string, Func<byte[], object>> _byManifest = [];

    public ClusterShardingMessageSerializer(ExtendedActorSystem system) : base(system)
    {
        // In the journal.
        Add<CoordinatorState, CoordinatorStateData>("AA", StateToWire, StateFromWire);
        AddRef<ShardRegionRegistered>("AB", m => m.Region, region => new ShardRegionRegistered(region));
        AddRef<ShardRegionProxyRegistered>("AC", m => m.Proxy, proxy => new ShardRegionProxyRegistered(proxy));
        AddRef<ShardRegionTerminated>("AD", m => m.Region, region => new ShardRegionTerminated(region));
        AddRef<ShardRegionProxyTerminated>("AE", m => m.Proxy, proxy => new ShardRegionProxyTerminated(proxy));
        AddHome<ShardHomeAllocated>("AF", m => (m.Shard, m.Region), (shard, region) => new ShardHomeAllocated(shard, region));
        AddShard<ShardHomeDeallocated>("AG", m => m.Shard, shard => new ShardHomeDeallocated(shard));
        AddEntities<RememberedEntities>("CA", m => m.Entities, ids => new RememberedEntities(ids));
        AddEntities<EntitiesStarted>("CE", m => m.Entities, ids => new EntitiesStarted(ids));
        AddEntities<EntitiesStopped>("CF", m => m.Entities, ids => new EntitiesStopped(ids));

        // Between regions and the coordinator.
        AddRef<Register>("BA", m => m.Region, region => new Register(region));
        AddRef<RegisterProxy>("BB", m => m.Proxy, proxy => new RegisterProxy(proxy));
        AddRef<RegisterAck>("BC", m => m.Coordinator, coordinator => new RegisterAck(coordinator));
        AddShard<GetShardHome>("BD", m => m.Shard, shard => new GetShardHome(shard));
        AddHome<ShardHome>("BE", m => (m.Shard, m.Region), (shard, region) => new ShardHome(shard, region));
        AddShard<HostShard>("BF", m => m.Shard, shard => new HostShard(shard));
        AddShard<ShardStarted>("BG", m => m.Shard, shard => new ShardStarted(shard));
        AddShard<BeginHandOff>("BH", m => m.Shard, shard => new BeginHandOff(shard));
        AddShard<BeginHandOffAck>("BI", m => m.Shard, shard => new BeginHandOffAck(shard));
        AddShard<HandOff>("BJ", m => m.Shard, shard => new HandOff(shard));
        AddShard<ShardStopped>("BK", m => m.Shard, shard => new ShardStopped(shard));
        AddRef<GracefulShutdownReq>("BL", m => m.Region, region => new GracefulShutdownReq(region));

        // Questions, answers and messages of users.
        Add<ShardingEnvelope, ShardingEnvelopeData>(
            "SE",
            m => new ShardingEnvelopeData { EntityId = m.EntityId, Message = Payloads.Wrap(system, m.Message) },
            d => new ShardingEnvelope(d.EntityId, Payloads.Unwrap(system, d.Message)));
        AddEntities<ShardRegion.StartEntity>("EA", m => [m.EntityId], ids => new ShardRegion.StartEntity(ids.Single()));
        Add<StartEntityAck, StartEntityAckData>(
            "EB", m => new StartEntityAckData { EntityId = m.EntityId, ShardId = m.ShardId }, d => new StartEntityAck(d.EntityId, d.ShardId));
        AddSingleton(GetShardRegionStats.Instance, "DC");
        Add<ShardRegionStats, ShardRegionStatsData>("DD", StatsToWire, StatsFromWire);
        Add<GetClusterShardingStats, GetClusterShardingStatsData>(
            "GS",
            m => new GetClusterShardingStatsData { Timeout = Duration.FromTimeSpan(m.Timeout) },
            d => new GetClusterShardingStats(d.Timeout.ToTimeSpan()));
        Add<ClusterShardingStats, ClusterShardingStatsData>(
            "CS",
            m => new ClusterShardingStatsData
            {
                Stats = { m.Regions.Select(r => new ClusterShardingStatsData.Types.Entry { Address = r.Key.ToWire(), Stats = StatsToWire(r.Value) }) },
            },
            d => new ClusterShardingStats(d.Stats.ToImmutableDictionary(s => s.Address.FromWire(), s => StatsFromWire(s.Stats))));
        AddSingleton(GetCurrentRegions.Instance, "DG");
        Add<CurrentRegions, CurrentRegionsData>(
            "DH",
            m => new CurrentRegionsData { Regions = { m.Regions.Select(r => r.ToWire()) } },
            d => new CurrentRegions(d.Regions.Select(r => r.FromWire()).ToImmutableHashSet()));
        AddSingleton(GetShardRegionState.Instance, "FA");
        Add<ShardState, ShardStateData>("FB", ShardToWire, ShardFromWire);
        Add<CurrentShardRegionState, CurrentShardRegionStateData>(
            "FC",
            m => new CurrentShardRegionStateData { Shards = { m.Shards.Select(ShardToWire) }, Failed = { m.Failed } },
            d => new CurrentShardRegionState(d.Shards.Select(ShardFromWire).ToImmutableHashSet(), d.Failed.ToImmutableHashSet()));
    }

    public override string Manifest(object o) => Known(o).Manifest;

    public override byte[] ToBinary(object obj) => Known(obj).ToWire(obj)?.ToByteArray() ?? [];

    public override object FromBinary(byte[] bytes, string manifest) => _byManifest.TryGetValue(manifest, out var read)
        ? read(bytes)
        : throw new SerializationException($"Unknown manifest [{manifest}] in [{GetType()}]");

    private (string Manifest, Func<object, IMessage?> ToWire) Known(object o) => _byType.TryGetValue(o.GetType(), out var known)
        ? known
        : throw new ArgumentException($"Can't serialize object of type [{o.GetType()}] in [{GetType()}]", nameof(o));

    private void Add<T, TWire>(string manifest, Func<T, TWire> toWire, Func<TWire, T> fromWire)
        where T : notnull
        where TWire : class, IMessage<TWire>, new()
    {
        var parser = new MessageParser<TWire>(() => new TWire());
        _byType.Add(typeof(T), (manifest, m => toWire((T)m)));
        _byManifest.Add(manifest, bytes => fromWire(parser.ParseFrom(bytes)));
    }

    private void AddSingleton<T>(T instance, string manifest)
        where T : notnull
    {
        _byType.Add(typeof(T), (manifest, _ => null));
        _byManifest.Add(manifest, _ => instance);
    }

    private void AddRef<T>(string manifest, Func<T, IActorRef> toRef, Func<IActorRef, T> fromRef)
        where T : notnull => Add<T, ActorRefMessage>(
        manifest, m => new ActorRefMessage { Ref = Payloads.Path(toRef(m)) }, d => fromRef(Payloads.Ref(system, d.Ref)));

    private void AddShard<T>(string manifest, Func<T, string> toShard, Func<string, T> fromShard)
        where T : notnull => Add<T, ShardIdMessage>(manifest, m => new ShardIdMessage { Shard = toShard(m) }, d => fromShard(d.Shard));

    private void AddHome<T>(string manifest, Func<T, (string Shard, IActorRef Region)> toHome, Func<string, IActorRef, T> fromHome)
        where T : notnull => Add<T, ShardHomeMessage>(
        manifest,
        m => new ShardHomeMessage { Shard = toHome(m).Shard, Region = Payloads.Path(toHome(m).Region) },
        d => fromHome(d.Shard, Payloads.Ref(system, d.Region)));

    private void AddEntities<T>(string manifest, Func<T, ImmutableHashSet<string>> toIds, Func<ImmutableHashSet<string>, T> fromIds)
        where T : notnull => Add<T, EntityIds>(manifest, m => new EntityIds { EntityId = { toIds(m) } }, d => fromIds(d.EntityId.ToImmutableHashSet()));

    private CoordinatorStateData StateToWire(CoordinatorState state) => new()
    {
        Shards = { state.Shards.Select(s => new CoordinatorStateData.Types.ShardEntry { ShardId = s.Key, RegionRef = Payloads.Path(s.Value) }) },
        Regions = { state.Regions.Keys.Select(Payloads.Path) },
        RegionProxies = { state.Proxies.Select(Payloads.Path) },
        UnallocatedShards = { state.Unallocated },
    };

    private CoordinatorState StateFromWire(CoordinatorStateData data)
    {
        var regions = data.Regions.ToImmutableDictionary(
            path => path,
            path => (Ref: Payloads.Ref(system, path), Shards: data.Shards.Where(s => s.RegionRef == path).Select(s => s.ShardId).ToImmutableList()));
        return new CoordinatorState(
            data.Shards.ToImmutableDictionary(s => s.ShardId, s => regions[s.RegionRef].Ref),
            regions.Values.ToImmutableDictionary(r => r.Ref, r => (IImmutableList<string>)r.Shards),
            data.RegionProxies.Select(path => Payloads.Ref(system, path)).ToImmutableHashSet(),
            data.UnallocatedShards.ToImmutableHashSet());
    }

    private static ShardRegionStatsData StatsToWire(ShardRegionStats stats) =>
        new() { Stats = { stats.Stats.ToDictionary(s => s.Key, s => s.Value) }, Failed = { stats.Failed } };

    private static ShardRegionStats StatsFromWire(ShardRegionStatsData data) =>
        new(data.Stats.ToImmutableDictionary(), data.Failed.ToImmutableHashSet());

    private static ShardStateData ShardToWire(ShardState shard) => new() { ShardId = shard.ShardId, EntityIds = { shard.EntityIds } };

    private static ShardState ShardFromWire(ShardStateData data) => new(data.ShardId, data.EntityIds.ToImmutableHashSet());
}
