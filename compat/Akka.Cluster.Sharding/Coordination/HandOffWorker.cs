using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Sharding.Coordination;

/// <summary>Moves one shard out of its region: has all regions forget it, then has its region stop it, and tells the coordinator.
/// Regions that terminate on the way have forgotten and stopped everything.</summary>
internal sealed class HandOffWorker : ReceiveActor, IWithTimers
{
    private readonly string _shard;
    private readonly IActorRef _home;
    private readonly ImmutableHashSet<IActorRef> _regions;
    private readonly TimeSpan _timeout;
    private ImmutableHashSet<IActorRef> _remembering;
    private bool _stopping;

    public HandOffWorker(string shard, IActorRef home, ImmutableHashSet<IActorRef> regions, TimeSpan timeout)
    {
        _shard = shard;
        _home = home;
        _regions = _remembering = regions;
        _timeout = timeout;

        Receive<BeginHandOffAck>(m => m.Shard == _shard, _ => Forgotten(Sender));
        Receive<ShardStopped>(m => m.Shard == _shard, _ => Finish(stopped: true));
        Receive<Terminated>(m =>
        {
            if (m.ActorRef.Equals(_home))
            {
                Finish(stopped: true);
            }
            else
            {
                Forgotten(m.ActorRef);
            }
        });
        Receive<TimedOut>(_ => Finish(stopped: false));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string shard, IActorRef home, ImmutableHashSet<IActorRef> regions, TimeSpan timeout) =>
        Actor.Props.Create(() => new HandOffWorker(shard, home, regions, timeout)).WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        Timers.StartSingleTimer(nameof(TimedOut), new TimedOut(), _timeout);
        foreach (var region in _regions)
        {
            Context.Watch(region);
            region.Tell(new BeginHandOff(_shard));
        }
    }

    private void Forgotten(IActorRef region)
    {
        _remembering = _remembering.Remove(region);
        if (_remembering.IsEmpty && !_stopping)
        {
            _stopping = true;
            _home.Tell(new HandOff(_shard));
        }
    }

    private void Finish(bool stopped)
    {
        Context.Parent.Tell(new RebalanceDone(_shard, stopped));
        Context.Stop(Self);
    }

    private sealed record TimedOut;
}
