using System.Runtime.ExceptionServices;
using Agent.Node.Decoding;

namespace Agent.Node.Flows;

/// <summary>
/// Several engines that share packets, each on a thread of its own: whoever has little left to do reads the next block, a few
/// ahead, and every engine goes through all of them, in their order. So nobody waits for a reader, and reading is the work of
/// who has less of the packets. Nobody copies packets: a block that was handed over isn't written to until all are done.
/// </summary>
internal sealed class EngineCrew
{
    /// <summary>Blocks handed over and not done with.</summary>
    private const int MostAhead = 16;

    /// <summary>Who has fewer blocks left reads: so there is work for all while one reads.</summary>
    private const int FewLeft = 3;

    /// <summary>What one reading takes of the blocks there may be: the one it completes, and the one it begins.</summary>
    private const int BlocksOfReading = 2;

    /// <summary>Larger ones, that a long packet needed, aren't kept.</summary>
    private const int LargestKept = 1 << 20;

    private readonly object _lock = new();
    private readonly FlowEngine[] _engines;
    private readonly PacketOwners _owners;
    private readonly CancellationTokenSource _stop;
    private readonly Job[] _jobs = [.. Enumerable.Range(0, MostAhead).Select(_ => new Job())];
    private readonly Stack<byte[]> _free = [];
    private Job? _filling;
    private Exception? _failure;
    private Exception? _brokenOff;
    private long _handedOver;
    private long _done;
    private long _packets;
    private bool _isReading;
    private bool _isLast;

    internal EngineCrew(FlowEngine[] engines, FlowOptions options, CancellationTokenSource stop)
    {
        _engines = engines;
        _owners = new PacketOwners(engines.Length, options);
        _stop = stop;
        _packets = engines[0].Packets;
    }

