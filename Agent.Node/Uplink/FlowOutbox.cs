using Agent.Node.Capture;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Agent.Node.Uplink;

/// <summary>
/// Flow updates on their way to the flows entities, as blocks: a few unacknowledged of each partition, sent again until they're
/// acknowledged or refused. Counters are absolute, so a newer state of a flow takes the place of one that still waits; a raw
/// packet goes with the messages of its flow's partition, once. Bounded: what doesn't fit waits as it came, and so holds back who
/// told it; of what can't wait, as much again does, and the rest is dropped, counted, and told to whose it was. Pure but for its own state; no clock, no I/O.
/// </summary>
/// <param name="session">The agent's start.</param>
/// <param name="host">This host's name.</param>
/// <param name="capacity">Flow updates kept at most.</param>
/// <param name="batch">Flow updates that are worth a message at once; fewer wait for the next time.</param>
/// <param name="resendAfter">Time after which an unacknowledged message is due again; doubled each time it's sent.</param>
/// <param name="rawCapacity">Bytes of raw packets kept at most.</param>
internal sealed class FlowOutbox(string session, string host, int capacity, int batch, TimeSpan resendAfter, long rawCapacity = FlowOutbox.DefaultRawCapacity)
{
    /// <summary>Bytes of a message's content; with all around it stays below 64 KiB.</summary>
    internal const int MostBytes = 60_000;

    /// <summary>Messages of a partition that aren't acknowledged, at most: their entity's credit.</summary>
    internal const int Window = 8;

    /// <summary>Of what may wait where it comes from, no more is taken than keeps the entities busy, and the processor's cache small.</summary>
    private const int EnoughWaiting = 24_000;

    private const long DefaultRawCapacity = 32 << 20;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly WaitingFlows _waiting = new();
    private readonly Queue<FlowUpdates> _parked = [];
    private readonly List<Queue<RawPacket>> _rawOrder = [];
    private readonly List<RawPacket> _rawUnassigned = [];
    private readonly List<List<Sent>> _unacknowledged = [];
    private readonly List<long> _taken = [];
    private long _rawBytes;
    private int _unacknowledgedFlows;
    private int _parkedFlows;
    private long _sequence;

    /// <summary>Flow updates that wait or aren't acknowledged.</summary>
    public int Count => _waiting.Count + _unacknowledgedFlows + _parkedFlows;

    /// <summary>Flow updates dropped for want of room since the start.</summary>
    public long Dropped { get; private set; }

    /// <summary>Raw packets dropped for want of room since the start.</summary>
    public long RawPacketsDropped { get; private set; }

    /// <summary>Flow updates acknowledged since the start.</summary>
    public long Delivered { get; private set; }

    /// <summary>Flow updates refused since the start: the analyzers can't store them, and they were left.</summary>
    public long Refused { get; private set; }

    /// <summary>Raw packets refused since the start.</summary>
    public long RawPacketsRefused { get; private set; }

    /// <summary>Number of flows entities; 0 until the analyzers say it: nothing is due before.</summary>
    public int Partitions => _unacknowledged.Count;

    private bool IsBusy => Kept >= capacity || _waiting.Count >= EnoughWaiting;

    private int Kept => _waiting.Count + _unacknowledgedFlows;

    /// <summary>Takes the analyzers' word on how many flows entities there are.</summary>
    public void Assign(int partitions)
    {
        if (partitions == Partitions)
        {
            return;
        }

        var again = _unacknowledged.SelectMany(sent => sent).Select(sent => sent.Message).ToList();
        List<RawPacket> packets = [.. again.SelectMany(message => message.RawPackets), .. _rawOrder.SelectMany(q => q), .. _rawUnassigned];
        _unacknowledged.Clear();
        _taken.Clear();
        _unacknowledgedFlows = 0;
        _rawOrder.Clear();
        _rawUnassigned.Clear();
        for (var i = 0; i < partitions; i++)
        {
            _unacknowledged.Add([]);
            _taken.Add(0);
            _rawOrder.Add([]);
        }

        _waiting.Spread(partitions);
        foreach (var message in again.Where(message => !message.Block.IsEmpty))
        {
            TakeBack(FlowBlock.Read(message.Block.Span), 0);
        }

        foreach (var packet in packets)
        {
            Enqueue(packet);
        }
    }

