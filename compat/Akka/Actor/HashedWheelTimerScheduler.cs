using System.Diagnostics;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// A wheel of buckets, one per tick; a timer waits in the bucket of its tick for as many rounds as it needs. One thread
/// turns the wheel and hands what's due to the thread pool. While nothing is scheduled, the thread sleeps.
/// </summary>
internal sealed class HashedWheelTimerScheduler : SchedulerBase, IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Timer>[] _wheel;
    private readonly long _tickDuration;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ManualResetEventSlim _hasTimers = new();
    private readonly TimeSpan _shutdownTimeout;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stopping = new();
    private long _tick;
    private int _count;
    private volatile bool _stopped;

    public HashedWheelTimerScheduler(Config config, ILoggingAdapter log)
        : base(config, log)
    {
        var tick = config.GetTimeSpan("akka.scheduler.tick-duration");
        var ticksPerWheel = config.GetInt("akka.scheduler.ticks-per-wheel");
        if (tick < TimeSpan.FromMilliseconds(1)) throw new ConfigurationException($"akka.scheduler.tick-duration must be at least 1 ms, is {tick}.");
        if (ticksPerWheel <= 0) throw new ConfigurationException($"akka.scheduler.ticks-per-wheel must be more than 0, is {ticksPerWheel}.");
        _shutdownTimeout = config.GetTimeSpan("akka.scheduler.shutdown-timeout");
        _tickDuration = tick.Ticks;
        _wheel = new LinkedList<Timer>[ticksPerWheel];
        for (var i = 0; i < ticksPerWheel; i++) _wheel[i] = new LinkedList<Timer>();
        _thread = new Thread(Turn) { IsBackground = true, Name = "akka-scheduler" };
        _thread.Start();
    }

    public override DateTimeOffset Now => DateTimeOffset.UtcNow;

    public override TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(0);

    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(0);

    private long CurrentTick => Stopwatch.GetElapsedTime(_started).Ticks / _tickDuration;

    public void Dispose()
    {
        if (_stopped) return;
        _stopped = true;
        _stopping.Set();
        _hasTimers.Set();
        if (Thread.CurrentThread != _thread) _thread.Join(_shutdownTimeout);
    }

    protected override void Schedule(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        if (_stopped) throw new SchedulerException("cannot enqueue after timer shutdown");
        if (cancelable is { IsCancellationRequested: true }) return;
        var timer = new Timer(this, action, interval, cancelable);
        if (delay == TimeSpan.Zero)
        {
            timer.Queue();
            if (interval == TimeSpan.Zero) return;
            delay = interval;
        }

        Insert(timer, Stopwatch.GetElapsedTime(_started) + delay);
        timer.RemoveWhenCancelled();
    }

    private void Insert(Timer timer, TimeSpan due)
    {
        lock (_lock)
        {
            // Never early: due at the first tick that begins after its time.
            timer.Due = due;
            timer.Tick = Math.Max((due.Ticks + _tickDuration - 1) / _tickDuration, _tick + 1);
            var bucket = _wheel[timer.Tick % _wheel.Length];
            timer.Node = bucket.AddLast(timer);
            if (_count++ == 0)
            {
                _tick = Math.Max(_tick, Math.Min(CurrentTick, timer.Tick - 1));
                _hasTimers.Set();
            }
        }
    }

    private void Remove(Timer timer)
    {
        lock (_lock)
        {
            if (timer.Node is not { List: { } bucket } node) return;
            bucket.Remove(node);
            if (--_count == 0) _hasTimers.Reset();
        }
    }

    private void Turn()
    {
        var due = new List<Timer>();
        while (!_stopped)
        {
            _hasTimers.Wait();
            var now = CurrentTick;
            while (_tick < now)
            {
                lock (_lock)
                {
                    _tick++;
                    for (var node = _wheel[_tick % _wheel.Length].First; node is not null;)
                    {
                        var next = node.Next;
                        if (node.Value.Tick <= _tick)
                        {
                            due.Add(node.Value);
                            node.List!.Remove(node);
                            if (--_count == 0 && !_stopped) _hasTimers.Reset();
                        }

                        node = next;
                    }
                }

                foreach (var timer in due)
                {
                    timer.Queue();
                    // Repetition keeps to the plan: a late tick doesn't shift those that follow.
                    if (timer.Interval > TimeSpan.Zero && !timer.IsCancelled) Insert(timer, timer.Due + timer.Interval);
                }

                due.Clear();
            }

            var nextTick = TimeSpan.FromTicks((_tick + 1) * _tickDuration) - Stopwatch.GetElapsedTime(_started);
            if (nextTick > TimeSpan.Zero) _stopping.Wait(nextTick);
        }
    }

    private sealed class Timer(HashedWheelTimerScheduler scheduler, Action action, TimeSpan interval, ICancelable? cancelable) : IThreadPoolWorkItem
    {
        private CancellationTokenRegistration _registration;

        public TimeSpan Interval { get; } = interval;

        public TimeSpan Due { get; set; }

        public long Tick { get; set; }

        public LinkedListNode<Timer>? Node { get; set; }

        public bool IsCancelled => cancelable is { IsCancellationRequested: true };

        public void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

        public void RemoveWhenCancelled()
        {
            if (cancelable is null) return;
            _registration = cancelable.Token.UnsafeRegister(static timer => ((Timer)timer!).Cancelled(), this);
        }

        public void Execute()
        {
            if (Interval == TimeSpan.Zero) _registration.Dispose();
            if (IsCancelled) return;
            try
            {
                action();
            }
            catch (Exception exception)
            {
                scheduler.Log.Error(exception, "Error while executing scheduled task {0}", action.Method);
            }
        }

        private void Cancelled() => scheduler.Remove(this);
    }
}
