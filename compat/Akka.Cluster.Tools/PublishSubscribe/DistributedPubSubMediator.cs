using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe.Internal;
using Akka.Event;
using Status = Akka.Cluster.Tools.PublishSubscribe.Internal.Status;

namespace Akka.Cluster.Tools.PublishSubscribe;

/// <summary>Knows this node's subscribers, and by gossip which nodes have subscribers of what. A message goes once to every node
/// concerned, whose mediator hands it to its own subscribers.</summary>
public class DistributedPubSubMediator : ReceiveActor
{
    private readonly DistributedPubSubSettings _settings;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly Dictionary<RegistryKey, List<IActorRef>> _local = [];
    private Registry _registry;
    private ICancelable? _gossip;

    public DistributedPubSubMediator(DistributedPubSubSettings settings)
    {
        if (settings.Role is { } role && !_cluster.SelfRoles.Contains(role))
        {
            throw new ArgumentException($"The cluster node [{_cluster.SelfAddress}] does not have the role [{role}]", nameof(settings));
        }

        _settings = settings;
        _registry = new Registry(_cluster.SelfUniqueAddress);

        Receive<Publish>(OnPublish);
        Receive<ToTopic>(m => Deliver(RegistryKey.Topic(m.Topic, m.Group), m.Message, one: m.Group is not null));
        Receive<Send>(OnSend);
        Receive<SendToAll>(OnSendToAll);
        Receive<ToPath>(m => Deliver(RegistryKey.Path(m.Path), m.Message, one: true));
        Receive<Subscribe>(OnSubscribe);
        Receive<Unsubscribe>(OnUnsubscribe);
        Receive<Put>(m => Offer(RegistryKey.Path(m.Ref.Path.ToStringWithoutAddress()), m.Ref, replace: true));
        Receive<Remove>(m => Withdraw(RegistryKey.Path(m.Path)));
        Receive<GetTopics>(_ => Sender.Tell(new CurrentTopics(_registry.Topics())));
        Receive<Terminated>(m => Forget(m.ActorRef));
        Receive<Status>(OnStatus);
        Receive<Delta>(OnDelta);
        Receive<GossipTick>(_ => OnTick());
        Receive<ClusterEvent.CurrentClusterState>(_ => OnMembers());
        Receive<ClusterEvent.IMemberEvent>(_ => OnMembers());
    }

    public ILoggingAdapter Log { get; } = Context.GetLogger();

