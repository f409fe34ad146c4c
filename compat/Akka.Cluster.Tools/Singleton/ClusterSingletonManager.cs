using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Cluster.Tools.Configuration;
using Akka.Cluster.Tools.Singleton.Serialization;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>Runs on every node (with the role) and keeps one instance of the singleton among them all, on the oldest. When
/// that node leaves, its manager stops the singleton before the next one starts it; when it crashes, the next one starts it
/// once the crashed node has been removed.</summary>
public sealed class ClusterSingletonManager : FSM<ClusterSingletonState, IClusterSingletonData>
{
    private const string RetryTimer = "hand-over-retry";
    private const string MarginTimer = "removal-margin";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly Props _singletonProps;
    private readonly object _terminationMessage;
    private readonly ClusterSingletonManagerSettings _settings;
    private readonly TaskCompletionSource _handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _maxRetries;

    /// <summary>Nodes that crashed too lately for their singleton to be surely gone.</summary>
    private readonly HashSet<UniqueAddress> _recentlyDowned = [];

    public ClusterSingletonManager(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings)
    {
        if (settings.Role is { } role && !_cluster.SelfRoles.Contains(role))
        {
            throw new ArgumentException($"This cluster member [{_cluster.SelfAddress}] doesn't have the role [{role}]", nameof(settings));
        }

        _singletonProps = singletonProps;
        _terminationMessage = terminationMessage;
        _settings = settings;
        _maxRetries = Math.Max(settings.MinHandOverRetries, (int)(settings.RemovalMargin / settings.HandOverRetryInterval) + 3);

        StartWith(ClusterSingletonState.Start, Nothing.Instance);
        When(ClusterSingletonState.Start, _ => null);
        When(ClusterSingletonState.Younger, e => e.FsmEvent is HandOverToMe ? Stay().Replying(HandOverDone.Instance) : null);
        When(ClusterSingletonState.BecomingOldest, OnBecomingOldest);
        When(ClusterSingletonState.Oldest, OnOldest);
        When(ClusterSingletonState.HandingOver, OnHandingOver);
        When(ClusterSingletonState.End, e => e.FsmEvent is HandOverToMe ? Stay().Replying(HandOverDone.Instance) : null);
        WhenUnhandled(OnAnywhere);
        OnTransition((from, to) => _cluster.LogInfo("ClusterSingletonManager state change [{0} -> {1}] [{2}]", from, to, Self.Path));
        Initialize();
    }

    public static Config DefaultConfig() => ToolsConfig.Default();

    /// <summary>A manager whose singleton is stopped by a <see cref="PoisonPill"/>.</summary>
    public static Props Props(Props singletonProps, ClusterSingletonManagerSettings settings) =>
        Props(singletonProps, PoisonPill.Instance, settings);

