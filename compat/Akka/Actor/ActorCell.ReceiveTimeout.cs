namespace Akka.Actor;

/// <summary>
/// The receive timeout. Messages only note when they ended; the one timer, when it fires, looks at that note and either
/// tells the actor or waits for what's left, so that a busy actor doesn't pay for a timer per message.
/// </summary>
internal sealed partial class ActorCell
{
    private const long Busy = long.MaxValue;

    private ICancelable? _timeoutTimer;
    private TimeSpan? _receiveTimeout;
    private long _idleSince = Busy;

    public TimeSpan? ReceiveTimeout => _receiveTimeout;

    private bool HasReceiveTimeout => _receiveTimeout is not null;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        ClearReceiveTimeout();
        if (timeout is null) return;
        if (timeout <= TimeSpan.Zero) throw new ArgumentException($"The receive timeout must be more than 0, got {timeout}.", nameof(timeout));
        _receiveTimeout = timeout;
        Volatile.Write(ref _idleSince, Environment.TickCount64);
        ArmTimeout(timeout.Value);
    }

    private void ClearReceiveTimeout()
    {
        _receiveTimeout = null;
        Interlocked.Exchange(ref _timeoutTimer, null)?.Cancel();
    }

    private void BeginReceiveTimeoutActivity(object message)
    {
        if (message is not INotInfluenceReceiveTimeout) Volatile.Write(ref _idleSince, Busy);
    }

    private void EndReceiveTimeoutActivity()
    {
        if (_idleSince != Busy) return;
        Volatile.Write(ref _idleSince, Environment.TickCount64);
        if (Volatile.Read(ref _timeoutTimer) is null && _receiveTimeout is { } timeout) ArmTimeout(timeout);
    }

    private void ArmTimeout(TimeSpan delay)
    {
        var timer = new Cancelable(SystemImpl.Scheduler.Advanced);
        Volatile.Write(ref _timeoutTimer, timer);
        SystemImpl.Scheduler.Advanced.ScheduleOnce(delay, () => TimeoutFired(timer), timer);
    }

    private void TimeoutFired(ICancelable timer)
    {
        if (_receiveTimeout is not { } timeout || !ReferenceEquals(Volatile.Read(ref _timeoutTimer), timer)) return;
        var idleSince = Volatile.Read(ref _idleSince);
        var left = idleSince == Busy ? timeout : timeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - idleSince);
        if (left > TimeSpan.Zero)
        {
            var next = new Cancelable(SystemImpl.Scheduler.Advanced);
            if (ReferenceEquals(Interlocked.CompareExchange(ref _timeoutTimer, next, timer), timer))
                SystemImpl.Scheduler.Advanced.ScheduleOnce(left, () => TimeoutFired(next), next);
            return;
        }

        // The ReceiveTimeout itself is a message like others: when it has been handled, the timer is armed again.
        if (ReferenceEquals(Interlocked.CompareExchange(ref _timeoutTimer, null, timer), timer)) Self.Tell(global::Akka.Actor.ReceiveTimeout.Instance, Self);
    }
}
