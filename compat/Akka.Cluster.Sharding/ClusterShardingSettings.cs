using Akka.Actor;
using Akka.Cluster.Configuration;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;

namespace Akka.Cluster.Sharding;

/// <summary>Where the coordinator keeps which shard is where.</summary>
public enum StateStoreMode
{
    Persistence = 0,
    DData = 1,
    Custom = 2,
}

/// <summary>Where shards keep which entities to start again.</summary>
public enum RememberEntitiesStore
{
    DData = 0,
    Eventsourced = 1,
    Custom = 2,
}

/// <summary>The section akka.cluster.sharding.</summary>
public sealed class ClusterShardingSettings : INoSerializationVerificationNeeded
{
    /// <summary>Only nodes with this role host shards; null for all.</summary>
    public readonly string? Role;

    /// <summary>Entities are started again by themselves, wherever their shard goes.</summary>
    public readonly bool RememberEntities;

    public readonly string JournalPluginId;

    public readonly string SnapshotPluginId;

    /// <summary>Entities that get no messages for so long are passivated; zero for never. Remembered ones never are.</summary>
    public readonly TimeSpan PassivateIdleEntityAfter;

    public readonly StateStoreMode StateStoreMode;

    public readonly RememberEntitiesStore RememberEntitiesStore;

    public readonly TimeSpan ShardRegionQueryTimeout;

    public readonly TuningParameters TuningParameters;

    public readonly ClusterSingletonManagerSettings CoordinatorSingletonSettings;

    public ClusterShardingSettings(
        string? role,
        bool rememberEntities,
        string journalPluginId,
        string snapshotPluginId,
        TimeSpan passivateIdleEntityAfter,
        StateStoreMode stateStoreMode,
        TuningParameters tuningParameters,
        ClusterSingletonManagerSettings coordinatorSingletonSettings)
        : this(
            role, rememberEntities, journalPluginId, snapshotPluginId, passivateIdleEntityAfter, stateStoreMode,
            RememberEntitiesStore.Eventsourced, TimeSpan.FromSeconds(3), tuningParameters, coordinatorSingletonSettings)
    {
    }

    private ClusterShardingSettings(
        string? role,
        bool rememberEntities,
        string journalPluginId,
        string snapshotPluginId,
        TimeSpan passivateIdleEntityAfter,
        StateStoreMode stateStoreMode,
        RememberEntitiesStore rememberEntitiesStore,
        TimeSpan shardRegionQueryTimeout,
        TuningParameters tuningParameters,
        ClusterSingletonManagerSettings coordinatorSingletonSettings)
    {
        Role = role;
        RememberEntities = rememberEntities;
        JournalPluginId = journalPluginId;
        SnapshotPluginId = snapshotPluginId;
        PassivateIdleEntityAfter = passivateIdleEntityAfter;
        StateStoreMode = stateStoreMode;
        RememberEntitiesStore = rememberEntitiesStore;
        ShardRegionQueryTimeout = shardRegionQueryTimeout;
        TuningParameters = tuningParameters;
        CoordinatorSingletonSettings = coordinatorSingletonSettings;
    }

    internal bool PassivatesIdleEntities => PassivateIdleEntityAfter > TimeSpan.Zero && !RememberEntities;

    public static ClusterShardingSettings Create(ActorSystem system)
    {
        system.Settings.InjectTopLevelFallback(ClusterSharding.DefaultConfig());
        var sharding = system.Settings.Config.GetConfig("akka.cluster.sharding");
        var settings = Create(sharding, system.Settings.Config.GetConfig(sharding.GetString("coordinator-singleton", "akka.cluster.singleton")));
        return settings.WithCoordinatorSingletonSettings(
            settings.CoordinatorSingletonSettings.WithRemovalMargin(Cluster.Get(system).DowningProvider.DownRemovalMargin));
    }

