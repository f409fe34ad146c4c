using System.Collections.Concurrent;
using System.Threading.Channels;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Akka.Actor;
using Shared.Messages.Flows;

namespace Agent.Node.Capture;

/// <summary>
/// Reports of a reading thread's flows on their way to the uplink. To make a message of a flow takes some microseconds, and
/// a tick may report fifty thousand: while the reading thread did that itself, the kernel's ring ran over. It copies records
/// into a batch instead, and a task makes the messages. What has details is made a message at once: they are the engine's.
/// A fixed number of batches is on the way; the reading thread waits for room once they're all full.
/// </summary>
internal sealed class FlowReporter : IFlowOutput
{
    private const int MostBatches = 256;

    /// <summary>Batches kept for the captures of the process; one is large, and most captures report seldom.</summary>
    private const int MostFree = 64;

    private static readonly ConcurrentQueue<Batch> Free = new();

    private readonly FlowOrigin _origin;
    private readonly IActorRef _uplink;
    private readonly Channel<Batch> _full = Channel.CreateBounded<Batch>(new BoundedChannelOptions(MostBatches) { SingleReader = true, SingleWriter = true });
    private Task? _done;
    private Batch? _open;

    /// <param name="origin">Whose flows they are.</param>
    /// <param name="uplink">Gets <see cref="FlowUpdates"/>.</param>
    internal FlowReporter(FlowOrigin origin, IActorRef uplink)
    {
        _origin = origin;
        _uplink = uplink;
    }

    /// <summary>Some reports wait for <see cref="Flush"/>.</summary>
    internal bool HasOpen => _open is not null;

    public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
    {
        _open ??= Free.TryDequeue(out var batch) ? batch : new Batch();
        if (details is null)
        {
            _open.Add(record, since);
        }
        else
        {
            _open.Add(FlowMessages.ToMessage(record, since, details, _origin), details.RawPackets);
        }

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
            _full.Writer.WriteAsync(_open).AsTask().GetAwaiter().GetResult();
        }

        _open = null;
    }

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
                _uplink.Tell(batch.ToUpdates(_origin));
                batch.Clear();
                if (Free.Count < MostFree)
                {
                    Free.Enqueue(batch);
                }
            }
        }
        catch (Exception e)
        {
            // The reading thread meets it with its next batch, and ends the capture with it.
            _full.Writer.TryComplete(e);
            throw;
        }
    }

    private sealed class Batch
    {
        private const int Size = 256;

        private readonly FlowRecord[] _records = new FlowRecord[Size];
        private readonly FlowSpan[] _since = new FlowSpan[Size];
        private readonly Flow?[] _messages = new Flow?[Size];
        private List<RawPacket> _rawPackets = [];

        internal int Count { get; private set; }

        internal bool IsFull => Count == Size;

        internal void Add(in FlowRecord record, in FlowSpan since)
        {
            _records[Count] = record;
            _since[Count] = since;
            Count++;
        }

        internal void Add(Flow message, RawPackets? packets)
        {
            _messages[Count++] = message;
            foreach (var packet in packets?.Take() ?? [])
            {
                _rawPackets.Add(FlowMessages.ToMessage(packet, message));
            }
        }

        internal FlowUpdates ToUpdates(FlowOrigin origin)
        {
            var messages = new List<Flow>(Count);
            for (var i = 0; i < Count; i++)
            {
                messages.Add(_messages[i] ?? FlowMessages.ToMessage(_records[i], _since[i], null, origin));
            }

            return new FlowUpdates(messages) { RawPackets = _rawPackets };
        }

        internal void Clear()
        {
            Array.Clear(_messages, 0, Count);
            if (_rawPackets.Count > 0)
            {
                _rawPackets = [];
            }

            Count = 0;
        }
    }
}