    public static Props Props(DistributedPubSubSettings settings) =>
        Actor.Props.Create(() => new DistributedPubSubMediator(settings)).WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent));
        _gossip = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
            _settings.GossipInterval, _settings.GossipInterval, Self, GossipTick.Instance, Self);
    }

    protected override void PostStop()
    {
        _gossip?.Cancel();
        _cluster.Unsubscribe(Self);
    }

    // Messages on their way to subscribers.

    private void OnPublish(Publish m)
    {
        if (!m.SendOneMessageToEachGroup)
        {
            var key = RegistryKey.Topic(m.Topic, null);
            if (!Route(_registry.WhoOffers(key), new ToTopic(m.Topic, null, m.Message)))
            {
                NobodyFor(m.Message);
            }

            return;
        }

        var groups = _registry.GroupsOf(m.Topic).ToArray();
        foreach (var group in groups)
        {
            Route(OneOf([.. _registry.WhoOffers(RegistryKey.Topic(m.Topic, group))]), new ToTopic(m.Topic, group, m.Message));
        }

        if (groups.Length == 0)
        {
            NobodyFor(m.Message);
        }
    }

    private void OnSend(Send m)
    {
        UniqueAddress[] nodes = [.. _registry.WhoOffers(RegistryKey.Path(m.Path))];
        var local = m.LocalAffinity && nodes.Contains(_cluster.SelfUniqueAddress);
        if (!Route(local ? [_cluster.SelfUniqueAddress] : OneOf(nodes), new ToPath(m.Path, m.Message)))
        {
            NobodyFor(m.Message);
        }
    }

    private void OnSendToAll(SendToAll m)
    {
        var nodes = _registry.WhoOffers(RegistryKey.Path(m.Path)).Where(node => !m.ExcludeSelf || node != _cluster.SelfUniqueAddress);
        if (!Route(nodes, new ToPath(m.Path, m.Message)))
        {
            NobodyFor(m.Message);
        }
    }

    private bool Route(IEnumerable<UniqueAddress> nodes, object message)
    {
        var any = false;
        foreach (var node in nodes)
        {
            any = true;
            if (node == _cluster.SelfUniqueAddress)
            {
                Self.Forward(message);
            }
            else
            {
                MediatorAt(node).Tell(message, Sender);
            }
        }

        return any;
    }

    private void Deliver(RegistryKey key, object message, bool one)
    {
        if (!_local.TryGetValue(key, out var actors) || actors.Count == 0)
        {
            NobodyFor(message);
        }
        else if (one)
        {
            actors[Random.Shared.Next(actors.Count)].Forward(message);
        }
        else
        {
            foreach (var actor in actors)
            {
                actor.Forward(message);
            }
        }
    }

    private void NobodyFor(object message)
    {
        if (_settings.SendToDeadLettersWhenNoSubscribers)
        {
            Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self));
        }
    }

    private static UniqueAddress[] OneOf(UniqueAddress[] nodes) => nodes.Length == 0 ? [] : [nodes[Random.Shared.Next(nodes.Length)]];

    // This node's own actors.

    private void OnSubscribe(Subscribe m)
    {
        Offer(RegistryKey.Topic(m.Topic, m.Group), m.Ref, replace: false);
        Sender.Tell(new SubscribeAck(m));
    }

    private void OnUnsubscribe(Unsubscribe m)
    {
        Drop(RegistryKey.Topic(m.Topic, m.Group), m.Ref);
        Unwatch(m.Ref);
        Sender.Tell(new UnsubscribeAck(m));
    }

    private void Offer(RegistryKey key, IActorRef actor, bool replace)
    {
        if (!_local.TryGetValue(key, out var actors))
        {
            _local[key] = actors = [];
        }

        if (replace)
        {
            actors.Clear();
        }

        if (!actors.Contains(actor))
        {
            actors.Add(actor);
            Context.Watch(actor);
        }

        Changed(_registry.Offer(key));
    }

    private void Withdraw(RegistryKey key)
    {
        if (_local.Remove(key, out var actors))
        {
            actors.ForEach(Unwatch);
            Changed(_registry.Withdraw(key, DateTime.UtcNow));
        }
    }

    private void Drop(RegistryKey key, IActorRef actor)
    {
        if (_local.TryGetValue(key, out var actors) && actors.Remove(actor) && actors.Count == 0)
        {
            Withdraw(key);
        }
    }

    private void Forget(IActorRef actor)
    {
        foreach (var key in _local.Where(l => l.Value.Contains(actor)).Select(l => l.Key).ToArray())
        {
            Drop(key, actor);
        }
    }

    private void Unwatch(IActorRef actor)
    {
        if (!_local.Values.Any(actors => actors.Contains(actor)))
        {
            Context.Unwatch(actor);
        }
    }

    // What other nodes know of it.

    /// <summary>Tells all nodes of a change at once; gossip is for those that miss it.</summary>
    private void Changed(Registry registry)
    {
        if (ReferenceEquals(registry, _registry))
        {
            return;
        }

        var delta = new Delta(registry.DeltaFor(_registry.Versions, _settings.MaxDeltaElements));
        _registry = registry;
        foreach (var node in Others())
        {
            MediatorAt(node).Tell(delta);
        }
    }

    private void OnStatus(Status m)
    {
        var delta = _registry.DeltaFor(m.Versions, _settings.MaxDeltaElements);
        if (!delta.IsEmpty)
        {
            Sender.Tell(new Delta(delta));
        }

        if (!m.IsReply && _registry.LacksAnyOf(m.Versions))
        {
            Sender.Tell(new Status(_registry.Versions, true));
        }
    }

    private void OnDelta(Delta m)
    {
        var missed = _registry.MissedSomeBefore(m.Buckets);
        _registry = _registry.Merge(m.Buckets);
        if (missed)
        {
            Sender.Tell(new Status(_registry.Versions, true));
        }
    }

    private void OnTick()
    {
        _registry = _registry.Prune(DateTime.UtcNow - _settings.RemovedTimeToLive);
        foreach (var node in OneOf([.. Others()]))
        {
            MediatorAt(node).Tell(new Status(_registry.Versions, false));
        }
    }

    private void OnMembers()
    {
        if (_cluster.IsTerminated)
        {
            Context.Stop(Self);
            return;
        }

        var before = _registry;
        _registry = _registry.WithNodes(_cluster.State.Members
            .Where(m => m.Status is MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up or MemberStatus.Leaving)
            .Where(m => _settings.Role is not { } role || m.HasRole(role))
            .Select(m => m.UniqueAddress)
            .ToHashSet());

        foreach (var node in _registry.Buckets.Keys.Where(node => !before.Buckets.ContainsKey(node)))
        {
            MediatorAt(node).Tell(new Status(_registry.Versions, false));
        }
    }

    private IEnumerable<UniqueAddress> Others() => _registry.Buckets.Keys.Where(node => node != _cluster.SelfUniqueAddress);

    private ActorSelection MediatorAt(UniqueAddress node) =>
        Context.ActorSelection(new RootActorPath(node.Address) / Self.Path.Elements);
}
