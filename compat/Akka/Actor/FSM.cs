using Akka.Event;

namespace Akka.Actor;

/// <summary>An actor as a finite state machine: a handler per state says what a message leads to, a state and its data.</summary>
public abstract class FSM<TState, TData> : FSMBase
    where TState : notnull
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<TState, (StateFunction Handle, TimeSpan? Timeout)> _states = [];
    private readonly Dictionary<string, (int Generation, ICancelable Task)> _timers = [];
    private readonly List<TransitionHandler> _transitions = [];
    private Action<StopEvent<TState, TData>>? _onTermination;
    private StateFunction? _unhandled;
    private State<TState, TData>? _state;
    private ICancelable? _timeout;
    private int _generation;
    private int _timeoutGeneration;
    private bool _initialized;

    /// <summary>What a message leads to in a state; null if the state doesn't know it.</summary>
    public delegate State<TState, TData>? StateFunction(Event<TData> fsmEvent);

    public delegate void TransitionHandler(TState initialState, TState nextState);

    public TState StateName => Current.StateName;

    public TData StateData => Current.StateData;

    private State<TState, TData> Current => _state ?? throw new InvalidOperationException("You must call StartWith before using the state");

    /// <summary>Declares a state: what its messages lead to, and how long it may last without one.</summary>
    public void When(TState stateName, StateFunction func, TimeSpan? timeout = null) =>
        _states[stateName] = _states.TryGetValue(stateName, out var known)
            ? (e => known.Handle(e) ?? func(e), timeout ?? known.Timeout)
            : (func, timeout);

    /// <summary>What leads on from any state for messages it doesn't know.</summary>
    public void WhenUnhandled(StateFunction stateFunction) => _unhandled = stateFunction;

    public void StartWith(TState stateName, TData stateData, TimeSpan? timeout = null) =>
        _state = new State<TState, TData>(stateName, stateData, timeout, null, null, notifies: true);

    /// <summary>Enters the first state. To be called last in the constructor.</summary>
    public void Initialize()
    {
        Enter(Current);
        _initialized = true;
    }

    public State<TState, TData> GoTo(TState nextStateName) => new(nextStateName, StateData, null, null, null, notifies: true);

    public State<TState, TData> GoTo(TState nextStateName, TData stateData) => new(nextStateName, stateData, null, null, null, notifies: true);

    public State<TState, TData> Stay() => new(StateName, StateData, null, null, null, notifies: false);

    public State<TState, TData> Stop() => Stop(Normal.Instance);

    public State<TState, TData> Stop(Reason reason) => Stop(reason, StateData);

    public State<TState, TData> Stop(Reason reason, TData stateData) => new(StateName, stateData, null, reason, null, notifies: false);

    public void OnTransition(TransitionHandler transitionHandler) => _transitions.Add(transitionHandler);

    public void OnTermination(Action<StopEvent<TState, TData>> terminationHandler) => _onTermination = terminationHandler;

    /// <summary>A message to this actor later, once or again and again. Another timer of the same name takes its place.</summary>
    public void SetTimer(string name, object msg, TimeSpan timeout, bool repeat = false)
    {
        CancelTimer(name);
        var generation = ++_generation;
        var timer = new TimerFired(name, msg, generation, repeat);
        var scheduler = Context.System.Scheduler;
        _timers[name] = (generation, repeat
            ? scheduler.ScheduleTellRepeatedlyCancelable(timeout, timeout, Self, timer, Self)
            : scheduler.ScheduleTellOnceCancelable(timeout, Self, timer, Self));
    }

    public void CancelTimer(string name)
    {
        if (_timers.Remove(name, out var timer))
        {
            timer.Task.Cancel();
        }
    }

    public bool IsTimerActive(string name) => _timers.ContainsKey(name);

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case TimerFired timer:
                if (_timers.TryGetValue(timer.Name, out var active) && active.Generation == timer.Generation)
                {
                    if (!timer.Repeats)
                    {
                        _timers.Remove(timer.Name);
                    }

                    Process(timer.Message);
                }

                return true;
            case TimeoutFired timeout:
                if (timeout.Generation == _timeoutGeneration)
                {
                    Process(StateTimeout.Instance);
                }

                return true;
            default:
                Process(message);
                return true;
        }
    }

    protected override void PostStop()
    {
        Terminate(Stop(FSMBase.Shutdown.Instance));
        base.PostStop();
    }

    protected virtual void LogTermination(Reason reason)
    {
        if (reason is Failure failure)
        {
            if (failure.Cause is Exception exception)
            {
                _log.Error(exception, "terminating due to Failure");
            }
            else
            {
                _log.Error("terminating due to Failure: {0}", failure.Cause);
            }
        }
    }

    private void Process(object message)
    {
        CancelTimeout();
        var happened = new Event<TData>(message, StateData);
        var next = (_states.TryGetValue(StateName, out var state) ? state.Handle(happened) : null) ?? _unhandled?.Invoke(happened);
        if (next is null)
        {
            _log.Warning("unhandled event {0} in state {1}", message, StateName);
            next = Stay();
        }

        foreach (var reply in next.Replies)
        {
            Sender.Tell(reply);
        }

        if (next.StopReason is not null)
        {
            Terminate(next);
            Context.Stop(Self);
        }
        else
        {
            Enter(next);
        }
    }

    private void Enter(State<TState, TData> next)
    {
        if (!_states.TryGetValue(next.StateName, out var state))
        {
            Terminate(Stop(new Failure($"Next state {next.StateName} does not exist")));
            Context.Stop(Self);
            return;
        }

        var before = Current.StateName;
        _state = new State<TState, TData>(next.StateName, next.StateData, null, null, null, next.Notifies);
        if (next.Notifies && _initialized)
        {
            _transitions.ForEach(handler => handler(before, next.StateName));
        }

        if ((next.Timeout ?? state.Timeout) is { } timeout && timeout >= TimeSpan.Zero && timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            _timeout = Context.System.Scheduler.ScheduleTellOnceCancelable(timeout, Self, new TimeoutFired(++_timeoutGeneration), Self);
        }
    }

    private void Terminate(State<TState, TData> last)
    {
        if (Current.StopReason is not null)
        {
            return;
        }

        CancelTimeout();
        foreach (var timer in _timers.Values)
        {
            timer.Task.Cancel();
        }

        _timers.Clear();
        LogTermination(last.StopReason!);
        _state = last;
        _onTermination?.Invoke(new StopEvent<TState, TData>(last.StopReason!, last.StateName, last.StateData));
    }

    private void CancelTimeout()
    {
        _timeout?.Cancel();
        _timeout = null;
        _timeoutGeneration++;
    }

    private sealed record TimerFired(string Name, object Message, int Generation, bool Repeats) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private sealed record TimeoutFired(int Generation) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
