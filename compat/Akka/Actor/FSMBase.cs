namespace Akka.Actor;

/// <summary>The values a state machine's handlers take and give.</summary>
public abstract class FSMBase : ActorBase
{
    /// <summary>Why a state machine has stopped.</summary>
    public abstract class Reason
    {
    }

    public sealed class Normal : Reason
    {
        internal Normal()
        {
        }

        public static Normal Instance { get; } = new();
    }

    /// <summary>Stopped from outside.</summary>
    public sealed class Shutdown : Reason
    {
        internal Shutdown()
        {
        }

        public static Shutdown Instance { get; } = new();
    }

    public sealed class Failure : Reason
    {
        public Failure(object cause) => Cause = cause;

        public object Cause { get; }

        public override string ToString() => $"Failure({Cause})";
    }

    /// <summary>What comes when nothing has come for a state's time.</summary>
    public sealed class StateTimeout
    {
        internal StateTimeout()
        {
        }

        public static StateTimeout Instance { get; } = new();
    }

    /// <summary>A message, with the data of the state it meets.</summary>
    public readonly struct Event<TD> : INoSerializationVerificationNeeded
    {
        public Event(object fsmEvent, TD stateData)
        {
            FsmEvent = fsmEvent;
            StateData = stateData;
        }

        public object FsmEvent { get; }

        public TD StateData { get; }

        public override string ToString() => $"Event: <{FsmEvent}>, StateData: <{StateData}>";
    }

    public sealed class StopEvent<TS, TD> : INoSerializationVerificationNeeded
    {
        public StopEvent(Reason reason, TS terminatedState, TD stateData)
        {
            Reason = reason;
            TerminatedState = terminatedState;
            StateData = stateData;
        }

        public Reason Reason { get; }

        public TS TerminatedState { get; }

        public TD StateData { get; }
    }

    /// <summary>A state with its data: where a machine is, or where a handler sends it.</summary>
    public sealed class State<TS, TD> : IEquatable<State<TS, TD>>
    {
        public State(TS stateName, TD stateData, TimeSpan? timeout, Reason? stopReason, IReadOnlyList<object>? replies, bool notifies)
        {
            StateName = stateName;
            StateData = stateData;
            Timeout = timeout;
            StopReason = stopReason;
            Replies = replies ?? [];
            Notifies = notifies;
        }

        public TS StateName { get; }

        public TD StateData { get; }

        public TimeSpan? Timeout { get; }

        public Reason? StopReason { get; }

        public IReadOnlyList<object> Replies { get; }

        internal bool Notifies { get; }

        /// <summary>This state for so long at most: then comes a <see cref="StateTimeout"/>.</summary>
        public State<TS, TD> ForMax(TimeSpan timeout) => new(StateName, StateData, timeout, StopReason, Replies, Notifies);

        /// <summary>An answer to whoever has sent the message.</summary>
        public State<TS, TD> Replying(object replyValue) => new(StateName, StateData, Timeout, StopReason, [.. Replies, replyValue], Notifies);

        public State<TS, TD> Using(TD nextStateData) => new(StateName, nextStateData, Timeout, StopReason, Replies, Notifies);

        public bool Equals(State<TS, TD>? other) => other is not null
            && EqualityComparer<TS>.Default.Equals(StateName, other.StateName)
            && EqualityComparer<TD>.Default.Equals(StateData, other.StateData)
            && Timeout == other.Timeout
            && Equals(StopReason, other.StopReason);

        public override bool Equals(object? obj) => Equals(obj as State<TS, TD>);

        public override int GetHashCode() => HashCode.Combine(StateName, StateData, Timeout);

        public override string ToString() => $"State<{StateName}>, {StateData}";
    }
}
