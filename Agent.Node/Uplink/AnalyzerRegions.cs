using Akka.Actor;
using Akka.Cluster.Sharding;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Topology;

namespace Agent.Node.Uplink;

/// <summary>The analyzers' shard regions, as an agent reaches them.</summary>
/// <param name="Topology">Entities by host.</param>
/// <param name="Flows">Entities by partition.</param>
internal sealed record AnalyzerRegions(IActorRef Topology, IActorRef Flows)
{
    /// <summary>Starts proxies that find the entities, wherever they live.</summary>
    public static AnalyzerRegions Start(ActorSystem system)
    {
        var sharding = ClusterSharding.Get(system);
        return new AnalyzerRegions(
            sharding.StartProxy(
                TopologyShards.RegionName, NodeSettings.AnalyzerRole, HashCodeMessageExtractor.Create(TopologyShards.ShardCount, m => TopologyShards.EntityOf(m)!)),
            sharding.StartProxy(
                FlowShards.RegionName, NodeSettings.AnalyzerRole, HashCodeMessageExtractor.Create(FlowShards.ShardCount, m => FlowShards.EntityOf(m)!)));
    }
}
