using Akka.Actor;
using Akka.Cluster.Configuration;
using Akka.Event;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>The provider <c>cluster</c>: that of remoting, on a node of a cluster. The node starts with the actor system.</summary>
internal sealed class ClusterActorRefProvider : RemoteActorRefProvider
{
    public ClusterActorRefProvider(string systemName, Settings settings, EventStream eventStream) : base(systemName, settings, eventStream) =>
        settings.InjectTopLevelFallback(ClusterConfig.Default());

    protected override IActorRef CreateRemoteWatcher(ActorSystemImpl system)
    {
        var settings = RemoteSettings.WatchFailureDetector;
        return system.SystemActorOf(
            ClusterRemoteWatcher.Props(
                new NonMemberFailureDetectors(system, CreateRemoteWatcherFailureDetector(system)),
                settings.GetTimeSpan("heartbeat-interval"),
                settings.GetTimeSpan("unreachable-nodes-reaper-interval"),
                settings.GetTimeSpan("expected-response-after")),
            "remote-watcher");
    }

    protected override void OnStarted(ActorSystemImpl system) => Cluster.Get(system);
}