    /// <exception cref="ConfigurationException">A store is asked for that isn't there.</exception>
    public static ClusterShardingSettings Create(Config config, Config singletonConfig)
    {
        var rememberEntities = config.GetBoolean("remember-entities");
        var stateStore = config.GetString("state-store-mode", "");
        var mode = stateStore.ToLowerInvariant() switch
        {
            "persistence" => StateStoreMode.Persistence,
            "ddata" => StateStoreMode.DData,
            "custom" => StateStoreMode.Custom,
            _ => throw new ConfigurationException($"akka.cluster.sharding.state-store-mode: [{stateStore}] is none of persistence, ddata, custom"),
        };
        var rememberStore = config.GetString("remember-entities-store", "");
        var store = rememberStore.ToLowerInvariant() switch
        {
            "eventsourced" => RememberEntitiesStore.Eventsourced,
            "ddata" => RememberEntitiesStore.DData,
            "custom" => RememberEntitiesStore.Custom,
            _ => throw new ConfigurationException($"akka.cluster.sharding.remember-entities-store: [{rememberStore}] is none of eventsourced, ddata, custom"),
        };
        return new ClusterShardingSettings(
            config.Role("role"),
            rememberEntities,
            config.GetString("journal-plugin-id", ""),
            config.GetString("snapshot-plugin-id", ""),
            config.OptionalTimeSpan("passivate-idle-entity-after") ?? TimeSpan.Zero,
            mode,
            store,
            config.GetTimeSpan("shard-region-query-timeout"),
            TuningParameters.Create(config),
            ClusterSingletonManagerSettings.Create(singletonConfig));
    }

    public ClusterShardingSettings WithRole(string? role) => new(
        role, RememberEntities, JournalPluginId, SnapshotPluginId, PassivateIdleEntityAfter, StateStoreMode,
        RememberEntitiesStore, ShardRegionQueryTimeout, TuningParameters, CoordinatorSingletonSettings);

    public ClusterShardingSettings WithRememberEntities(bool rememberEntities) => new(
        Role, rememberEntities, JournalPluginId, SnapshotPluginId, PassivateIdleEntityAfter, StateStoreMode,
        RememberEntitiesStore, ShardRegionQueryTimeout, TuningParameters, CoordinatorSingletonSettings);

    public ClusterShardingSettings WithJournalPluginId(string? journalPluginId) => new(
        Role, RememberEntities, journalPluginId ?? "", SnapshotPluginId, PassivateIdleEntityAfter, StateStoreMode,
        RememberEntitiesStore, ShardRegionQueryTimeout, TuningParameters, CoordinatorSingletonSettings);

    public ClusterShardingSettings WithSnapshotPluginId(string? snapshotPluginId) => new(
        Role, RememberEntities, JournalPluginId, snapshotPluginId ?? "", PassivateIdleEntityAfter, StateStoreMode,
        RememberEntitiesStore, ShardRegionQueryTimeout, TuningParameters, CoordinatorSingletonSettings);

    public ClusterShardingSettings WithPassivateIdleAfter(TimeSpan duration) => new(
        Role, RememberEntities, JournalPluginId, SnapshotPluginId, duration, StateStoreMode,
        RememberEntitiesStore, ShardRegionQueryTimeout, TuningParameters, CoordinatorSingletonSettings);

    public ClusterShardingSettings WithStateStoreMode(StateStoreMode mode) => new(
        Role, RememberEntities, JournalPluginId, SnapshotPluginId, PassivateIdleEntityAfter, mode,
        RememberEntitiesStore, ShardRegionQueryTimeout, TuningParameters, CoordinatorSingletonSettings);

    public ClusterShardingSettings WithTuningParameters(TuningParameters tuningParameters) => new(
        Role, RememberEntities, JournalPluginId, SnapshotPluginId, PassivateIdleEntityAfter, StateStoreMode,
        RememberEntitiesStore, ShardRegionQueryTimeout, tuningParameters, CoordinatorSingletonSettings);

    public ClusterShardingSettings WithCoordinatorSingletonSettings(ClusterSingletonManagerSettings coordinatorSingletonSettings) => new(
        Role, RememberEntities, JournalPluginId, SnapshotPluginId, PassivateIdleEntityAfter, StateStoreMode,
        RememberEntitiesStore, ShardRegionQueryTimeout, TuningParameters, coordinatorSingletonSettings);
}
