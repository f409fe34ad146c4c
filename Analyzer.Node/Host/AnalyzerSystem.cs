using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Analyzer.Node.Captures;
using Analyzer.Node.Fabric;
using Analyzer.Node.Flows;
using Analyzer.Node.Http;
using Analyzer.Node.Injections;
using Analyzer.Node.Topology;
using Analyzer.Node.Views;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Host;

/// <summary>Starts an analyzer's actors: shard regions, the view, the singletons, the gateway.</summary>
internal static class AnalyzerSystem
{
    public static async Task<(AnalyzerServices Services, IActorRef Gateway)> StartAsync(
        ActorSystem system, AnalyzerOptions options, IReadOnlyList<string> fabricLinks, StorageHealth storage)
    {
        system.ActorOf(StorageWatch.Props(storage), "storage");
        var mediator = DistributedPubSub.Get(system).Mediator;
        var snapshotEvery = options.Storage.SnapshotEvery;
        var hosts = await TopologySharding.Start(system, NodeSettings.AnalyzerRole, HostEntitySettings.Of(options.FlowPartitions, snapshotEvery), mediator).ConfigureAwait(false);
        var flowRegion = await FlowSharding.Start(system, NodeSettings.AnalyzerRole, FlowsEntitySettings.Of(options.FlowRetention, snapshotEvery)).ConfigureAwait(false);

        var view = system.ActorOf(GraphView.Props(mediator, hosts), "graph");
        var flows = new PartitionedFlowSource(flowRegion, options.FlowPartitions, options.Http.QueryTimeout);
        var selector = new GraphNodeSelector(view, options.Http.QueryTimeout);
        var captures = Singleton(system, "captures", CaptureRegistry.Props(CaptureRegistrySettings.Of(selector, hosts, mediator)));
        var injections = Singleton(system, "injections", InjectionRegistry.Props(new InjectionRegistrySettings(selector, hosts, mediator)));
        var fabric = Singleton(system, "fabric", FabricActor.Props(
            new FabricSettings(FabricSettings.Configure(fabricLinks), view, hosts, "analyzer." + options.HostId, snapshotEvery)));

        var cluster = Cluster.Get(system);
        var services = new AnalyzerServices
        {
            View = view,
            Hosts = hosts,
            Flows = flows,
            Captures = captures,
            Injections = injections,
            Fabric = fabric,
            Cluster = cluster,
            Readiness = new Readiness(cluster, storage, captures, fabric),
            QueryTimeout = options.Http.QueryTimeout,
        };
        return (services, system.ActorOf(Gateway.Props(view), "gateway"));
    }

    // The oldest analyzer runs it; the proxy finds it from here.
    private static IActorRef Singleton(ActorSystem system, string name, Props props)
    {
        system.ActorOf(
            ClusterSingletonManager.Props(
                SingletonGuardian.Props(props, name), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(system).WithRole(NodeSettings.AnalyzerRole)),
            name + "-singleton");
        return system.ActorOf(
            ClusterSingletonProxy.Props(
                $"/user/{name}-singleton", ClusterSingletonProxySettings.Create(system).WithRole(NodeSettings.AnalyzerRole)),
            name);
    }
}