    /// <summary>A manager whose singleton stops itself on <paramref name="terminationMessage"/>.</summary>
    public static Props Props(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonManager(singletonProps, terminationMessage, settings)).WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        var system = (ExtendedActorSystem)Context.System;
        system.Settings.InjectTopLevelFallback(DefaultConfig());
        Serializers.Add(system, typeof(IClusterSingletonMessage), "akka-singleton", new ClusterSingletonMessageSerializer(system));
        _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.ClusterShuttingDown));

        var (cluster, handedOver) = (_cluster, _handedOver.Task);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseClusterExiting, $"singleton-exiting-{Self.Path.ToStringWithoutAddress()}", async () =>
        {
            if (!cluster.IsTerminated && cluster.SelfMember.Status is not (MemberStatus.Down or MemberStatus.Removed))
            {
                await handedOver.ConfigureAwait(false);
            }

            return Done.Instance;
        });
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        _handedOver.TrySetResult();
        base.PostStop();
    }

    // Oldest by now, but the one before may still run the singleton.

    private State<ClusterSingletonState, IClusterSingletonData>? OnBecomingOldest(Event<IClusterSingletonData> e)
    {
        var becoming = (Becoming)e.StateData;
        switch (e.FsmEvent)
        {
            case HandOverInProgress:
                _log.Info("Hand-over in progress at [{0}]", Sender.Path.Address);
                return Stay().Using(becoming with { Retries = 0 });
            case HandOverDone when Sender.Path.Address.Equals(becoming.Previous.Address):
                return BecomeOldest();
            case HandOverToMe:
                return Stay().Replying(HandOverDone.Instance);
            case Retry when becoming.Retries > _maxRetries:
                throw new ClusterSingletonManagerIsStuckException(
                    $"Becoming singleton oldest was stuck because previous oldest [{becoming.Previous.Address}] is unresponsive");
            case Retry:
                Peer(becoming.Previous.Address).Tell(HandOverToMe.Instance);
                SetTimer(RetryTimer, Retry.Instance, _settings.HandOverRetryInterval);
                return Stay().Using(becoming with { Retries = becoming.Retries + 1 });
            default:
                return null;
        }
    }

    private State<ClusterSingletonState, IClusterSingletonData> BecomeOldest()
    {
        CancelTimer(RetryTimer);
        _log.Info("Singleton manager starting singleton actor [{0}]", Self.Path / _settings.SingletonName);
        var singleton = Context.Watch(Context.ActorOf(_singletonProps, _settings.SingletonName));
        return GoTo(ClusterSingletonState.Oldest).Using(new Running(singleton));
    }

    // Runs the singleton.

    private State<ClusterSingletonState, IClusterSingletonData>? OnOldest(Event<IClusterSingletonData> e)
    {
        var running = (Running)e.StateData;
        switch (e.FsmEvent)
        {
            case HandOverToMe:
                return HandOver(running.Singleton, Sender);
            case Terminated terminated when terminated.ActorRef.Equals(running.Singleton):
                _log.Info("Singleton actor [{0}] was terminated", terminated.ActorRef.Path);
                return Stay().Using(new Running(null));
            default:
                return null;
        }
    }

    private State<ClusterSingletonState, IClusterSingletonData> HandOver(IActorRef? singleton, IActorRef? to)
    {
        if (singleton is null)
        {
            return HandedOver(to);
        }

        _log.Info("Singleton manager stopping singleton actor [{0}]", singleton.Path);
        singleton.Tell(_terminationMessage);
        to?.Tell(HandOverInProgress.Instance);
        return GoTo(ClusterSingletonState.HandingOver).Using(new Handing(singleton, to));
    }

    // Waits for the singleton to stop.

    private State<ClusterSingletonState, IClusterSingletonData>? OnHandingOver(Event<IClusterSingletonData> e)
    {
        var handing = (Handing)e.StateData;
        switch (e.FsmEvent)
        {
            case HandOverToMe:
                return Stay().Using(handing with { To = Sender }).Replying(HandOverInProgress.Instance);
            case Terminated terminated when terminated.ActorRef.Equals(handing.Singleton):
                return HandedOver(handing.To);
            default:
                return null;
        }
    }

    private State<ClusterSingletonState, IClusterSingletonData> HandedOver(IActorRef? to)
    {
        _log.Info("Singleton terminated, hand-over done");
        to?.Tell(HandOverDone.Instance);
        _handedOver.TrySetResult();
        if (_cluster.IsTerminated)
        {
            return Stop();
        }

        return _cluster.SelfMember.Status is MemberStatus.Up or MemberStatus.Leaving
            ? GoTo(ClusterSingletonState.Younger).Using(Nothing.Instance)
            : GoTo(ClusterSingletonState.End).Using(Nothing.Instance);
    }

    // In any state.

    private State<ClusterSingletonState, IClusterSingletonData>? OnAnywhere(Event<IClusterSingletonData> e)
    {
        switch (e.FsmEvent)
        {
            case ClusterEvent.ClusterShuttingDown:
                return ShutDown();
            case ClusterEvent.MemberRemoved removed:
                return OnRemoved(removed);
            case ClusterEvent.MemberDowned downed when downed.Member.UniqueAddress == _cluster.SelfUniqueAddress:
                return ShutDown();
            case ClusterEvent.CurrentClusterState or ClusterEvent.IMemberEvent:
                return Evaluate();
            case MarginOver margin:
                _recentlyDowned.Remove(margin.Node);
                return Evaluate();
            case TakeOverFromMe:
                return Evaluate();
            case HandOverToMe:
                return Stay().Replying(HandOverDone.Instance);
            case HandOverInProgress or HandOverDone or Retry:
                return Stay();
            default:
                return null;
        }
    }

    private State<ClusterSingletonState, IClusterSingletonData> OnRemoved(ClusterEvent.MemberRemoved removed)
    {
        if (removed.Member.UniqueAddress == _cluster.SelfUniqueAddress)
        {
            return ShutDown();
        }

        // The node may not have crashed but been cut off, and take its time to find out that it has been downed.
        if (removed.PreviousStatus == MemberStatus.Down && _settings.RemovalMargin > TimeSpan.Zero && !_cluster.IsTerminated)
        {
            _recentlyDowned.Add(removed.Member.UniqueAddress);
            SetTimer($"{MarginTimer}-{removed.Member.UniqueAddress}", new MarginOver(removed.Member.UniqueAddress), _settings.RemovalMargin);
        }

        return Evaluate();
    }

    /// <summary>Compares where the singleton should be with where this manager stands.</summary>
    private State<ClusterSingletonState, IClusterSingletonData> Evaluate()
    {
        if (_cluster.IsTerminated)
        {
            return Stay();
        }

        if (_cluster.SelfMember.Status == MemberStatus.Exiting
            && StateName is ClusterSingletonState.Start or ClusterSingletonState.Younger or ClusterSingletonState.BecomingOldest)
        {
            _handedOver.TrySetResult();
            CancelTimer(RetryTimer);
            return GoTo(ClusterSingletonState.End).Using(Nothing.Instance);
        }

        var members = _cluster.State.Members;
        var oldest = SingletonCandidates.Oldest(members, _settings.Role)?.UniqueAddress;
        var isOldest = oldest == _cluster.SelfUniqueAddress;
        switch (StateName)
        {
            case ClusterSingletonState.Start or ClusterSingletonState.Younger or ClusterSingletonState.BecomingOldest when isOldest && _recentlyDowned.Count > 0:
                return StateName == ClusterSingletonState.Start ? GoTo(ClusterSingletonState.Younger) : Stay();

            case ClusterSingletonState.Start or ClusterSingletonState.Younger when isOldest:
                if (SingletonCandidates.MayStillHaveIt(members, _settings.Role, _cluster.SelfUniqueAddress) is not { } previous)
                {
                    return BecomeOldest();
                }

                Self.Tell(Retry.Instance);
                return GoTo(ClusterSingletonState.BecomingOldest).Using(new Becoming(previous.UniqueAddress, 0));

            case ClusterSingletonState.BecomingOldest when isOldest && members.All(m => m.UniqueAddress != ((Becoming)StateData).Previous):
                return BecomeOldest();

            case ClusterSingletonState.BecomingOldest when !isOldest && oldest is not null:
                CancelTimer(RetryTimer);
                return GoTo(ClusterSingletonState.Younger).Using(Nothing.Instance);

            case ClusterSingletonState.Start when oldest is not null:
                return GoTo(ClusterSingletonState.Younger);

            case ClusterSingletonState.Oldest when !isOldest:
                if (oldest is not null)
                {
                    Peer(oldest.Address).Tell(TakeOverFromMe.Instance);
                }

                return HandOver(((Running)StateData).Singleton, to: null);

            default:
                return Stay();
        }
    }

    /// <summary>This node is out: no singleton may run here for a moment longer.</summary>
    private State<ClusterSingletonState, IClusterSingletonData> ShutDown()
    {
        var singleton = StateData switch
        {
            Running running => running.Singleton,
            Handing handing => handing.Singleton,
            _ => null,
        };
        if (singleton is null)
        {
            return Stop();
        }

        if (StateName == ClusterSingletonState.HandingOver)
        {
            return Stay();
        }

        singleton.Tell(_terminationMessage);
        return GoTo(ClusterSingletonState.HandingOver).Using(new Handing(singleton, null));
    }

    private ActorSelection Peer(Address node) => Context.ActorSelection(new RootActorPath(node) / Self.Path.Elements);

    private sealed record Nothing : IClusterSingletonData
    {
        public static readonly Nothing Instance = new();
    }

    private sealed record Becoming(UniqueAddress Previous, int Retries) : IClusterSingletonData;

    private sealed record Running(IActorRef? Singleton) : IClusterSingletonData;

    private sealed record Handing(IActorRef Singleton, IActorRef? To) : IClusterSingletonData;

    private sealed record MarginOver(UniqueAddress Node);

    private sealed record Retry
    {
        public static readonly Retry Instance = new();
    }
}

/// <summary>The node that should have the singleton can't get it from the one before.</summary>
public sealed class ClusterSingletonManagerIsStuckException : AkkaException
{
    public ClusterSingletonManagerIsStuckException(string message) : base(message)
    {
    }
}
