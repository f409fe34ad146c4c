using Agent.Node.Flows;
using Agent.Node.Logging;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Flows;
using Shared.Messages.Logging;

namespace Agent.Node.Capture;

/// <summary>
/// The inside of one tunnel: gets the packets it carries in batches, owns the table of inner flows, and is parent of the
/// tunnels inside. Ends with its outer flow; reports what it still holds then.
/// </summary>
internal sealed class TunnelActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);

    /// <summary>While there's more to tell than there's room for.</summary>
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(20);

    private readonly ILogger _log = Context.Log();
    private readonly IActorRef _uplink;
    private readonly PacketBatchPool _pool;
    private readonly TunnelLimit _limit;
    private readonly FlowMemory _memory;
    private readonly bool _isLive;
    private readonly FlowOrigin _origin;
    private readonly FlowCollector _collector;
    private readonly TunnelBatcher _batcher;
    private readonly TunnelActors _tunnels;
    private readonly FlowEngine _engine;
    private TunnelLosses _told = TunnelLosses.None;

    /// <param name="settings">The capture's.</param>
    /// <param name="origin">Whose packets, and inside which flow.</param>
    /// <param name="pool">Where the capture's batches come from.</param>
    /// <param name="uplink">Gets <see cref="FlowUpdates"/>.</param>
    /// <param name="limit">This actor counts in it already.</param>
    /// <param name="memory">For its flows; has the actor's own taken already.</param>
    public TunnelActor(CaptureSettings settings, FlowOrigin origin, PacketBatchPool pool, IActorRef uplink, TunnelLimit limit, FlowMemory memory)
    {
        _uplink = uplink;
        _limit = limit;
        _memory = memory;
        _pool = pool;
        _origin = origin;
        _isLive = settings.Source != CaptureSource.File;
        _collector = new FlowCollector(origin, _isLive ? () => pool.Reports.Room : null);
        // An actor never waits for a batch. A file's packets mustn't be dropped: it has batches enough for what one batch carries.
        var inside = _isLive ? pool : new PacketBatchPool(int.MaxValue, pool.Reports);
        _batcher = new TunnelBatcher(Self, inside, TunnelBatcher.LongestPacket(settings), mayWait: false, CancellationToken.None);
        _tunnels = new TunnelActors(Context, settings, origin, inside, uplink, limit);
        _engine = new FlowEngine(CaptureFlowOptions.Inside(settings), origin, _collector, _batcher, memory: memory);

        Receive<PacketBatch>(OnBatch);
        Receive<TunnelEnded>(ended => _tunnels.End(ended.Tunnel));
        Receive<TunnelLosses>(losses => Context.Parent.Tell(losses));
        Receive<Tick>(_ => OnTick());
        Receive<TellMore>(_ => Advance());
        Receive<DrainTunnel>(_ => OnDrain());
        Receive<DrainInner>(_ => OnDrainInner());
        Receive<Terminated>(terminated => _tunnels.Forget(terminated.ActorRef));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    internal static Props Props(CaptureSettings settings, FlowOrigin origin, PacketBatchPool pool, IActorRef uplink, TunnelLimit limit, FlowMemory memory) =>
        Akka.Actor.Props.Create(() => new TunnelActor(settings, origin, pool, uplink, limit, memory));

    protected override void PreStart()
    {
        if (_isLive)
        {
            Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, TickEvery);
        }

        _log.TunnelSeen(FlowForms.Id(_origin.ParentUuid), _origin.CaptureId);
    }

    protected override void PostStop()
    {
        _batcher.Close();
        _engine.End();
        Report();
        _limit.GiveBack(_memory);
    }

    protected override void PostRestart(Exception reason)
    {
        // The instance before gave its place back.
        _limit.Take(_memory);
        base.PostRestart(reason);
    }

    private void Draining()
    {
        Receive<PacketBatch>(OnBatch);
        Receive<TunnelEnded>(ended => _tunnels.End(ended.Tunnel));
        Receive<Terminated>(terminated =>
        {
            _tunnels.Forget(terminated.ActorRef);
            StopWhenDrained();
        });
        Receive<TunnelLosses>(losses => Context.Parent.Tell(losses));
        Receive<Tick>(_ => { });
        Receive<TellMore>(_ => { });
    }

    private void OnBatch(PacketBatch batch)
    {
        if (batch.Tunnel != _origin.ParentUuid)
        {
            _tunnels.Deliver(batch);
            return;
        }
        if (_isLive)
        {
            _engine.AdvanceTo(CaptureClock.Engine);
        }

        foreach (var entry in batch)
        {
            if (!_isLive)
            {
                _engine.AdvanceTo(entry.Clock);
            }

            _engine.Process(entry.Time, entry.Link, entry.OriginalLength, entry.Packet, entry.SamplingRate);
        }
        _pool.Return(batch);
        _batcher.Flush();
        Report();
    }

    private void OnTick()
    {
        Advance();
        TellLosses();
    }

    private void Advance()
    {
        _engine.AdvanceTo(CaptureClock.Engine);
        _batcher.Flush();
        Report();
        if (!_engine.IsTelling)
        {
            return;
        }

        if (_collector.Room > 0)
        {
            Self.Tell(TellMore.Instance);
        }
        else
        {
            Timers.StartSingleTimer(TellMore.Instance, TellMore.Instance, TellEvery);
        }
    }

    private void TellLosses()
    {
        var losses = new TunnelLosses(_batcher.Dropped + _tunnels.Refused, _engine.Counts);
        if (losses == _told)
        {
            return;
        }

        var news = losses - _told;
        if (news.PacketsDropped > 0)
        {
            _log.TunnelPacketsDropped(_origin.CaptureId, news.PacketsDropped, FlowForms.Id(_origin.ParentUuid));
        }

        Context.Parent.Tell(news);
        _told = losses;
    }

    private void OnDrain()
    {
        _engine.End();
        Report();
        TellLosses();
        // Behind the batches for inner tunnels, that are on their way to ourselves.
        _batcher.Flush();
        Self.Tell(DrainInner.Instance);
    }

    private void OnDrainInner()
    {
        _tunnels.EndAll();
        Become(Draining);
        StopWhenDrained();
    }

    private void StopWhenDrained()
    {
        if (_tunnels.Alive == 0)
        {
            Context.Stop(Self);
        }
    }

    private void Report()
    {
        foreach (var (rows, rawPackets) in _collector.Take())
        {
            _pool.Reports.Overdraw();
            _uplink.Tell(new FlowUpdates(rows) { RawPackets = rawPackets, MayWait = !_isLive, TakenIn = _pool.Reports.GiveBack });
        }
    }

    private sealed class DrainInner
    {
        internal static readonly DrainInner Instance = new();
    }

    private sealed class TellMore : INotInfluenceReceiveTimeout
    {
        internal static readonly TellMore Instance = new();
    }

    private sealed class Tick : INotInfluenceReceiveTimeout
    {
        internal static readonly Tick Instance = new();
    }
}

/// <summary>No more packets come: report what's left, let the tunnels inside do so, and stop.</summary>
internal sealed class DrainTunnel
{
    internal static readonly DrainTunnel Instance = new();

    private DrainTunnel()
    {
    }
}