    /// <summary>Takes updates: at once, or once there's room.</summary>
    public void Offer(FlowUpdates updates)
    {
        if ((IsBusy || _parked.Count > 0) && (updates.MayWait || _parkedFlows < capacity))
        {
            _parked.Enqueue(updates);
            _parkedFlows += updates.Rows.Count;
        }
        else
        {
            TakeIn(updates);
        }
    }

    /// <summary>How far each partition has to come until all that has been taken in is delivered, or refused.</summary>
    public IReadOnlyList<long> Mark() => [.. _taken.Select((taken, partition) => taken + _waiting.CountOf(partition))];

    /// <summary>Whether they have come so far. Another number of partitions begins anew: then they have once nothing is left.</summary>
    public bool HasCome(IReadOnlyList<long> mark) => mark.Count != Partitions || Partitions == 0
        ? Partitions > 0 && Count == 0
        : mark.Index().All(wanted => _taken[wanted.Index] >= wanted.Item && _unacknowledged[wanted.Index].TrueForAll(sent => sent.From >= wanted.Item));

    /// <summary>The messages to send now: new ones, and those whose acknowledgement is overdue.</summary>
    /// <param name="now">The time, since whenever.</param>
    /// <param name="all">Also those that aren't worth a message yet.</param>
    public IReadOnlyList<UpdateFlows> Due(TimeSpan now, bool all = true)
    {
        var due = new List<UpdateFlows>();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var unacknowledged = _unacknowledged[partition];
            foreach (var sent in unacknowledged)
            {
                if (now - sent.At >= sent.Pause)
                {
                    (sent.At, sent.Pause) = (now, TimeSpan.FromTicks(Math.Min(2 * sent.Pause.Ticks, LongestPause.Ticks)));
                    due.Add(sent.Message);
                }
            }

            while (unacknowledged.Count < Window && Next(partition, all || unacknowledged.Count == 0) is { } message)
            {
                unacknowledged.Add(new Sent(message, _taken[partition]) { At = now, Pause = resendAfter });
                _taken[partition] += message.Flows;
                _unacknowledgedFlows += message.Flows;
                due.Add(message);
            }
        }

