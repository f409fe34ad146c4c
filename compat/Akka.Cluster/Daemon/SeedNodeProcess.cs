using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster.Daemon;

/// <summary>Looks for a seed node that is in a cluster, and has its parent join it. The first seed node starts a new cluster
/// when none of the others is in one within seed-node-timeout; the rest keep asking.</summary>
internal sealed class SeedNodeProcess : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan LongestAskInterval = TimeSpan.FromSeconds(1);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster;
    private readonly ImmutableList<Address> _others;
    private readonly bool _isFirst;
    private ImmutableHashSet<Address> _undecided;

    public SeedNodeProcess(Cluster cluster, ImmutableList<Address> seedNodes)
    {
        _cluster = cluster;
        _isFirst = seedNodes[0].Equals(cluster.SelfAddress);
        _others = seedNodes.RemoveAll(cluster.SelfAddress.Equals);
        _undecided = _others.ToImmutableHashSet();

        Receive<Tick>(tick =>
        {
            if (tick.Kind == TickKind.Join)
            {
                Ask();
            }
            else
            {
                OnTimeout();
            }
        });
        Receive<InitJoinAck>(m => Finish(m.Address));
        Receive<InitJoinNack>(OnNack);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Cluster cluster, ImmutableList<Address> seedNodes) =>
        Actor.Props.Create(() => new SeedNodeProcess(cluster, seedNodes)).WithDispatcher(ClusterDaemon.Dispatcher(cluster));

    protected override void PreStart()
    {
        var timeout = _cluster.Settings.SeedNodeTimeout;
        var interval = timeout < LongestAskInterval ? timeout : LongestAskInterval;
        Timers.StartPeriodicTimer(TickKind.Join, Tick.Join, TimeSpan.Zero, interval);
        Timers.StartPeriodicTimer(TickKind.GiveUpJoining, Tick.GiveUpJoining, timeout);
    }

    private void Ask()
    {
        foreach (var seed in _others)
        {
            Context.ActorSelection(ClusterCoreDaemon.PathAt(seed)).Tell(new InitJoin());
        }
    }

    /// <summary>A seed node in no cluster is no reason for the first one to wait; one that doesn't answer may be.</summary>
    private void OnNack(InitJoinNack m)
    {
        _undecided = _undecided.Remove(m.Address);
        if (_isFirst && _undecided.IsEmpty)
        {
            Finish(_cluster.SelfAddress);
        }
    }

    private void OnTimeout()
    {
        if (_isFirst)
        {
            Finish(_cluster.SelfAddress);
        }
        else
        {
            _log.Warning("Couldn't join seed nodes [{0}], will try again", string.Join(", ", _others));
        }
    }

    private void Finish(Address address)
    {
        Context.Parent.Tell(new JoinTo(address));
        Context.Stop(Self);
    }
}
