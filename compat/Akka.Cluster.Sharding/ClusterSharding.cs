using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Cluster.Sharding.Serialization;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;

namespace Akka.Cluster.Sharding;

public sealed class ClusterShardingExtensionProvider : ExtensionIdProvider<ClusterSharding>
{
    public override ClusterSharding CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>Entities spread over the cluster: one actor per id, started when a message for it comes, wherever its shard is.</summary>
public class ClusterSharding : IExtension
{
    private readonly ConcurrentDictionary<string, IActorRef> _regions = new();
    private readonly ConcurrentDictionary<string, IActorRef> _proxies = new();
    private readonly ExtendedActorSystem _system;
    private readonly Cluster _cluster;
    private readonly Lazy<IActorRef> _guardian;

    public ClusterSharding(ExtendedActorSystem system)
    {
        _system = system;
        system.Settings.InjectTopLevelFallback(DefaultConfig());
        Serializers.Add(system, typeof(IClusterShardingSerializable), "akka-sharding", new ClusterShardingMessageSerializer(system));
        _cluster = Cluster.Get(system);
        Settings = ClusterShardingSettings.Create(system);
        var name = system.Settings.Config.GetString("akka.cluster.sharding.guardian-name");
        _guardian = new Lazy<IActorRef>(() => system.SystemActorOf(ClusterShardingGuardian.Props(), name));
    }

    public ClusterShardingSettings Settings { get; }

    /// <summary>The types this node has regions for.</summary>
    public ImmutableHashSet<string> ShardTypeNames => [.. _regions.Keys];

    public static ClusterSharding Get(ActorSystem system) => system.WithExtension<ClusterSharding, ClusterShardingExtensionProvider>();

    public static Config DefaultConfig() =>
        ConfigurationFactory.FromResource("Akka.Cluster.Sharding.Configuration.Sharding.conf", typeof(ClusterSharding).Assembly)
            .WithFallback(ClusterSingletonManager.DefaultConfig());

    public IShardAllocationStrategy DefaultShardAllocationStrategy(ClusterShardingSettings settings) =>
        ShardAllocationStrategy.LeastShardAllocationStrategy(
            settings.TuningParameters.LeastShardAllocationAbsoluteLimit, settings.TuningParameters.LeastShardAllocationRelativeLimit);

    /// <summary>Starts this node's region of a type; on a node without the settings' role a proxy.</summary>
    /// <returns>The region: send messages for entities to it.</returns>
    public IActorRef Start(string typeName, Props entityProps, ClusterShardingSettings settings, IMessageExtractor messageExtractor) =>
        StartAsync(typeName, entityProps, settings, messageExtractor).GetAwaiter().GetResult();

    /// <param name="typeName">The type of entity; the same on all nodes.</param>
    /// <param name="entityProps">How to make an entity.</param>
    /// <param name="settings">The role, and whether entities are remembered.</param>
    /// <param name="messageExtractor">Which entity a message is for; the same on all nodes.</param>
    /// <param name="allocationStrategy">Where new shards go and which move.</param>
    /// <param name="handOffStopMessage">What entities stop themselves on when their shard moves.</param>
    public IActorRef Start(
        string typeName, Props entityProps, ClusterShardingSettings settings, IMessageExtractor messageExtractor,
        IShardAllocationStrategy allocationStrategy, object handOffStopMessage) =>
        StartAsync(typeName, entityProps, settings, messageExtractor, allocationStrategy, handOffStopMessage).GetAwaiter().GetResult();

    public IActorRef Start(
        string typeName, Func<string, Props> entityPropsFactory, ClusterShardingSettings settings, IMessageExtractor messageExtractor) =>
        StartAsync(typeName, entityPropsFactory, settings, messageExtractor).GetAwaiter().GetResult();

    public IActorRef Start(
        string typeName, Func<string, Props> entityPropsFactory, ClusterShardingSettings settings, IMessageExtractor messageExtractor,
        IShardAllocationStrategy allocationStrategy, object handOffStopMessage) =>
        StartAsync(typeName, entityPropsFactory, settings, messageExtractor, allocationStrategy, handOffStopMessage).GetAwaiter().GetResult();

