namespace Akka.Actor;

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, Timer> _timers = [];
    private int _generation;

    public IReadOnlyCollection<object> ActiveTimers => [.. _timers.Keys];

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => StartPeriodicTimer(key, msg, interval, interval);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => StartPeriodicTimer(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => StartPeriodicTimer(key, msg, initialDelay, interval, cell.Self);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) => Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => StartSingleTimer(key, msg, timeout, cell.Self);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer)) timer.Task.Cancel();
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values) timer.Task.Cancel();
        _timers.Clear();
    }

    /// <summary>What a timer's message means to the actor: the user's message, or nothing when it's stale.</summary>
    public object? Intercept(TimerMessage message)
    {
        if (!_timers.TryGetValue(message.Key, out var timer) || timer.Generation != message.Generation || !ReferenceEquals(message.Owner, this)) return null;
        if (!timer.Repeats) _timers.Remove(message.Key);
        return timer.Message;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval, IActorRef sender)
    {
        Cancel(key);
        var generation = ++_generation;
        object envelope = message is INotInfluenceReceiveTimeout
            ? new UninfluentialTimerMessage(key, generation, this)
            : new TimerMessage(key, generation, this);
        var scheduler = cell.SystemImpl.Scheduler;
        var task = interval is { } each
            ? scheduler.ScheduleTellRepeatedlyCancelable(delay, each, cell.Self, envelope, sender)
            : scheduler.ScheduleTellOnceCancelable(delay, cell.Self, envelope, sender);
        _timers[key] = new Timer(message, interval is not null, generation, task);
    }

    private sealed record Timer(object Message, bool Repeats, int Generation, ICancelable Task);
}

/// <summary>A timer has fired. Carries no message: which one it is, the key's current timer knows.</summary>
internal class TimerMessage(object key, int generation, TimerScheduler owner) : IAutoReceivedMessage, INoSerializationVerificationNeeded, Event.IDeadLetterSuppression
{
    public object Key { get; } = key;

    public int Generation { get; } = generation;

    public TimerScheduler Owner { get; } = owner;
}

internal sealed class UninfluentialTimerMessage(object key, int generation, TimerScheduler owner) : TimerMessage(key, generation, owner), INotInfluenceReceiveTimeout;