        return due;
    }

    /// <summary>Takes an acknowledgement; one of a message sent twice counts once.</summary>
    public void Acknowledge(FlowsStored stored)
    {
        if (Settle(stored.Partition, stored.Session, stored.Sequence) is not { } message)
        {
            return;
        }

        Delivered += message.Flows;
        // Something comes through again: what else is due needn't wait as long as it did.
        foreach (var sent in _unacknowledged[stored.Partition])
        {
            sent.Pause = resendAfter;
        }
    }

    /// <summary>Takes a refusal: that message isn't sent again.</summary>
    public void Refuse(FlowsRefused refused)
    {
        if (Settle(refused.Partition, refused.Session, refused.Sequence) is { } message)
        {
            Refused += message.Flows;
            RawPacketsRefused += message.RawPackets.Count;
        }
    }

    // The last update of a flow isn't made good by a later one: it has as much room again.
    private bool HasRoomFor(in FlowRow row) => Kept < (row.Finish == FinishType.NotFinished ? capacity : 2L * capacity);

    private void TakeIn(FlowUpdates updates)
    {
        var rows = updates.Rows;
        var map = _waiting.MapOf(rows);
        var dropped = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            if (!updates.MayWait && !HasRoomFor(rows[i]) && !_waiting.Has(rows[i].Uuid))
            {
                dropped++;
            }
            else
            {
                _waiting.Add(map, rows, i);
            }
        }

        foreach (var packet in updates.RawPackets)
        {
            if (_rawBytes + packet.Data.Length > rawCapacity)
            {
                RawPacketsDropped++;
                continue;
            }

            _rawBytes += packet.Data.Length;
            Enqueue(packet);
        }

        Dropped += dropped;
        updates.TakenIn?.Invoke(dropped);
    }

    // Null when it isn't on its way.
    private UpdateFlows? Settle(int partition, string messageSession, long sequence)
    {
        if (messageSession != session || partition < 0 || partition >= Partitions)
        {
            return null;
        }

        var unacknowledged = _unacknowledged[partition];
        var index = unacknowledged.FindIndex(sent => sent.Message.Sequence == sequence);
        if (index < 0)
        {
            return null;
        }

        var message = unacknowledged[index].Message;
        unacknowledged.RemoveAt(index);
        _unacknowledgedFlows -= message.Flows;
        _rawBytes -= message.RawPackets.Sum(packet => (long)packet.Data.Length);
        while (!IsBusy && _parked.TryDequeue(out var updates))
        {
            _parkedFlows -= updates.Rows.Count;
            TakeIn(updates);
        }

        return message;
    }

    // Packets first: they're few, and their flows wait for none.
    private UpdateFlows? Next(int partition, bool all)
    {
        var packets = _rawOrder[partition];
        if (packets.Count > 0)
        {
            var carrier = Message(partition);
            var bytes = 0;
            do
            {
                var packet = packets.Dequeue();
                bytes += packet.CalculateSize();
                carrier.RawPackets.Add(packet);
            }
            while (packets.TryPeek(out var next) && bytes + next.CalculateSize() < MostBytes);

            return carrier;
        }

        var waiting = _waiting.CountOf(partition);
        if (waiting == 0 || (!all && waiting < batch))
        {
            return null;
        }

        var message = Message(partition);
        var rows = _waiting.Take(partition, batch);
        message.Flows = rows.Count;
        message.Block = UnsafeByteOperations.UnsafeWrap(FlowBlock.Write(rows));
        return message.Block.Length <= MostBytes ? message : Smaller(message, rows);
    }

    /// <summary>With what fits; the rest waits on. A single flow whose details don't fit goes without them.</summary>
    private UpdateFlows Smaller(UpdateFlows message, FlowRows rows)
    {
        var count = rows.Count;
        while (message.Block.Length > MostBytes)
        {
            count /= 2;
            var fewer = new FlowRows(Math.Max(count, 1));
            var map = new TextMap(rows.Texts, fewer.Texts);
            for (var i = 0; i < Math.Max(count, 1); i++)
            {
                fewer.Add(rows[i], map, count == 0 ? null : rows.DetailsOf(i));
            }

            message.Flows = fewer.Count;
            message.Block = UnsafeByteOperations.UnsafeWrap(FlowBlock.Write(fewer));
        }

        TakeBack(rows, message.Flows);
        return message;
    }

    // Newer states may have come since.
    private void TakeBack(FlowRows rows, int from)
    {
        var map = _waiting.MapOf(rows);
        for (var i = from; i < rows.Count; i++)
        {
            _waiting.Add(map, rows, i, replaces: false);
        }
    }

    private UpdateFlows Message(int partition) => new() { Partition = partition, Host = host, Session = session, Sequence = ++_sequence };

    private void Enqueue(RawPacket packet)
    {
        if (Partitions == 0)
        {
            _rawUnassigned.Add(packet);
        }
        else
        {
            _rawOrder[FlowPartition.Of(packet.L3TrackingId, Partitions)].Enqueue(packet);
        }
    }

    private sealed class Sent(UpdateFlows message, long from)
    {
        internal UpdateFlows Message { get; } = message;

        /// <summary>Flows of its partition that were sent before it.</summary>
        internal long From { get; } = from;

        internal TimeSpan At { get; set; }

        internal TimeSpan Pause { get; set; }
    }
}