    public Task<IActorRef> StartAsync(string typeName, Props entityProps, ClusterShardingSettings settings, IMessageExtractor messageExtractor) =>
        StartAsync(typeName, _ => entityProps, settings, messageExtractor);

    public Task<IActorRef> StartAsync(
        string typeName, Props entityProps, ClusterShardingSettings settings, IMessageExtractor messageExtractor,
        IShardAllocationStrategy allocationStrategy, object handOffStopMessage) =>
        StartAsync(typeName, _ => entityProps, settings, messageExtractor, allocationStrategy, handOffStopMessage);

    public Task<IActorRef> StartAsync(
        string typeName, Func<string, Props> entityPropsFactory, ClusterShardingSettings settings, IMessageExtractor messageExtractor) =>
        StartAsync(typeName, entityPropsFactory, settings, messageExtractor, DefaultShardAllocationStrategy(settings), PoisonPill.Instance);

    public Task<IActorRef> StartAsync(
        string typeName, Func<string, Props> entityPropsFactory, ClusterShardingSettings settings, IMessageExtractor messageExtractor,
        IShardAllocationStrategy allocationStrategy, object handOffStopMessage)
    {
        RequireSupported(settings);
        return settings.Role is { } role && !_cluster.SelfRoles.Contains(role)
            ? StartProxyAsync(typeName, role, messageExtractor)
            : Ask(_regions, typeName, new ClusterShardingGuardian.Start(
                typeName, entityPropsFactory, settings, messageExtractor, allocationStrategy, handOffStopMessage));
    }

    /// <summary>Starts a region that hosts nothing, for nodes that only talk to a type's entities.</summary>
    /// <param name="typeName">The type of entity.</param>
    /// <param name="role">The role of the nodes that host them; null for any.</param>
    /// <param name="messageExtractor">The same as on those nodes.</param>
    public IActorRef StartProxy(string typeName, string? role, IMessageExtractor messageExtractor) =>
        StartProxyAsync(typeName, role, messageExtractor).GetAwaiter().GetResult();

    public Task<IActorRef> StartProxyAsync(string typeName, string? role, IMessageExtractor messageExtractor) =>
        Ask(_proxies, typeName, new ClusterShardingGuardian.StartProxy(typeName, Settings.WithRole(role), messageExtractor));

    /// <summary>The region started on this node, or its proxy.</summary>
    /// <exception cref="ArgumentException">Neither was started.</exception>
    public IActorRef ShardRegion(string typeName) =>
        _regions.TryGetValue(typeName, out var region) || _proxies.TryGetValue(typeName, out region)
            ? region
            : throw new ArgumentException($"Shard type [{typeName}] must be started first", nameof(typeName));

    /// <exception cref="ArgumentException">No proxy was started.</exception>
    public IActorRef ShardRegionProxy(string typeName) => _proxies.TryGetValue(typeName, out var proxy)
        ? proxy
        : throw new ArgumentException($"Shard type [{typeName}] must be started first", nameof(typeName));

    private static void RequireSupported(ClusterShardingSettings settings)
    {
        if (settings.StateStoreMode != StateStoreMode.Persistence)
        {
            throw new ConfigurationException($"akka.cluster.sharding.state-store-mode: [{settings.StateStoreMode}] is not supported here, only persistence");
        }

        if (settings.RememberEntities && settings.RememberEntitiesStore != RememberEntitiesStore.Eventsourced)
        {
            throw new ConfigurationException(
                $"akka.cluster.sharding.remember-entities-store: [{settings.RememberEntitiesStore}] is not supported here, only eventsourced");
        }
    }

    private async Task<IActorRef> Ask(ConcurrentDictionary<string, IActorRef> started, string typeName, object start)
    {
        if (started.TryGetValue(typeName, out var known))
        {
            return known;
        }

        var answer = await _guardian.Value.Ask<ClusterShardingGuardian.Started>(start, _system.Settings.CreationTimeout).ConfigureAwait(false);
        return started.GetOrAdd(typeName, answer.Region);
    }
}
