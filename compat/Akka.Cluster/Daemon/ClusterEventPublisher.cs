using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;

namespace Akka.Cluster.Daemon;

/// <summary>Turns changes of the gossip into events for subscribers, and keeps <see cref="Cluster.State"/> current.</summary>
internal sealed class ClusterEventPublisher : ReceiveActor
{
    private readonly Cluster _cluster;
    private readonly Dictionary<IActorRef, ImmutableHashSet<Type>> _subscribers = [];
    private MembershipView _view;

    public ClusterEventPublisher(Cluster cluster)
    {
        _cluster = cluster;
        _view = Empty();

        Receive<PublishChanges>(m => Publish(m.View));
        Receive<Subscribe>(OnSubscribe);
        Receive<Unsubscribe>(OnUnsubscribe);
        Receive<SendCurrentClusterState>(m => m.Receiver.Tell(_view.State));
        Receive<Terminated>(m => _subscribers.Remove(m.ActorRef));
    }

    public static Props Props(Cluster cluster) =>
        Actor.Props.Create(() => new ClusterEventPublisher(cluster)).WithDispatcher(ClusterDaemon.Dispatcher(cluster));

    /// <summary>The node is out: nobody is a member of its cluster any more, least of all itself.</summary>
    protected override void PostStop()
    {
        Tell(ClusterEvent.ClusterShuttingDown.Instance);
        Publish(Empty());
    }

    private void Publish(MembershipView view)
    {
        var before = _view;
        _view = view;
        _cluster.Update(view);
        foreach (var happened in MembershipDiff.Between(before, view))
        {
            Tell(happened);
        }
    }

    private void Tell(ClusterEvent.IClusterDomainEvent happened)
    {
        foreach (var (subscriber, types) in _subscribers)
        {
            if (types.Any(t => t.IsInstanceOfType(happened)))
            {
                subscriber.Tell(happened);
            }
        }
    }

    private void OnSubscribe(Subscribe m)
    {
        if (m.Mode == ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot)
        {
            m.Subscriber.Tell(_view.State);
        }
        else
        {
            foreach (var happened in MembershipDiff.Between(Empty(), _view).Where(e => m.To.Any(t => t.IsInstanceOfType(e))))
            {
                m.Subscriber.Tell(happened);
            }
        }

        Context.Watch(m.Subscriber);
        _subscribers[m.Subscriber] = _subscribers.GetValueOrDefault(m.Subscriber, []).Union(m.To);
    }

    private void OnUnsubscribe(Unsubscribe m)
    {
        if (!_subscribers.TryGetValue(m.Subscriber, out var types))
        {
            return;
        }

        var left = m.To is null ? [] : types.Remove(m.To);
        if (left.IsEmpty)
        {
            _subscribers.Remove(m.Subscriber);
            Context.Unwatch(m.Subscriber);
        }
        else
        {
            _subscribers[m.Subscriber] = left;
        }
    }

    private MembershipView Empty() => new(Gossip.Empty, _cluster.SelfUniqueAddress);
}
