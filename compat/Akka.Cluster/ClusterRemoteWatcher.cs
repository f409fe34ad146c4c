using Akka.Actor;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>Watches actors of other systems. Of members of the cluster it is the cluster that says when they are gone: on their
/// removal, and not before.</summary>
internal sealed class ClusterRemoteWatcher : RemoteWatcher
{
    /// <summary>A member that has left by itself may still have something to say.</summary>
    private static readonly TimeSpan QuarantineLeftAfter = TimeSpan.FromSeconds(5);

    private readonly Cluster _cluster = Cluster.Get(Context.System);

    public ClusterRemoteWatcher(
        IFailureDetectorRegistry<Address> failureDetector, TimeSpan heartbeatInterval, TimeSpan unreachableReaperInterval, TimeSpan heartbeatExpectedResponseAfter)
        : base(failureDetector, heartbeatInterval, unreachableReaperInterval, heartbeatExpectedResponseAfter)
    {
    }

    public static new Props Props(
        IFailureDetectorRegistry<Address> failureDetector, TimeSpan heartbeatInterval, TimeSpan unreachableReaperInterval, TimeSpan heartbeatExpectedResponseAfter) =>
        Actor.Props.Create(() => new ClusterRemoteWatcher(failureDetector, heartbeatInterval, unreachableReaperInterval, heartbeatExpectedResponseAfter));

    protected override void PreStart()
    {
        base.PreStart();
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberRemoved));
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        base.PostStop();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberRemoved removed:
                OnRemoved(removed);
                break;
            case QuarantineLeft left:
                Quarantine(left.Node);
                break;
            default:
                base.OnReceive(message);
                break;
        }
    }

    private void OnRemoved(ClusterEvent.MemberRemoved removed)
    {
        var node = removed.Member.UniqueAddress;
        if (node == _cluster.SelfUniqueAddress)
        {
            return;
        }

        // Once this node is out itself, the others are no worse for it.
        if (!_cluster.IsTerminated)
        {
            if (removed.PreviousStatus == MemberStatus.Down)
            {
                Quarantine(node);
            }
            else
            {
                Context.System.Scheduler.ScheduleTellOnce(QuarantineLeftAfter, Self, new QuarantineLeft(node), Self);
            }
        }

        PublishAddressTerminated(node.Address);
    }

    private void Quarantine(UniqueAddress node) =>
        ((RemoteActorRefProvider)_cluster.System.Provider).Quarantine(node.Address, node.Uid, "the cluster has removed it");

    private sealed record QuarantineLeft(UniqueAddress Node) : INoSerializationVerificationNeeded;
}

/// <summary>Failure detectors that find members of the cluster available, whatever their heartbeats.</summary>
internal sealed class NonMemberFailureDetectors(ActorSystem system, IFailureDetectorRegistry<Address> detectors) : IFailureDetectorRegistry<Address>
{
    public bool IsAvailable(Address resource) =>
        detectors.IsAvailable(resource) || Cluster.Get(system).View.Gossip.Members.Any(m => m.Address.Equals(resource));

    public bool IsMonitoring(Address resource) => detectors.IsMonitoring(resource);

    public void Heartbeat(Address resource) => detectors.Heartbeat(resource);

    public void Remove(Address resource) => detectors.Remove(resource);

    public void Reset() => detectors.Reset();
}
