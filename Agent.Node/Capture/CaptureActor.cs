using System.Diagnostics;
using Agent.Node.Flows;
using Agent.Node.Logging;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;
using Shared.Messages.Telemetry;

namespace Agent.Node.Capture;

/// <summary>
/// One capture: has its packets read, is parent of a <see cref="TunnelActor"/> per tunnel seen, and tells its own
/// parent how it goes. Stops by itself after <see cref="CaptureFailed"/> or <see cref="CaptureFinished"/>; its parent
/// stops it otherwise, and reading then ends in the background, reporting its last flows.
/// </summary>
internal sealed class CaptureActor : ReceiveActor
{
    private readonly ILogger _log = Context.Log();
    private readonly CaptureSettings _settings;
    private readonly IActorRef _uplink;
    private readonly TunnelActors _tunnels;
    private readonly CaptureLoop? _loop;
    private readonly Activity? _starting;
    private CaptureStatistics? _outside;
    private TunnelLosses _inTunnels = TunnelLosses.None;

    /// <summary>Made by <see cref="Props"/>.</summary>
    public CaptureActor(CaptureSettings settings, IActorRef uplink, CaptureSharing sharing)
    {
        _settings = settings;
        _uplink = uplink;
        _starting = Traces.Start("capture start", settings.TraceParent)?.SetTag("skydive.capture", settings.CaptureId).SetTag("skydive.node", settings.NodeTid);
        var pool = new PacketBatchPool(PacketBatchPool.DefaultCapacity);
        _tunnels = new TunnelActors(Context, settings, CaptureFlowOptions.Origin(settings), pool, uplink, new TunnelLimit(settings.MaxTunnels, sharing.InnerFlows()));
        try
        {
            _loop = CaptureLoop.Create(settings, Self, uplink, pool, sharing);
        }
        catch (CaptureException e)
        {
            Self.Tell(new LoopEnded(e.Message));
        }
        Reading();
    }

    /// <summary>A capture as the settings say, whose flows go to <paramref name="uplink"/> as <see cref="FlowUpdates"/>.</summary>
    public static Props Props(CaptureSettings settings, IActorRef uplink, CaptureSharing sharing) => Akka.Actor.Props.Create(() => new CaptureActor(settings, uplink, sharing));

    /// <inheritdoc/>
    protected override void PreStart() => _loop?.Start();

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _starting?.Dispose();
        _loop?.Stop();
    }

    private void Reading()
    {
        Receive<LoopOpened>(_ => OnOpened());
        Receive<PacketBatch>(_tunnels.Deliver);
        Receive<TunnelEnded>(ended => _tunnels.End(ended.Tunnel));
        Receive<CaptureStatistics>(statistics =>
        {
            _outside = statistics;
            TellStatistics();
        });
        Receive<TunnelLosses>(losses => _inTunnels += losses);
        Receive<LoopEnded>(OnEnded);
        Receive<Terminated>(terminated => _tunnels.Forget(terminated.ActorRef));
    }

    private void Draining()
    {
        Receive<TunnelLosses>(losses =>
        {
            _inTunnels += losses;
            TellStatistics();
        });
        Receive<Terminated>(terminated =>
        {
            _tunnels.Forget(terminated.ActorRef);
            FinishWhenDrained();
        });
    }

    private void OnOpened()
    {
        _log.CaptureStarted(_settings.CaptureId, SourceName);
        _starting?.Dispose();
        Context.Parent.Tell(new CaptureStarted(_settings.CaptureId));
    }

    private void TellStatistics()
    {
        if (_outside is not { } outside)
        {
            return;
        }

        Context.Parent.Tell(outside with
        {
            DroppedByUs = outside.DroppedByUs + _tunnels.Refused + _inTunnels.PacketsDropped,
            Counts = outside.Counts + _inTunnels.Counts,
        });
    }

    private void OnEnded(LoopEnded ended)
    {
        if (ended.Error is { } error)
        {
            _starting?.SetStatus(ActivityStatusCode.Error, error);
            _log.CaptureFailed(_settings.CaptureId, SourceName, error);
            Context.Parent.Tell(new CaptureFailed(_settings.CaptureId, error));
            Context.Stop(Self);
            return;
        }
        _tunnels.EndAll();
        Become(Draining);
        FinishWhenDrained();
    }

    private void FinishWhenDrained()
    {
        if (_tunnels.Alive > 0)
        {
            return;
        }

        if (_settings.Source == CaptureSource.File)
        {
            // Who hears that a file is read finds all its flows.
            _uplink.Tell(AwaitDelivery.Instance);
            Become(Delivering);
            return;
        }

        Finish();
    }

    private void Delivering() => Receive<FlowsDelivered>(_ => Finish());

    private void Finish()
    {
        _log.CaptureEnded(_settings.CaptureId, SourceName);
        Context.Parent.Tell(new CaptureFinished(_settings.CaptureId));
        Context.Stop(Self);
    }

    private string SourceName => _settings.Source switch
    {
        CaptureSource.File => _settings.FilePath,
        CaptureSource.Sflow => $"sFlow port {_settings.ListenPort}",
        CaptureSource.NetFlow => $"NetFlow port {_settings.ListenPort}",
        _ => _settings.Device,
    };
}
