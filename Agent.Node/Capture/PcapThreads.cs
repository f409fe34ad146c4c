using Agent.Node.Linux;

namespace Agent.Node.Capture;

/// <summary>What is read by <see cref="PcapThreads"/>: by one thread at a time, whichever is free.</summary>
internal interface IPolled
{
    /// <summary>The descriptors to wait on; may be others after each turn. The second is -1 where there's one.</summary>
    (int First, int Second) Descriptors { get; }

    /// <summary>When it wants a turn even if nothing is to be read, by the clock of <see cref="CaptureClock.Engine"/>.</summary>
    long Due { get; }

    /// <summary>It wants its next turn at once; asked after each.</summary>
    bool HasMore { get; }

    /// <summary>Does a little of what there is to do, then lets others. False: there's nothing to do ever again. Doesn't throw.</summary>
    bool Turn(PacketBlock block);

    /// <summary>Nobody waits on its descriptors any more. Doesn't wait.</summary>
    /// <param name="failure">The kernel doesn't wait for them; null, where a turn said that it's over.</param>
    void Left(Exception? failure);
}

/// <summary>
/// The threads that read all packet captures of an agent: no more than there are cores, each taking the next that has
/// something to be read, or whose time has come. Turns are short, and who has more to do comes again behind all others.
/// Nobody wakes while nothing is due: times are a timer of the kernel's, set to the earliest, and rounded up so that those of
/// many captures are one.
/// </summary>
internal sealed class PcapThreads
{
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long Soon = 400 * NanosecondsPerMillisecond;
    private const long ShortStep = 100 * NanosecondsPerMillisecond;
    private const long LongStep = 500 * NanosecondsPerMillisecond;
    private const int TimerNumber = 0;
    private const int EndNumber = 1;
    private const int FirstNumber = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Slot> _slots = [];
    private readonly Dictionary<IPolled, Slot> _bySource = [];
    private readonly int _epoll;
    private readonly int _timer;
    private readonly int _end;
    private long _nextNumber = FirstNumber;
    private long _timerAt = long.MaxValue;
    private int _threads;

    /// <exception cref="IOException">The kernel refused.</exception>
    internal PcapThreads()
    {
        _epoll = Checked(EventNative.Create(EventNative.CloseOnExec), "wait for packets");
        _timer = Checked(EventNative.CreateTimer(EventNative.Monotonic, EventNative.NonBlockingCloseOnExec), "make a timer");
        _end = Checked(NamespaceNative.EventDescriptor(0, NamespaceNative.NonBlockingCloseOnExec), "make an event");
        Control(EventNative.Add, _timer, EventNative.In, TimerNumber);
        Control(EventNative.Add, _end, EventNative.In, EndNumber);
    }

