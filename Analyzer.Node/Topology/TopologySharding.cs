using Akka.Actor;
using Akka.Cluster.Sharding;
using Shared.Messages.Topology;

namespace Analyzer.Node.Topology;

/// <summary>The shard region <c>topology</c>: an entity per host, and one for the fabric, on whichever analyzer has its shard.</summary>
internal static class TopologySharding
{
    /// <summary>Finds a message's host.</summary>
    public static IMessageExtractor Extractor { get; } = HashCodeMessageExtractor.Create(TopologyShards.ShardCount, message => TopologyShards.EntityOf(message)!);

    /// <summary>
    /// Starts the region on an analyzer. Entities are remembered: after a restart each comes back by itself, to notice that its agent doesn't.
    /// </summary>
    /// <param name="system">The analyzer's actor system.</param>
    /// <param name="role">Role of the analyzers.</param>
    /// <param name="settings">The entities'.</param>
    /// <param name="mediator">The pub-sub mediator.</param>
    public static Task<IActorRef> Start(ActorSystem system, string role, HostEntitySettings settings, IActorRef mediator) =>
        ClusterSharding.Get(system).StartAsync(
            TopologyShards.RegionName,
            host => HostEntity.Props(host, settings, mediator),
            ClusterShardingSettings.Create(system).WithRole(role).WithRememberEntities(true),
            Extractor);
}
