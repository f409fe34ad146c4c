using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster.Daemon;

/// <summary>The root of the cluster's actors, /system/cluster: starts them and hands each message to the one it is for.
/// None of them can go on after a failure, since its state would be lost: the node leaves the cluster instead.</summary>
internal sealed class ClusterDaemon : ReceiveActor
{
    private readonly Cluster _cluster;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public ClusterDaemon(Cluster cluster)
    {
        _cluster = cluster;
        var core = Context.ActorOf(ClusterCoreSupervisor.Props(cluster), "core");
        Context.ActorOf(HeartbeatReceiver.Props(cluster), "heartbeatReceiver");
        Context.Watch(core);

        Receive<Terminated>(_ =>
        {
            _cluster.Shutdown();
            Context.Stop(Self);
        });
        ReceiveAny(core.Forward);
    }

    public static Props Props(Cluster cluster) =>
        Actor.Props.Create(() => new ClusterDaemon(cluster)).WithDispatcher(Dispatcher(cluster));

    internal static string Dispatcher(Cluster cluster) =>
        cluster.Settings.UseDispatcher is { Length: > 0 } dispatcher ? dispatcher : Akka.Dispatch.Dispatchers.DefaultDispatcherId;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(cause =>
    {
        _log.Error(cause, "Cluster node [{0}] crashed, [{1}] - shutting down...", _cluster.SelfAddress, cause.Message);
        return Directive.Stop;
    });
}

/// <summary>Parent of the daemon that keeps the gossip and of the publisher that tells about it.</summary>
internal sealed class ClusterCoreSupervisor : ReceiveActor
{
    private readonly Cluster _cluster;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public ClusterCoreSupervisor(Cluster cluster)
    {
        _cluster = cluster;
        var publisher = Context.ActorOf(ClusterEventPublisher.Props(cluster), "publisher");
        var daemon = Context.ActorOf(ClusterCoreDaemon.Props(cluster, publisher), "daemon");
        Context.Watch(publisher);
        Context.Watch(daemon);

        Receive<Subscribe>(publisher.Forward);
        Receive<Unsubscribe>(publisher.Forward);
        Receive<SendCurrentClusterState>(publisher.Forward);
        Receive<Terminated>(_ => Context.Stop(Self));
        ReceiveAny(daemon.Forward);
    }

    public static Props Props(Cluster cluster) =>
        Actor.Props.Create(() => new ClusterCoreSupervisor(cluster)).WithDispatcher(ClusterDaemon.Dispatcher(cluster));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(cause =>
    {
        _log.Error(cause, "Cluster node [{0}] crashed, [{1}] - shutting down...", _cluster.SelfAddress, cause.Message);
        return Directive.Stop;
    });
}
