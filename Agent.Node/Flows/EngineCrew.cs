using System.Runtime.ExceptionServices;
using Agent.Node.Decoding;

namespace Agent.Node.Flows;

/// <summary>
/// Several engines at work on what one thread reads: it hands over block by block, a few ahead, and every engine goes through
/// all of them, in their order. Nobody copies packets: a block that was handed over isn't written to until all are done.
/// </summary>
internal sealed class EngineCrew : IDisposable
{
    /// <summary>Blocks handed over and not done with.</summary>
    private const int MostAhead = 16;

    /// <summary>One who has run that far ahead goes on when half of it is done: waking costs more than a block.</summary>
    private const int FewAhead = MostAhead / 2;

    /// <summary>Larger ones, that a long packet needed, aren't kept.</summary>
    private const int LargestKept = 1 << 20;

    private readonly object _lock = new();
    private readonly FlowEngine[] _engines;
    private readonly PacketOwners _owners;
    private readonly CancellationTokenSource _stop;
    private readonly Action _failed;
    private readonly Thread[] _threads;
    private readonly Job[] _jobs = [.. Enumerable.Range(0, MostAhead).Select(_ => new Job())];
    private readonly Stack<byte[]> _free = [];
    private Job? _filling;
    private Exception? _failure;
    private long _handedOver;
    private long _done;
    private long _packets;
    private bool _isLast;

    internal EngineCrew(FlowEngine[] engines, FlowOptions options, CancellationTokenSource stop, Action failed)
    {
        _engines = engines;
        _owners = new PacketOwners(engines.Length, options);
        _stop = stop;
        _failed = failed;
        _packets = engines[0].Packets;
        _threads = [.. engines.Select((engine, number) => new Thread(() => Work(engine)) { IsBackground = true, Name = $"flow engine {number}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>
    /// Memory for who reads to go on in, and may have to wait for: the same where no packets of it were taken; where some were,
    /// they're handed over, and it's another.
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

        _filling ??= NextJob(block);
        _filling.Add(link, packets, _owners);
        _packets += packets.Length;
    }

    /// <summary>No more packets come: waits until the engines are done with those that came.</summary>
    internal void Finish()
    {
        HandOver();
        Rest();
        Check();
    }

    /// <inheritdoc/>
    public void Dispose() => Rest();

    private void Rest()
    {
        lock (_lock)
        {
            _isLast = true;
            Monitor.PulseAll(_lock);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    /// <summary>An engine's failure is the reader's, too.</summary>
    private void Check()
    {
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    private Job NextJob(byte[] block)
    {
        lock (_lock)
        {
            if (_handedOver - _done == MostAhead)
            {
                while (_handedOver - _done > FewAhead && _failure is null)
                {
                    Monitor.Wait(_lock);
                }
            }

            Check();
            var job = _jobs[_handedOver % MostAhead];
            job.Begin(block, _packets);
            return job;
        }
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

    private void Work(FlowEngine engine)
    {
        try
        {
            for (long number = 0; TakeJob(number) is { } job; number++)
            {
                job.Do(engine);
                Done(job);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Another one failed, and says why.
        }
        catch (Exception e)
        {
            // Whatever it is, it's the run's and not this thread's alone: who hands over throws it again.
            lock (_lock)
            {
                _failure ??= e;
                Monitor.PulseAll(_lock);
            }

            _stop.Cancel();
            _failed();
        }
    }

    private Job? TakeJob(long number)
    {
        lock (_lock)
        {
            while (number == _handedOver && !_isLast && _failure is null)
            {
                Monitor.Wait(_lock);
            }

            return number < _handedOver && _failure is null ? _jobs[number % MostAhead] : null;
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
            if (_handedOver - _done == FewAhead)
            {
                Monitor.PulseAll(_lock);
            }
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
