using Akka.Actor;
using Akka.Cluster.Sharding.Shards;

namespace Akka.Cluster.Sharding.Internal;

/// <summary>Makes the stores in which shards keep their running entities.</summary>
public interface IRememberEntitiesProvider
{
    /// <summary>The store of one shard, started as its child.</summary>
    Props ShardStoreProps(string shardId);
}

/// <summary>Stores in the journal.</summary>
internal sealed class EventSourcedRememberEntitiesProvider(string typeName, ClusterShardingSettings settings) : IRememberEntitiesProvider
{
    public Props ShardStoreProps(string shardId) => RememberedEntitiesStore.Props(typeName, shardId, settings);
}
