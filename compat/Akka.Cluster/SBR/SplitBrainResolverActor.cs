using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Daemon;
using Akka.Event;

namespace Akka.Cluster.SBR;

/// <summary>Waits until a split has been the same for a while, then lets the leader of each side carry out what the strategy
/// decides for it.</summary>
internal sealed class SplitBrainResolverActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster;
    private readonly SplitBrainResolverSettings _settings;
    private readonly DowningStrategy _strategy;
    private DateTime _stableSince = DateTime.UtcNow;
    private DateTime? _unstableSince;

    public SplitBrainResolverActor(Cluster cluster, SplitBrainResolverSettings settings)
    {
        _cluster = cluster;
        _settings = settings;
        _strategy = DowningStrategy.Create(settings);

        Receive<ClusterEvent.CurrentClusterState>(_ => { });
        Receive<ClusterEvent.IReachabilityEvent>(_ => Changed());

        // Those who are only about to take part have no say, and can't put off a decision.
        Receive<ClusterEvent.IMemberEvent>(e => e is not (ClusterEvent.MemberJoined or ClusterEvent.MemberWeaklyUp), _ => Changed());
        Receive<ClusterEvent.IMemberEvent>(_ => { });
        Receive<Check>(_ => OnCheck());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Cluster cluster, SplitBrainResolverSettings settings) =>
        Actor.Props.Create(() => new SplitBrainResolverActor(cluster, settings)).WithDispatcher(ClusterDaemon.Dispatcher(cluster));

    protected override void PreStart()
    {
        _log.Info("SBR started. Config: strategy [{0}], stable-after: [{1}], down-all-when-unstable: [{2}]",
            _settings.DowningStrategy, _settings.DowningStableAfter, _settings.DownAllWhenUnstable);
        _cluster.Subscribe(Self, typeof(ClusterEvent.IReachabilityEvent), typeof(ClusterEvent.IMemberEvent));
        var half = _settings.DowningStableAfter / 2;
        Timers.StartPeriodicTimer(nameof(Check), Check.Instance, half < LongestTick ? half : LongestTick);
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void Changed()
    {
        _stableSince = DateTime.UtcNow;
        if (_cluster.State.Unreachable.IsEmpty)
        {
            _unstableSince = null;
        }
        else
        {
            _unstableSince ??= _stableSince;
        }
    }

    private void OnCheck()
    {
        var view = _cluster.View;
        var state = _cluster.State;
        if (state.Unreachable.IsEmpty || !view.IsLeader || view.SelfMember is null)
        {
            return;
        }

        var split = new Split(view.Self, state.Members, state.Unreachable.Select(m => m.UniqueAddress).ToImmutableHashSet());
        var now = DateTime.UtcNow;
        if (now - _stableSince >= _settings.DowningStableAfter)
        {
            Carry(split, _strategy.Decide(split));
        }
        else if (_settings.DownAllWhenUnstable > TimeSpan.Zero && now - _unstableSince >= _settings.DowningStableAfter + _settings.DownAllWhenUnstable)
        {
            _log.Warning("SBR found no stability within {0}", _settings.DownAllWhenUnstable);
            Carry(split, DowningDecision.DownAll);
        }
    }

    private void Carry(Split split, DowningDecision decision)
    {
        var down = split.ToDown(decision)
            .Where(node => split.Members.Any(m => m.UniqueAddress == node && m.Status != MemberStatus.Down))
            .ToArray();
        if (down.Length == 0)
        {
            return;
        }

        _log.Warning("SBR took decision [{0}] and is downing [{1}], unreachable [{2}], [{3}] members",
            decision, string.Join(", ", down.Select(n => n.Address)), string.Join(", ", split.Unreachable.Select(n => n.Address)), split.Members.Count);
        _unstableSince = null;
        foreach (var node in down)
        {
            _cluster.Down(node.Address);
        }
    }

    private sealed class Check : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly Check Instance = new();
    }
}
