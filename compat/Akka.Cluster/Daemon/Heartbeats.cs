using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;

namespace Akka.Cluster.Daemon;

/// <summary>Answers heartbeats, whoever sends them: the answer says which incarnation lives here.</summary>
internal sealed class HeartbeatReceiver : ReceiveActor
{
    public HeartbeatReceiver(Cluster cluster)
    {
        var answer = new HeartbeatRsp(cluster.SelfUniqueAddress);
        Receive<Heartbeat>(_ => Sender.Tell(answer));
    }

    public static Props Props(Cluster cluster) =>
        Actor.Props.Create(() => new HeartbeatReceiver(cluster)).WithDispatcher(ClusterDaemon.Dispatcher(cluster));
}

/// <summary>Sends heartbeats to this node's part of the ring and feeds the failure detector with the answers.</summary>
internal sealed class HeartbeatSender : ReceiveActor, IWithTimers
{
    private readonly Cluster _cluster;
    private ImmutableHashSet<UniqueAddress> _receivers = [];

    public HeartbeatSender(Cluster cluster)
    {
        _cluster = cluster;

        Receive<PublishChanges>(m => OnMembers(m.View));
        Receive<Tick>(_ => SendHeartbeats());
        Receive<HeartbeatRsp>(m => OnAnswer(m.From));
        Receive<ExpectFirstHeartbeat>(m => OnFirstExpected(m.From));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Cluster cluster) =>
        Actor.Props.Create(() => new HeartbeatSender(cluster)).WithDispatcher(ClusterDaemon.Dispatcher(cluster));

    protected override void PreStart() =>
        Timers.StartPeriodicTimer(nameof(Tick.Heartbeat), Tick.Heartbeat, _cluster.Settings.HeartbeatInterval, _cluster.Settings.HeartbeatInterval);

    protected override void PostStop()
    {
        foreach (var receiver in _receivers)
        {
            _cluster.FailureDetector.Remove(receiver.Address);
        }
    }

    private void OnMembers(MembershipView view)
    {
        var members = view.Gossip.Members.Select(m => m.UniqueAddress).ToImmutableHashSet();
        var unreachable = view.Reachability.AllUnreachable.ToHashSet();
        var receivers = members.Contains(view.Self)
            ? HeartbeatRing.Receivers(view.Self, members, unreachable, _cluster.Settings.MonitoredByNrOfMembers)
            : [];

        foreach (var dropped in _receivers.Except(receivers))
        {
            // Only this node can take back its own word that a member is unreachable, so it keeps watching such a member.
            if (members.Contains(dropped) && !view.Gossip.Reachability.IsReachable(view.Self, dropped))
            {
                receivers = receivers.Add(dropped);
            }
            else
            {
                _cluster.FailureDetector.Remove(dropped.Address);
            }
        }

        _receivers = receivers;
    }

    private void SendHeartbeats()
    {
        var heartbeat = new Heartbeat(_cluster.SelfAddress);
        foreach (var receiver in _receivers)
        {
            if (!_cluster.FailureDetector.IsMonitoring(receiver.Address) && !Timers.IsTimerActive(receiver))
            {
                Timers.StartSingleTimer(receiver, new ExpectFirstHeartbeat(receiver), _cluster.Settings.HeartbeatExpectedResponseAfter);
            }

            Context.ActorSelection(new RootActorPath(receiver.Address) / "system" / "cluster" / "heartbeatReceiver").Tell(heartbeat);
        }
    }

    private void OnAnswer(UniqueAddress from)
    {
        if (_receivers.Contains(from))
        {
            _cluster.FailureDetector.Heartbeat(from.Address);
        }
    }

    /// <summary>Starts the clock of a node that hasn't answered yet: silence from the start is silence too.</summary>
    private void OnFirstExpected(UniqueAddress from)
    {
        if (_receivers.Contains(from) && !_cluster.FailureDetector.IsMonitoring(from.Address))
        {
            _cluster.FailureDetector.Heartbeat(from.Address);
        }
    }
}
