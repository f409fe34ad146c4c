using System.Collections.Concurrent;
using System.Threading.Channels;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Akka.Actor;
using Shared.Messages.Flows;

namespace Agent.Node.Capture;

/// <summary>
/// Reports of a reading thread's flows on their way to the uplink. To make rows of records takes a while, and a tick may report
/// fifty thousand: while the reading thread did that itself, the kernel's ring ran over. It copies records into a batch instead,
/// and a task makes the rows. What has details is made a row at once: they are the engine's. A fixed number of batches is on
/// the way. Once they're all full the reading thread of a file waits; a live capture's never does, but at its end: changes stay in its flow
/// table meanwhile, and what has to leave the table is lost, and counted.
/// </summary>
internal sealed class FlowReporter : IFlowOutput
{
    private const int MostBatches = 256;

    /// <summary>The others are for what has to leave the table.</summary>
    private const int MostOfChanges = 64;

    /// <summary>Batches kept for the captures of the process; one is large, and most captures report seldom.</summary>
    private const int MostFree = 64;

    /// <summary>An analyzer that takes nothing for so long won't for a capture's end, either.</summary>
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(5);

    private static readonly ConcurrentQueue<Batch> Free = new();

    private readonly FlowOrigin _origin;
    private readonly IActorRef _uplink;
    private readonly ReportCredit _credit;
    private readonly bool _mayWait;
    private readonly Channel<Batch> _full = Channel.CreateBounded<Batch>(new BoundedChannelOptions(MostBatches) { SingleReader = true, SingleWriter = true });
    private Task? _done;
    private Batch? _open;
    private volatile bool _isEnding;
    private bool _isPatient = true;

    /// <param name="origin">Whose flows they are.</param>
    /// <param name="uplink">Gets <see cref="FlowUpdates"/>.</param>
    /// <param name="credit">The capture's.</param>
    /// <param name="mayWait">Nothing is lost while they wait: a file's.</param>
    internal FlowReporter(FlowOrigin origin, IActorRef uplink, ReportCredit credit, bool mayWait)
    {
        _origin = origin;
        _uplink = uplink;
        _credit = credit;
        _mayWait = mayWait;
    }

    public int Room => _mayWait ? int.MaxValue : Math.Max((MostOfChanges - _full.Reader.Count) * FlowCollector.MostRows, 0);

    /// <summary>Some reports wait for <see cref="Flush"/>.</summary>
    internal bool HasOpen => _open is not null;

    public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
    {
        _open ??= Free.TryDequeue(out var batch) ? batch : new Batch();
        _open.Add(record, since, details, _origin);
        if (_open.IsFull)
        {
            Flush();
        }
    }

    /// <summary>Sends what was reported on its way.</summary>
    internal void Flush()
    {
        if (_open is null)
        {
            return;
        }

        _done ??= Task.Run(TellAsync);
        if (!_full.Writer.TryWrite(_open))
        {
            if (_mayWait || _isEnding)
            {
                _full.Writer.WriteAsync(_open).AsTask().GetAwaiter().GetResult();
            }
            else if (_done.IsFaulted)
            {
                _done.GetAwaiter().GetResult();
            }
            else
            {
                Lose(_open);
            }
        }

        _open = null;
    }

    /// <summary>What's reported from now on may wait: no packets are read any more.</summary>
    internal void BeginEnd() => _isEnding = true;

    /// <summary>Nothing more comes; returns when all has been told.</summary>
    internal void Complete()
    {
        Flush();
        _full.Writer.TryComplete();
        _done?.GetAwaiter().GetResult();
    }

    private async Task TellAsync()
    {
        try
        {
            await foreach (var batch in _full.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                batch.Complete(_origin);
                await TakeCreditAsync().ConfigureAwait(false);
                Tell(batch);
            }
        }
        catch (Exception e)
        {
            // The reading thread meets it with its next batch, and ends the capture with it.
            _full.Writer.TryComplete(e);
            throw;
        }
    }

    private async Task TakeCreditAsync()
    {
        while (_isPatient)
        {
            if (await _credit.TakeAsync(_mayWait ? Timeout.InfiniteTimeSpan : PatienceAtEnd).ConfigureAwait(false))
            {
                return;
            }

            // The uplink then loses what it has no room for.
            _isPatient = !_isEnding;
        }

        _credit.Overdraw();
    }

    private void Tell(Batch batch) =>
        _uplink.Tell(new FlowUpdates(batch.Collected.Rows) { RawPackets = batch.Collected.RawPackets, MayWait = _mayWait, TakenIn = lost => GiveBack(batch, lost) });

    /// <summary>Raw packets are few, and lost, if at all, where those of all captures are counted.</summary>
    private void Lose(Batch batch)
    {
        if (batch.Collected.RawPackets.Count > 0)
        {
            batch.Complete(_origin);
            _credit.Overdraw();
            Tell(batch);
            return;
        }

        _credit.Lose(batch.Count);
        Keep(batch);
    }

    private void GiveBack(Batch batch, int lost)
    {
        Keep(batch);
        _credit.GiveBack(lost);
    }

    private static void Keep(Batch batch)
    {
        batch.Clear();
        if (Free.Count < MostFree)
        {
            Free.Enqueue(batch);
        }
    }

    private sealed class Batch
    {
        private readonly FlowRecord[] _records = new FlowRecord[FlowCollector.MostRows];
        private readonly FlowSpan[] _since = new FlowSpan[FlowCollector.MostRows];
        private int _count;

        internal CollectedFlows Collected { get; private set; } = Empty();

        internal int Count => _count + Collected.Rows.Count;

        internal bool IsFull => Count == FlowCollector.MostRows;

        internal void Add(in FlowRecord record, in FlowSpan since, FlowDetails? details, FlowOrigin origin)
        {
            if (details is not null)
            {
                Collected.Add(record, since, details, origin);
                return;
            }

            _records[_count] = record;
            _since[_count] = since;
            _count++;
        }

        internal void Complete(FlowOrigin origin)
        {
            for (var i = 0; i < _count; i++)
            {
                Collected.Add(_records[i], _since[i], null, origin);
            }

            _count = 0;
        }

        internal void Clear()
        {
            _count = 0;
            Collected.Rows.Clear();
            if (Collected.RawPackets.Count > 0)
            {
                Collected = Collected with { RawPackets = [] };
            }
        }

        private static CollectedFlows Empty() => new(new FlowRows(FlowCollector.MostRows), []);
    }
}
