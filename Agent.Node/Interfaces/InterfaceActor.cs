using System.Collections.Immutable;
using Agent.Node.Capture;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Telemetry;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.Event;
using Shared.Messages.Configuration;
using static Agent.Node.Interfaces.CaptureSlot;

namespace Agent.Node.Interfaces;

/// <summary>
/// One interface, bridge or capture file, and the captures on it, its children. Makes what runs what's wanted: starts what
/// is missing, stops what isn't wanted, tries again what failed. On an Open vSwitch bridge it first has a mirror or an
/// sFlow exporter made, and has it taken away afterwards.
/// </summary>
internal sealed class InterfaceActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan PortPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TellStatisticsEvery = TimeSpan.FromSeconds(5);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _node;
    private readonly string _host;
    private readonly CaptureOptions _options;
    private readonly FlowOptions _flows;
    private readonly InterfaceSurroundings _surroundings;
    private ImmutableSortedDictionary<string, CaptureSlot> _slots = ImmutableSortedDictionary.Create<string, CaptureSlot>(StringComparer.Ordinal);
    private ImmutableArray<CaptureState> _told = [];
    private CapturePlace _place = new CapturePlace.None();
    private OvsTables _ovs = OvsTables.Empty;
    private bool _commanded;
    private bool _removing;

    /// <param name="node">Id of the interface's node.</param>
    /// <param name="host">This host's name.</param>
    /// <param name="options">Defaults of captures.</param>
    /// <param name="flows">Defaults of flow tables.</param>
    /// <param name="surroundings">The agent around.</param>
    public static Props Props(string node, string host, CaptureOptions options, FlowOptions flows, InterfaceSurroundings surroundings) =>
        Akka.Actor.Props.Create(() => new InterfaceActor(node, host, options, flows, surroundings));

    public InterfaceActor(string node, string host, CaptureOptions options, FlowOptions flows, InterfaceSurroundings surroundings)
    {
        _node = node;
        _host = host;
        _options = options;
        _flows = flows;
        _surroundings = surroundings;
        Receive<SetNodeCaptures>(OnWanted);
        Receive<PlaceChanged>(OnPlace);
        Receive<OvsdbProbe.Transacted>(done => OnTransacted(done.Id));
        Receive<OvsdbProbe.TransactionFailed>(failed => OnTransactionFailed(failed.Id, failed.Error));
        Receive<PortOverdue>(late => OnPortOverdue(late.CaptureId));
        Receive<CaptureStarted>(s => Change(s.CaptureId, slot => slot with { State = slot.State with { State = CaptureState.Active, Error = "" } }));
        Receive<CaptureFinished>(f => Change(f.CaptureId, slot => slot with { State = slot.State with { State = CaptureState.Finished } }));
        Receive<CaptureFailed>(OnCaptureFailed);
        Receive<CaptureStatistics>(OnStatistics);
        Receive<TellStatistics>(_ => Tell());
        Receive<Terminated>(OnCaptureEnded);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        var child = Sender;
        if (_slots.Values.FirstOrDefault(s => child.Equals(s.Actor)) is { } slot)
        {
            _slots = _slots.SetItem(slot.Id, slot with { State = slot.State with { State = CaptureState.Failed, Error = e.Message } });
        }

        return Directive.Stop;
    });

    private void OnWanted(SetNodeCaptures set)
    {
        _commanded = true;
        foreach (var wanted in set.Captures)
        {
            var id = wanted.Capture.Capture.Uuid;
            if (!_slots.TryGetValue(id, out var slot))
            {
                _slots = _slots.Add(id, For(wanted));
            }
            else if (!slot.Wanted.Equals(wanted))
            {
                _slots = _slots.SetItem(id, For(wanted) with { At = slot.At, Actor = slot.Actor });
                Stop(id);
            }
            else if (slot is { At: Phase.Over, State.State: CaptureState.Failed })
            {
                _slots = _slots.SetItem(id, slot.Again());
            }
            else if (slot.Unwanted)
            {
                _slots = _slots.SetItem(id, slot with { Unwanted = false });
            }
        }

        foreach (var id in _slots.Keys.Except(set.Captures.Select(c => c.Capture.Capture.Uuid)).ToList())
        {
            _slots = _slots.SetItem(id, _slots[id] with { Unwanted = true });
            Stop(id);
        }

        StartDue();
    }

    private void OnPlace(PlaceChanged changed)
    {
        var before = _place;
        (_place, _ovs) = (changed.Place, changed.Ovs);
        if (before != _place)
        {
            foreach (var id in _slots.Keys)
            {
                Stop(id); // another interface by the same name: what ran on the one before starts again here
            }
        }

        foreach (var slot in _slots.Values.Where(s => s.At == Phase.AwaitingPort))
        {
            StartOnPort(slot);
        }

        StartDue();
    }

    private void StartDue()
    {
        foreach (var slot in _slots.Values.Where(s => s is { At: Phase.Due, Unwanted: false }))
        {
            Start(slot);
        }

        foreach (var id in _slots.Values.Where(s => s is { Unwanted: true, Actor: null }).Select(s => s.Id).ToList())
        {
            _slots = _slots.Remove(id);
        }

        RemoveUnwantedMarks();
        Tell();
    }

    private void Start(CaptureSlot slot)
    {
        var (plan, error) = CapturePlan.Decide(slot.Wanted.Capture, _place, slot.Wanted.SflowPort, _host, _options, _flows);
        if (plan is null)
        {
            Fail(slot, error!);
            return;
        }

        slot = slot with { Plan = plan, State = slot.State with { Type = plan.Type } };
        switch (plan.Type)
        {
            case CapturePlan.OvsMirror when _ovs.Interface(plan.Settings.Device) is null:
                Prepare(slot, (tables, bridge) => BridgeMirror.Start(bridge, slot.Id));
                break;
            case CapturePlan.OvsMirror:
                AwaitPort(slot);
                break;
            case CapturePlan.OvsSflow:
                var settings = plan.Settings;
                var polling = (int)slot.Wanted.Capture.Capture.PollingInterval;
                Prepare(slot, (tables, bridge) => BridgeSflow.Start(
                    tables, bridge, slot.Id, $"{settings.ListenAddress}:{settings.ListenPort}", settings.SamplingRate, settings.SnapLength, polling));
                break;
            default:
                Run(slot);
                break;
        }
    }

    private void Prepare(CaptureSlot slot, Func<OvsTables, OvsBridge, IReadOnlyList<System.Text.Json.Nodes.JsonObject>> operations)
    {
        var name = ((CapturePlace.Bridge)_place).Name;
        _slots = _slots.SetItem(slot.Id, slot with { At = Phase.Preparing });
        _surroundings.Topology.Tell(new OvsdbProbe.Transact(slot.Id, tables => tables.Bridge(name) is { } bridge
            ? operations(tables, bridge)
            : throw new OvsdbException($"there's no bridge {name} any more")));
    }

    private void OnTransacted(string id)
    {
        if (id.Length == 0)
        {
            _removing = false;
        }
        else if (_slots.TryGetValue(id, out var slot) && slot.At == Phase.Preparing)
        {
            if (slot.Plan is not { } plan)
            {
                _slots = _slots.SetItem(id, slot.Again()); // it was wanted otherwise meanwhile
                StartDue();
            }
            else if (plan.Type == CapturePlan.OvsMirror)
            {
                AwaitPort(slot);
            }
            else
            {
                Run(slot);
            }
        }

        Tell();
    }

    private void OnTransactionFailed(string id, string error)
    {
        if (id.Length == 0)
        {
            _removing = false;
            _log.Warning("what was made for captures on {0} couldn't be removed: {1}", _place, error);
        }
        else if (_slots.TryGetValue(id, out var slot) && slot.At == Phase.Preparing)
        {
            Fail(slot, error);
            StartDue();
        }
    }

    private void AwaitPort(CaptureSlot slot)
    {
        slot = slot with { At = Phase.AwaitingPort };
        _slots = _slots.SetItem(slot.Id, slot);
        Timers.StartSingleTimer(slot.Id, new PortOverdue(slot.Id), PortPatience);
        StartOnPort(slot);
    }

    private void StartOnPort(CaptureSlot slot)
    {
        var name = slot.Plan!.Settings.Device;
        if (_ovs.Interface(name) is not { } port)
        {
            return;
        }

        if (port.Error.Length > 0)
        {
            Timers.Cancel(slot.Id);
            Fail(slot, $"Open vSwitch can't make port {name}: {port.Error}");
        }
        else if (port.IfIndex > 0)
        {
            Timers.Cancel(slot.Id);
            try
            {
                MirrorPort.BringUp(name);
                Run(slot);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Fail(slot, e.Message);
            }
        }
    }

    private void OnPortOverdue(string id)
    {
        if (_slots.TryGetValue(id, out var slot) && slot.At == Phase.AwaitingPort)
        {
            Fail(slot, $"Open vSwitch didn't make the mirror's port within {PortPatience.TotalSeconds} s: does ovs-vswitchd run?");
            Tell();
        }
    }

    private void Run(CaptureSlot slot)
    {
        var name = $"capture-{slot.Id}";
        var actor = Context.Watch(Context.ActorOf(_surroundings.Capture(slot.Plan!.Settings, _surroundings.Uplink), name));
        _slots = _slots.SetItem(slot.Id, slot with { At = Phase.Running, Actor = actor });
        _log.Info("capture {0} ({1}) starts on {2}", slot.Id, slot.Plan.Type, _place);
    }

    private void Stop(string id)
    {
        var slot = _slots[id];
        Timers.Cancel(id);
        if (slot.Actor is { } actor)
        {
            _slots = _slots.SetItem(id, slot with { At = Phase.Stopping });
            Context.Stop(actor);
        }
        else if (slot.At is not Phase.Preparing)
        {
            _slots = _slots.SetItem(id, slot.Again());
        }
    }

    private void OnCaptureFailed(CaptureFailed failed)
    {
        if (_slots.TryGetValue(failed.CaptureId, out var slot) && Sender.Equals(slot.Actor) && slot.State.Error != failed.Error)
        {
            AgentMetrics.CountFailure(_node, slot.State.Type);
            _log.Warning("capture {0} on {1} failed: {2}", slot.Id, _place, failed.Error);
        }

        Change(failed.CaptureId, s => s with { State = s.State with { State = CaptureState.Failed, Error = failed.Error } });
    }

    private void OnCaptureEnded(Terminated ended)
    {
        if (_slots.Values.FirstOrDefault(s => ended.ActorRef.Equals(s.Actor)) is not { } slot)
        {
            return;
        }

        if (slot.Unwanted)
        {
            _slots = _slots.Remove(slot.Id);
        }
        else if (slot.At == Phase.Stopping)
        {
            _slots = _slots.SetItem(slot.Id, slot.Again());
        }
        else if (slot.State.State is CaptureState.Failed or CaptureState.Finished)
        {
            _slots = _slots.SetItem(slot.Id, slot with { At = Phase.Over, Actor = null });
        }
        else
        {
            _slots = _slots.SetItem(slot.Id, slot.Fail("the capture ended") with { Actor = null });
        }

        StartDue();
    }

    private void OnStatistics(CaptureStatistics statistics)
    {
        if (_slots.TryGetValue(statistics.CaptureId, out var slot) && Sender.Equals(slot.Actor))
        {
            var counted = slot.State with
            {
                PacketsReceived = statistics.Received,
                PacketsDropped = statistics.DroppedByKernel,
                PacketsIfDropped = statistics.DroppedByInterface,
                PacketsAgentDropped = statistics.DroppedByUs,
                FragmentErrors = statistics.FragmentErrors,
                RawPacketsRefused = statistics.RawPacketsRefused,
                DecodeErrors = statistics.DecodeErrors,
            };
            AgentMetrics.Count(_node, slot.State, counted);
            _slots = _slots.SetItem(slot.Id, slot with { State = counted });
            if (!Timers.IsTimerActive(TellStatistics.Instance))
            {
                Timers.StartSingleTimer(TellStatistics.Instance, TellStatistics.Instance, TellStatisticsEvery);
            }
        }
    }

    // Takes away what's on the bridge for captures that aren't wanted (any more), an agent's that crashed among them. The
    // answer has the empty id.
    private void RemoveUnwantedMarks()
    {
        if (_removing || !_commanded || _place is not CapturePlace.Bridge { Name: var bridge })
        {
            return;
        }

        var keep = _slots.Values.Where(s => !s.Unwanted && s.At is not Phase.Over).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        if (BridgeMirror.Remove(_ovs, bridge, keep).Count > 0 || BridgeSflow.Remove(_ovs, bridge, keep).Count > 0)
        {
            _removing = true;
            _surroundings.Topology.Tell(new OvsdbProbe.Transact(
                "", tables => [.. BridgeMirror.Remove(tables, bridge, keep), .. BridgeSflow.Remove(tables, bridge, keep)]));
        }
    }

    private void Fail(CaptureSlot slot, string error)
    {
        if (slot.State.Error != error)
        {
            _log.Warning("capture {0} on {1} can't start: {2}", slot.Id, _place, error);
        }

        _slots = _slots.SetItem(slot.Id, slot.Fail(error));
    }

    private void Change(string id, Func<CaptureSlot, CaptureSlot> change)
    {
        if (_slots.TryGetValue(id, out var slot) && Sender.Equals(slot.Actor))
        {
            _slots = _slots.SetItem(id, change(slot));
            Tell();
        }
    }

    private void Tell()
    {
        ImmutableArray<CaptureState> states = [.. _slots.Values.Where(s => !s.Unwanted).Select(s => s.State)];
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
