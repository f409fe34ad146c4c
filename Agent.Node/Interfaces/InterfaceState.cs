using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Agent.Node.Capture;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Akka.Actor;
using Shared.Messages.Configuration;
using static Agent.Node.Interfaces.CaptureSlot;

namespace Agent.Node.Interfaces;

/// <summary>What is to be done for an interface's captures; decided by <see cref="InterfaceState"/>, done by <see cref="InterfaceActor"/>.</summary>
internal abstract record InterfaceTask
{
    private InterfaceTask()
    {
    }

    /// <summary>Run a capture.</summary>
    internal sealed record Run(string Id, CapturePlan Plan) : InterfaceTask;

    /// <summary>Stop a capture that runs.</summary>
    internal sealed record Stop(IActorRef Actor) : InterfaceTask;

    /// <summary>Have Open vSwitch's database changed, with the tables as they are then.</summary>
    /// <param name="Id">The capture it's for; empty: what's there for captures that aren't wanted goes.</param>
    /// <param name="Operations">The change; throws <see cref="OvsdbException"/> when there can be none.</param>
    internal sealed record ChangeOvs(string Id, Func<OvsTables, IReadOnlyList<JsonObject>> Operations) : InterfaceTask;

    /// <summary>Lose patience with a mirror's port after a while.</summary>
    internal sealed record AwaitPort(string Id) : InterfaceTask;

    /// <summary>The port is there, or isn't wanted any more.</summary>
    internal sealed record StopAwaiting(string Id) : InterfaceTask;

    /// <summary>Bring a mirror's port up, and say whether that worked.</summary>
    internal sealed record BringUp(string Id, string Port) : InterfaceTask;

    /// <summary>Say that a capture can't start.</summary>
    internal sealed record TellWhy(string Id, string Reason) : InterfaceTask;
}

/// <summary>The captures on one interface, and all decisions about them: state and what happened in, state and what's to be done out.</summary>
/// <param name="Host">This host's name.</param>
/// <param name="Options">Defaults of captures.</param>
/// <param name="Flows">Defaults of flow tables.</param>
internal sealed record InterfaceState(string Host, CaptureOptions Options, FlowOptions Flows)
{
    public ImmutableSortedDictionary<string, CaptureSlot> Slots { get; init; } = ImmutableSortedDictionary.Create<string, CaptureSlot>(StringComparer.Ordinal);

    public CapturePlace Place { get; init; } = new CapturePlace.None();

    public OvsTables Ovs { get; init; } = OvsTables.Empty;

    /// <summary>It was said what's wanted. Before that, what's on a bridge may be another's, or still be wanted.</summary>
    public bool IsCommanded { get; init; }

    /// <summary>Open vSwitch's database is asked to remove what isn't wanted.</summary>
    public bool IsRemoving { get; init; }

    /// <summary>The states of the captures that are wanted, for the node's metadata.</summary>
    public ImmutableArray<CaptureState> States => [.. Slots.Values.Where(slot => !slot.Unwanted).Select(slot => slot.State)];

    /// <summary>The capture of an actor that runs or stops.</summary>
    public CaptureSlot? Of(IActorRef actor) => Slots.Values.FirstOrDefault(slot => actor.Equals(slot.Actor));

