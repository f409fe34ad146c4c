using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Shared.Messages.Flows;

namespace Analyzer.Node.Flows;

/// <summary>The shard region <c>flows</c>: an entity per partition, on whichever analyzer has its shard.</summary>
internal static class FlowSharding
{
    /// <summary>Finds a message's partition.</summary>
    public static IMessageExtractor Extractor { get; } = HashCodeMessageExtractor.Create(FlowShards.ShardCount, message => FlowShards.EntityOf(message)!);

    /// <summary>Starts the region on an analyzer. A partition starts with its first message and then stays.</summary>
    public static Task<IActorRef> Start(ActorSystem system, string role, FlowsEntitySettings settings) =>
        ClusterSharding.Get(system).StartAsync(
            FlowShards.RegionName,
            partition => FlowsEntity.Props(int.Parse(partition, CultureInfo.InvariantCulture), settings),
            ClusterShardingSettings.Create(system).WithRole(role).WithPassivateIdleAfter(TimeSpan.Zero),
            Extractor);
}
