using Agent.Node.Capture;
using Akka.Actor;
using Shared.Messages.Captures;

namespace Agent.Node.Interfaces;

/// <summary>One capture on an interface: what's wanted, how far it is, and how it's doing. Immutable.</summary>
internal sealed record CaptureSlot(WantedCapture Wanted, CaptureState State)
{
    /// <summary>How far a capture is.</summary>
    internal enum Phase
    {
        /// <summary>To be started: newly wanted, or wanted again.</summary>
        Due,

        /// <summary>Open vSwitch's database is asked for a mirror or an exporter.</summary>
        Preparing,

        /// <summary>Open vSwitch is to make the mirror's port.</summary>
        AwaitingPort,

        /// <summary>The capture's actor runs.</summary>
        Running,

        /// <summary>The capture's actor is on its way out.</summary>
        Stopping,

        /// <summary>It failed, or a file was read to its end.</summary>
        Over,
    }

    public Phase At { get; init; } = Phase.Due;

    public CapturePlan? Plan { get; init; }

    /// <summary>The capture's actor, while it runs or stops.</summary>
    public IActorRef? Actor { get; init; }

    /// <summary>Nobody wants it any more.</summary>
    public bool Unwanted { get; init; }

    public string Id => Wanted.Capture.Capture.Uuid;

    /// <summary>A capture that's wanted and isn't started yet.</summary>
    public static CaptureSlot For(WantedCapture wanted)
    {
        var capture = wanted.Capture.Capture;
        return new CaptureSlot(wanted, new CaptureState { Id = capture.Uuid, Name = capture.Name, Type = capture.Type, BpfFilter = capture.BpfFilter });
    }

    public CaptureSlot Fail(string error) => this with { At = Phase.Over, State = State with { State = CaptureState.Failed, Error = error } };

    /// <summary>To be started again, its error kept until it's known to do better.</summary>
    public CaptureSlot Again() => this with { At = Phase.Due, Plan = null, Actor = null };
}
