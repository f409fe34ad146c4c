using System.Collections.Immutable;
using Agent.Node.Capture;
using Agent.Node.Logging;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Telemetry;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Configuration;
using Shared.Messages.Logging;

namespace Agent.Node.Interfaces;

/// <summary>
/// One interface, bridge or capture file, and the captures on it, its children. Makes what runs what's wanted: starts what
/// is missing, stops what isn't wanted, tries again what failed. On an Open vSwitch bridge it first has a mirror or an
/// sFlow exporter made, and has it taken away afterwards. What's to be done <see cref="InterfaceState"/> decides.
/// </summary>
internal sealed class InterfaceActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan PortPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TellStatisticsEvery = TimeSpan.FromSeconds(5);

    private readonly string _node;
    private readonly InterfaceSurroundings _surroundings;
    private InterfaceState _state;
    private ImmutableArray<CaptureState> _told = [];

    /// <param name="node">Id of the interface's node.</param>
    /// <param name="host">This host's name.</param>
    /// <param name="options">Defaults of captures.</param>
    /// <param name="flows">Defaults of flow tables.</param>
    /// <param name="surroundings">The agent around.</param>
    public static Props Props(string node, string host, CaptureOptions options, FlowOptions flows, InterfaceSurroundings surroundings) =>
        // Not by an expression: Akka compiles its arguments, each time.
        Akka.Actor.Props.Create<InterfaceActor>(node, new InterfaceState(host, options, flows), surroundings);

    public InterfaceActor(string node, InterfaceState state, InterfaceSurroundings surroundings)
    {
        _node = node;
        _state = state;
        _surroundings = surroundings;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    // There are thousands of these, and most never say a word.
    private ILogger Log => field ??= Context.Log();

    // One switch instead of handlers that each of them would have of its own.
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SetNodeCaptures set:
                Go(_state.Want(set.Captures));
                break;
            case PlaceChanged changed:
                Go(_state.At(changed.Place, changed.Ovs));
                break;
            case OvsdbProbe.Transacted done:
                Go(_state.Changed(done.Id));
                break;
            case OvsdbProbe.TransactionFailed failed:
                OnTransactionFailed(failed);
                break;
            case PortOverdue late:
                Go(_state.PortOverdue(late.CaptureId, PortPatience));
                break;
            case CaptureStarted started:
                OnTold(started.CaptureId, state => state with { State = CaptureState.Active, Error = "" });
                break;
            case CaptureFinished finished:
                OnTold(finished.CaptureId, state => state with { State = CaptureState.Finished });
                break;
            case CaptureFailed failed:
                OnCaptureFailed(failed);
                break;
            case CaptureStatistics statistics:
                OnStatistics(statistics);
                break;
            case TellStatistics:
                Tell();
                break;
            case Terminated ended:
                Go(_state.Ended(ended.ActorRef));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        if (_state.Of(Sender) is { } slot)
        {
            _state = _state.Tells(slot.Id, Sender, state => state with { State = CaptureState.Failed, Error = e.Message });
        }

        return Directive.Stop;
    });

    private void Go((InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) decided)
    {
        _state = decided.State;
        foreach (var task in decided.Tasks)
        {
            Do(task);
        }

        Tell();
    }

    private void Do(InterfaceTask task)
    {
        switch (task)
        {
            case InterfaceTask.Run run:
                var actor = Context.Watch(Context.ActorOf(_surroundings.Capture(run.Plan.Settings, _surroundings.Uplink), $"capture-{run.Id}"));
                _state = _state.Running(run.Id, actor);
                Log.CaptureStarts(run.Id, run.Plan.Type, _state.Place);
                break;
            case InterfaceTask.Stop stop:
                Context.Stop(stop.Actor);
                break;
            case InterfaceTask.ChangeOvs change:
                _surroundings.Topology.Tell(new OvsdbProbe.Transact(change.Id, change.Operations));
                break;
            case InterfaceTask.AwaitPort wait:
                Timers.StartSingleTimer(wait.Id, new PortOverdue(wait.Id), PortPatience);
                break;
            case InterfaceTask.StopAwaiting stop:
                Timers.Cancel(stop.Id);
                break;
            case InterfaceTask.BringUp port:
                Go(_state.PortUp(port.Id, BringUp(port.Port)));
                break;
            case InterfaceTask.TellWhy why:
                Log.CaptureCannotStart(why.Id, _state.Place, why.Reason);
                break;
        }
    }

    private static string? BringUp(string port)
    {
        try
        {
            MirrorPort.BringUp(port);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private void OnTransactionFailed(OvsdbProbe.TransactionFailed failed)
    {
        if (failed.Id.Length == 0)
        {
            Log.PortsNotRemoved(_state.Place, failed.Error);
        }

        Go(_state.NotChanged(failed.Id, failed.Error));
    }

    private void OnTold(string id, Func<CaptureState, CaptureState> change)
    {
        _state = _state.Tells(id, Sender, change);
        Tell();
    }

    private void OnCaptureFailed(CaptureFailed failed)
    {
        if (_state.Of(Sender) is { } slot && slot.State.Error != failed.Error)
        {
            AgentMetrics.CountFailure(_node, slot.State.Type);
            Log.CaptureFailedOn(slot.Id, _state.Place, failed.Error);
        }

        OnTold(failed.CaptureId, state => state with { State = CaptureState.Failed, Error = failed.Error });
    }

    private void OnStatistics(CaptureStatistics statistics) => _state = _state.Tells(statistics.CaptureId, Sender, before =>
    {
        var counted = before with
        {
            PacketsReceived = statistics.Received,
            PacketsDropped = statistics.DroppedByKernel,
            PacketsIfDropped = statistics.DroppedByInterface,
            PacketsAgentDropped = statistics.DroppedByUs,
            RingsRefused = statistics.RingsRefused,
            UpdatesLost = statistics.UpdatesLost,
            UpdatesLostSince = statistics.UpdatesLostSince,
            Counts = statistics.Counts,
        };
        AgentMetrics.Count(_node, before, counted);
        if (!Timers.IsTimerActive(TellStatistics.Instance))
        {
            Timers.StartSingleTimer(TellStatistics.Instance, TellStatistics.Instance, TellStatisticsEvery);
        }

        return counted;
    });

    private void Tell()
    {
        var states = _state.States;
        if (!states.SequenceEqual(_told))
        {
            _told = states;
            _surroundings.Topology.Tell(new CapturesChanged(_node, states));
        }
    }

    private sealed record PortOverdue(string CaptureId) : IDeadLetterSuppression;

    private sealed class TellStatistics : IDeadLetterSuppression
    {
        public static readonly TellStatistics Instance = new();
    }
}