    /// <summary>Sets the engines to work, until all is read and counted.</summary>
    /// <param name="read">Reads some packets and gives them to <see cref="Replay"/>; false at the end. Called on any thread, on one at a time. What it throws is thrown here, once what was read before is counted.</param>
    /// <param name="failed">Called when an engine fails, on its thread: whoever waits for packets needn't any more.</param>
    internal void Run(Func<bool> read, Action failed)
    {
        OnThreads(_engines, engine => Work(engine, read, failed));
        if ((_failure ?? _brokenOff) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Does something with each engine, on a thread of its own, and returns when all is done.</summary>
    internal static void OnThreads(FlowEngine[] engines, Action<FlowEngine> work)
    {
        var threads = new Thread[engines.Length - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            var engine = engines[i + 1];
            threads[i] = new Thread(() => work(engine)) { IsBackground = true, Name = "flow engine" };
            threads[i].Start();
        }

        work(engines[0]);
        foreach (var thread in threads)
        {
            thread.Join();
        }
    }

    /// <summary>
    /// Memory for who reads to go on in: the same where no packets of it were taken; where some were, they're handed over, and
    /// it's another.
    /// </summary>
    /// <param name="bytes">What was read into.</param>
    /// <param name="least">How large it has to be.</param>
    internal byte[] Replace(byte[] bytes, int least)
    {
        if (_filling?.Bytes != bytes)
        {
            return bytes;
        }

        HandOver();
        lock (_lock)
        {
            return _free.TryPop(out var free) && free.Length >= least ? free : new byte[least];
        }
    }

    /// <summary>Takes packets, at the time they were captured; their block is the engines' from now on.</summary>
    internal void Replay(LinkType link, byte[] block, ReadOnlySpan<PacketPlace> packets)
    {
        if (packets.IsEmpty)
        {
            return;
        }

        if (_filling is not null && _filling.Bytes != block)
        {
            HandOver();
        }

        if (_filling is null)
        {
            _filling = _jobs[_handedOver % MostAhead];
            _filling.Begin(block, _packets);
        }

        _filling.Add(link, packets, _owners);
        _packets += packets.Length;
    }

    private void HandOver()
    {
        if (_filling is not { } job)
        {
            return;
        }

        _filling = null;
        job.Complete(_engines.Length, _stop.Token);
        lock (_lock)
        {
            _handedOver++;
            Monitor.PulseAll(_lock);
        }
    }

    private void Work(FlowEngine engine, Func<bool> read, Action failed)
    {
        try
        {
            var done = 0L;
            while (TryFindWork(done, out var job))
            {
                if (job is null)
                {
                    ReadBlock(read);
                    continue;
                }

                job.Do(engine);
                Done(job);
                done++;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Another one failed, and says why.
        }
        catch (Exception e)
        {
            // Whatever it is, it's the run's and not this thread's alone: it's thrown again where all end.
            lock (_lock)
            {
                _failure ??= e;
                Monitor.PulseAll(_lock);
            }

            _stop.Cancel();
            failed();
        }
    }

    /// <summary>A job, or, without one, something to read; false when there won't be any more.</summary>
    private bool TryFindWork(long number, out Job? job)
    {
        job = null;
        lock (_lock)
        {
            while (_failure is null)
            {
                var left = _handedOver - number;
                if (left < FewLeft && !_isReading && !_isLast && _handedOver - _done <= MostAhead - BlocksOfReading)
                {
                    _isReading = true;
                    return true;
                }

                if (left > 0)
                {
                    job = _jobs[number % MostAhead];
                    return true;
                }

                if (_isLast)
                {
                    return false;
                }

                Monitor.Wait(_lock);
            }
        }

        return false;
    }

    /// <summary>Reads until there is a block more to go through, or no more to come.</summary>
    private void ReadBlock(Func<bool> read)
    {
        var before = _handedOver;
        var isLast = false;
        try
        {
            while (!isLast && _handedOver == before)
            {
                isLast = !read();
            }
        }
        catch (Exception e)
        {
            _brokenOff = e;
            isLast = true;
        }

        if (isLast)
        {
            HandOver();
        }

        lock (_lock)
        {
            _isReading = false;
            _isLast = isLast;
            Monitor.PulseAll(_lock);
        }
    }

    private void Done(Job job)
    {
        lock (_lock)
        {
            if (--job.Left > 0)
            {
                return;
            }

            if (job.Bytes!.Length <= LargestKept)
            {
                _free.Push(job.Bytes);
            }

            job.Bytes = null;
            _done++;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>A block and its packets, as they were read: some at a time, each time of one link type.</summary>
    private sealed class Job
    {
        private const int Usual = 2048;

        private readonly List<(LinkType Link, int Count)> _runs = [];
        private PacketPlace[] _places = new PacketPlace[Usual];
        private byte[] _whose = new byte[Usual];
        private QuotedFlows? _quoted;
        private long _first;
        private int _count;
        private bool _isShared;

        internal byte[]? Bytes { get; set; }

        /// <summary>Engines that aren't done with it.</summary>
        internal int Left { get; set; }

        internal void Begin(byte[] bytes, long first)
        {
            Bytes = bytes;
            _runs.Clear();
            _quoted = null;
            _first = first;
            _count = 0;
            _isShared = false;
        }

        internal void Add(LinkType link, ReadOnlySpan<PacketPlace> packets, PacketOwners owners)
        {
            if (_count + packets.Length > _places.Length)
            {
                Array.Resize(ref _places, 2 * (_count + packets.Length));
                Array.Resize(ref _whose, _places.Length);
            }

            packets.CopyTo(_places.AsSpan(_count));
            _isShared |= owners.Find(link, Bytes, packets, _whose.AsSpan(_count, packets.Length));
            _runs.Add((link, packets.Length));
            _count += packets.Length;
        }

        internal void Complete(int engines, CancellationToken stop)
        {
            Left = engines;
            _quoted = _isShared ? new QuotedFlows(_first, _count, engines - 1, stop) : null;
        }

        internal void Do(FlowEngine engine)
        {
            var start = 0;
            foreach (var (link, count) in _runs)
            {
                engine.Replay(link, Bytes, _places.AsSpan(start, count), owners: _whose.AsSpan(start, count), quoted: _quoted);
                start += count;
            }
        }
    }
}