    /// <summary>Threads there are now.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _threads;
            }
        }
    }

    /// <summary>From now on it has its turns, the first at once.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    internal void Add(IPolled source)
    {
        lock (_lock)
        {
            var slot = new Slot(source, _nextNumber++);
            _slots.Add(slot.Number, slot);
            _bySource.Add(source, slot);
            try
            {
                Follow(slot, EventNative.In | EventNative.Out);
            }
            catch
            {
                Forget(slot);
                throw;
            }

            if (_threads < Math.Min(Environment.ProcessorCount, _slots.Count))
            {
                _threads++;
                new Thread(Run) { IsBackground = true, Name = "captures" }.Start();
            }
        }
    }

    /// <summary>It has a turn soon, whether there's something to be read or not; nothing, where it's over.</summary>
    internal void Wake(IPolled source)
    {
        lock (_lock)
        {
            if (_bySource.TryGetValue(source, out var slot))
            {
                Wake(slot);
            }
        }
    }

    /// <summary>A packet socket can always be written to: it's ready at once.</summary>
    private void Wake(Slot slot)
    {
        slot.Due = long.MaxValue;
        slot.IsWanted = true;
        Control(EventNative.Modify, slot.First, EventNative.In | EventNative.Out | EventNative.Once, slot.Number);
    }

    private unsafe void Run()
    {
        using var block = new PacketBlock();
        var happened = stackalloc byte[EventNative.Event.Size];
        while (true)
        {
            if (EventNative.Wait(_epoll, (EventNative.Event*)happened, 1, -1) <= 0)
            {
                continue; // a signal
            }

            switch (((EventNative.Event*)happened)->Data)
            {
                case TimerNumber:
                    WakeWhoIsDue();
                    break;
                case EndNumber:
                    if (IsEnd())
                    {
                        return;
                    }

                    break;
                case var number:
                    if (Find(number) is { } slot && slot.TryEnter())
                    {
                        Turn(slot, block);
                    }

                    break;
            }
        }
    }

    /// <summary>What's to be waited for is said before others may enter: what comes meanwhile is another turn.</summary>
    private void Turn(Slot slot, PacketBlock block)
    {
        do
        {
            var isOver = !slot.Source.Turn(block);
            Exception? failure = null;
            lock (_lock)
            {
                try
                {
                    if (!isOver)
                    {
                        Follow(slot, slot.IsWanted || slot.Source.HasMore ? EventNative.In | EventNative.Out : EventNative.In);
                        SetDue(slot);
                    }
                }
                catch (IOException e)
                {
                    failure = e;
                }

                if (isOver || failure is not null)
                {
                    Forget(slot);
                }
            }

            if (isOver || failure is not null)
            {
                slot.Source.Left(failure);
                return;
            }
        }
        while (!slot.TryLeave());
    }

    private Slot? Find(long number)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue(number, out var slot))
            {
                slot.IsWanted = false;
            }

            return slot;
        }
    }

    /// <summary>Waits once for what the source says now, and no more for what it said before.</summary>
    private void Follow(Slot slot, uint events)
    {
        var (first, second) = slot.Source.Descriptors;
        if (slot.Second >= 0 && slot.Second != first && slot.Second != second)
        {
            Remove(slot.Second);
        }

        if (slot.First >= 0 && slot.First != first && slot.First != second)
        {
            Remove(slot.First);
        }

        foreach (var descriptor in (ReadOnlySpan<int>)[first, second])
        {
            if (descriptor >= 0)
            {
                var isKnown = descriptor == slot.First || descriptor == slot.Second;
                Control(isKnown ? EventNative.Modify : EventNative.Add, descriptor, events | EventNative.Once, slot.Number);
            }
        }

        (slot.First, slot.Second) = (first, second);
    }

    private void Forget(Slot slot)
    {
        foreach (var descriptor in (ReadOnlySpan<int>)[slot.First, slot.Second])
        {
            if (descriptor >= 0)
            {
                Remove(descriptor);
            }
        }

        _slots.Remove(slot.Number);
        _bySource.Remove(slot.Source);
        if (_slots.Count == 0)
        {
            Tell(_end);
        }
    }

    private void SetDue(Slot slot)
    {
        var due = slot.Source.Due;
        if (due != long.MaxValue)
        {
            var now = CaptureClock.Engine.Now;
            var step = due - now < Soon ? ShortStep : LongStep;
            due = (Math.Max(due, now) / step * step) + step;
        }

        slot.Due = due;
        if (due < _timerAt)
        {
            SetTimer(due);
        }
    }

    private void WakeWhoIsDue()
    {
        lock (_lock)
        {
            Clear(_timer);
            _timerAt = long.MaxValue;
            var now = CaptureClock.Engine.Now;
            var next = long.MaxValue;
            foreach (var slot in _slots.Values)
            {
                if (slot.Due <= now)
                {
                    Wake(slot);
                }
                else
                {
                    next = Math.Min(next, slot.Due);
                }
            }

            if (next < long.MaxValue)
            {
                SetTimer(next);
            }
        }
    }

    private unsafe void SetTimer(long at)
    {
        _timerAt = at;
        var wait = Math.Max(at - CaptureClock.Engine.Now, 1);
        var setting = new EventNative.TimerSetting { Seconds = wait / NanosecondsPerSecond, Nanoseconds = wait % NanosecondsPerSecond };
        Checked(EventNative.SetTimer(_timer, 0, &setting, null), "set a timer");
    }

    /// <summary>Nothing is to be read any more: the last thread to see it leaves the event as it was.</summary>
    private bool IsEnd()
    {
        lock (_lock)
        {
            if (_slots.Count > 0)
            {
                Clear(_end);
                return false;
            }

            if (--_threads == 0)
            {
                Clear(_end);
            }

            return true;
        }
    }

    private static unsafe void Tell(int descriptor)
    {
        var one = 1L;
        _ = NamespaceNative.Write(descriptor, (byte*)&one, sizeof(long));
    }

    private static unsafe void Clear(int descriptor)
    {
        long count;
        _ = NamespaceNative.Read(descriptor, (byte*)&count, sizeof(long));
    }

    /// <summary>One that isn't waited for isn't then, either.</summary>
    private void Remove(int descriptor)
    {
        var nothing = default(EventNative.Event);
        _ = EventNative.Control(_epoll, EventNative.Remove, descriptor, ref nothing);
    }

    private void Control(int operation, int descriptor, uint events, long number)
    {
        var wanted = EventNative.Event.Of(events, number);
        Checked(EventNative.Control(_epoll, operation, descriptor, ref wanted), "wait for packets");
    }

    private static int Checked(int result, string what) => result >= 0 ? result : throw SystemCalls.Failure(what);

    /// <summary>A source, what is waited for, and whether a thread is with it. All but that is under the lock.</summary>
    private sealed class Slot(IPolled source, long number)
    {
        private const int Free = 0;
        private const int Taken = 1;
        private const int TakenAndWanted = 2;

        private int _state;

        internal IPolled Source => source;

        internal long Number => number;

        internal int First { get; set; } = -1;

        internal int Second { get; set; } = -1;

        internal long Due { get; set; } = long.MaxValue;

        /// <summary>It's to have a turn after the one it may be having.</summary>
        internal bool IsWanted { get; set; }

        /// <summary>False when another thread is with it, which then turns once more.</summary>
        internal bool TryEnter() =>
            Interlocked.CompareExchange(ref _state, Taken, Free) == Free
            || (Interlocked.CompareExchange(ref _state, TakenAndWanted, Taken) == Free && Interlocked.CompareExchange(ref _state, Taken, Free) == Free);

        /// <summary>False when another thread wanted to enter meanwhile: one more turn.</summary>
        internal bool TryLeave()
        {
            if (Interlocked.CompareExchange(ref _state, Free, Taken) == Taken)
            {
                return true;
            }

            Volatile.Write(ref _state, Taken);
            return false;
        }
    }
}