    /// <summary>These captures are wanted, and no others.</summary>
    public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) Want(ImmutableArray<WantedCapture> captures)
    {
        var step = new Step(this with { IsCommanded = true });
        foreach (var wanted in captures)
        {
            var id = wanted.Capture.Capture.Uuid;
            if (!step.State.Slots.TryGetValue(id, out var slot))
            {
                step.Set(For(wanted));
            }
            else if (!slot.Wanted.Equals(wanted))
            {
                step.Stop(For(wanted) with { At = slot.At, Actor = slot.Actor });
            }
            else if (slot is { At: Phase.Over, State.State: CaptureState.Failed })
            {
                step.Set(slot.Again());
            }
            else if (slot.Unwanted)
            {
                step.Set(slot with { Unwanted = false });
            }
        }

        foreach (var id in step.State.Slots.Keys.Except(captures.Select(c => c.Capture.Capture.Uuid)).ToList())
        {
            step.Stop(step.State.Slots[id] with { Unwanted = true });
        }

        return step.StartDue();
    }

    /// <summary>The interface, or Open vSwitch's database, is now as given.</summary>
    public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) At(CapturePlace place, OvsTables ovs)
    {
        var step = new Step(this with { Place = place, Ovs = ovs });
        if (Place != place)
        {
            foreach (var slot in Slots.Values)
            {
                step.Stop(slot); // another interface by the same name: what ran on the one before starts again here
            }
        }

        foreach (var slot in step.State.Slots.Values.Where(s => s.At == Phase.AwaitingPort))
        {
            step.LookForPort(slot);
        }

        return step.StartDue();
    }

    /// <summary>Open vSwitch's database was changed.</summary>
    public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) Changed(string id)
    {
        if (id.Length == 0)
        {
            return (this with { IsRemoving = false }, []);
        }

        var step = new Step(this);
        if (Slots.TryGetValue(id, out var slot) && slot.At == Phase.Preparing)
        {
            if (slot.Plan is not { } plan)
            {
                step.Set(slot.Again()); // it was wanted otherwise meanwhile
                return step.StartDue();
            }

            if (plan.Type == CapturePlan.OvsMirror)
            {
                step.AwaitPort(slot);
            }
            else
            {
                step.Run(slot);
            }
        }

        return step.Done();
    }

    /// <summary>Open vSwitch's database couldn't be changed.</summary>
    public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) NotChanged(string id, string reason)
    {
        if (id.Length == 0)
        {
            return (this with { IsRemoving = false }, []);
        }

        var step = new Step(this);
        if (!Slots.TryGetValue(id, out var slot) || slot.At != Phase.Preparing)
        {
            return step.Done();
        }

        step.Fail(slot, reason);
        return step.StartDue();
    }

    /// <summary>The mirror's port was brought up (no reason), or couldn't be.</summary>
    public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) PortUp(string id, string? reason)
    {
        var step = new Step(this);
        if (Slots.TryGetValue(id, out var slot) && slot.At == Phase.AwaitingPort)
        {
            if (reason is null)
            {
                step.Run(slot);
            }
            else
            {
                step.Fail(slot, reason);
            }
        }

        return step.Done();
    }

    /// <summary>Patience with a mirror's port is over.</summary>
    public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) PortOverdue(string id, TimeSpan patience)
    {
        var step = new Step(this);
        if (Slots.TryGetValue(id, out var slot) && slot.At == Phase.AwaitingPort)
        {
            step.Fail(slot, $"Open vSwitch didn't make the mirror's port within {patience.TotalSeconds} s: does ovs-vswitchd run?");
        }

        return step.Done();
    }

    /// <summary>A capture's actor was made.</summary>
    public InterfaceState Running(string id, IActorRef actor) => this with { Slots = Slots.SetItem(id, Slots[id] with { Actor = actor }) };

    /// <summary>What a running capture tells of itself; of one that isn't this actor's any more it's late.</summary>
    public InterfaceState Tells(string id, IActorRef actor, Func<CaptureState, CaptureState> change) =>
        Slots.TryGetValue(id, out var slot) && actor.Equals(slot.Actor)
            ? this with { Slots = Slots.SetItem(id, slot with { State = change(slot.State) }) }
            : this;

    /// <summary>A capture's actor ended.</summary>
    public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) Ended(IActorRef actor)
    {
        var step = new Step(this);
        if (Of(actor) is not { } slot)
        {
            return step.Done();
        }

        if (slot.Unwanted)
        {
            step.Remove(slot.Id);
        }
        else
        {
            step.Set(slot switch
            {
                { At: Phase.Stopping } => slot.Again(),
                { State.State: CaptureState.Failed or CaptureState.Finished } => slot with { At = Phase.Over, Actor = null },
                _ => slot.Fail("the capture ended") with { Actor = null },
            });
        }

        return step.StartDue();
    }

    /// <summary>A decision on its way.</summary>
    private sealed class Step(InterfaceState state)
    {
        private readonly List<InterfaceTask> _tasks = [];

        public InterfaceState State { get; private set; } = state;

        public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) Done() => (State, _tasks);

        public void Set(CaptureSlot slot) => State = State with { Slots = State.Slots.SetItem(slot.Id, slot) };

        public void Remove(string id) => State = State with { Slots = State.Slots.Remove(id) };

        public void Stop(CaptureSlot slot)
        {
            _tasks.Add(new InterfaceTask.StopAwaiting(slot.Id));
            if (slot.Actor is { } actor)
            {
                Set(slot with { At = Phase.Stopping });
                _tasks.Add(new InterfaceTask.Stop(actor));
            }
            else
            {
                Set(slot.At is Phase.Preparing ? slot : slot.Again());
            }
        }

        public void Fail(CaptureSlot slot, string reason)
        {
            if (slot.State.Error != reason)
            {
                _tasks.Add(new InterfaceTask.TellWhy(slot.Id, reason));
            }

            Set(slot.Fail(reason));
        }

        public void Run(CaptureSlot slot)
        {
            Set(slot with { At = Phase.Running });
            _tasks.Add(new InterfaceTask.Run(slot.Id, slot.Plan!));
        }

        public void AwaitPort(CaptureSlot slot)
        {
            slot = slot with { At = Phase.AwaitingPort };
            Set(slot);
            _tasks.Add(new InterfaceTask.AwaitPort(slot.Id));
            LookForPort(slot);
        }

        public void LookForPort(CaptureSlot slot)
        {
            var name = slot.Plan!.Settings.Device;
            if (State.Ovs.Interface(name) is not { } port)
            {
                return;
            }

            if (port.Error.Length > 0)
            {
                _tasks.Add(new InterfaceTask.StopAwaiting(slot.Id));
                Fail(slot, $"Open vSwitch can't make port {name}: {port.Error}");
            }
            else if (port.IfIndex > 0)
            {
                _tasks.Add(new InterfaceTask.StopAwaiting(slot.Id));
                _tasks.Add(new InterfaceTask.BringUp(slot.Id, name));
            }
        }

        public (InterfaceState State, IReadOnlyList<InterfaceTask> Tasks) StartDue()
        {
            foreach (var slot in State.Slots.Values.Where(s => s is { At: Phase.Due, Unwanted: false }))
            {
                Start(slot);
            }

            foreach (var slot in State.Slots.Values.Where(s => s is { Unwanted: true, Actor: null }))
            {
                Remove(slot.Id);
            }

            RemoveUnwanted();
            return Done();
        }

        private void Start(CaptureSlot slot)
        {
            var (plan, error) = CapturePlan.Decide(slot.Wanted.Capture, State.Place, slot.Wanted.SflowPort, State.Host, State.Options, State.Flows);
            if (plan is null)
            {
                Fail(slot, error!);
                return;
            }

            slot = slot with { Plan = plan, State = slot.State with { Type = plan.Type } };
            switch (plan.Type)
            {
                case CapturePlan.OvsMirror when State.Ovs.Interface(plan.Settings.Device) is null:
                    Prepare(slot, (_, bridge) => BridgeMirror.Start(bridge, slot.Id));
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

        private void Prepare(CaptureSlot slot, Func<OvsTables, OvsBridge, IReadOnlyList<JsonObject>> operations)
        {
            var name = ((CapturePlace.Bridge)State.Place).Name;
            Set(slot with { At = Phase.Preparing });
            _tasks.Add(new InterfaceTask.ChangeOvs(slot.Id, tables => tables.Bridge(name) is { } bridge
                ? operations(tables, bridge)
                : throw new OvsdbException($"there's no bridge {name} any more")));
        }

        // Takes away what's on the bridge for captures that aren't wanted (any more), an agent's that crashed among them.
        private void RemoveUnwanted()
        {
            if (State.IsRemoving || !State.IsCommanded || State.Place is not CapturePlace.Bridge { Name: var bridge })
            {
                return;
            }

            var keep = State.Slots.Values.Where(s => !s.Unwanted && s.At is not Phase.Over).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
            if (BridgeMirror.Remove(State.Ovs, bridge, keep).Count > 0 || BridgeSflow.Remove(State.Ovs, bridge, keep).Count > 0)
            {
                State = State with { IsRemoving = true };
                _tasks.Add(new InterfaceTask.ChangeOvs(
                    "", tables => [.. BridgeMirror.Remove(tables, bridge, keep), .. BridgeSflow.Remove(tables, bridge, keep)]));
            }
        }
    }
}
