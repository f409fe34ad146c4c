using Shared.Messages.Flows;

namespace Agent.Node.Uplink;

/// <summary>
/// Flow updates on their way to the flows entities: grouped by partition, one unacknowledged message per partition, sent
/// again until it's acknowledged or refused. Counters are absolute, so a newer state of a flow takes the place of one that still
/// waits; a raw packet goes with the messages of its flow's partition, once. Bounded: what doesn't fit is dropped and
/// counted. Pure but for its own state; no clock, no I/O.
/// </summary>
/// <param name="session">The agent's start.</param>
/// <param name="host">This host's name.</param>
/// <param name="capacity">Flow updates kept at most.</param>
/// <param name="batch">Flow updates per message at most.</param>
/// <param name="resendAfter">Time after which an unacknowledged message is due again.</param>
/// <param name="rawCapacity">Bytes of raw packets kept at most.</param>
internal sealed class FlowOutbox(string session, string host, int capacity, int batch, TimeSpan resendAfter, long rawCapacity = FlowOutbox.DefaultRawCapacity)
{
    private const long DefaultRawCapacity = 32 << 20;

    /// <summary>Bytes of raw packets in one message, and one packet more.</summary>
    private const long RawBatch = 512 << 10;

    private readonly List<Queue<string>> _order = [];
    private readonly List<Queue<RawPacket>> _rawOrder = [];
    private readonly List<RawPacket> _rawUnassigned = [];
    private long _rawBytes;
    private readonly Dictionary<string, Flow> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (UpdateFlows Message, TimeSpan SentAt)> _unacknowledged = [];
    private readonly Queue<string> _unassigned = [];
    private int _unacknowledgedFlows;
    private long _sequence;

    /// <summary>Flow updates that wait or aren't acknowledged.</summary>
    public int Count => _waiting.Count + _unacknowledgedFlows;

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
    public int Partitions => _order.Count;

    /// <summary>Takes the analyzers' word on how many flows entities there are.</summary>
    public void Assign(int partitions)
    {
        if (partitions == Partitions)
        {
            return;
        }

        IEnumerable<Flow> again = _unacknowledged.Values.SelectMany(u => u.Message.Flows).ToList();
        var waiting = _order.SelectMany(q => q).Concat(_unassigned).ToList();
        List<RawPacket> packets = [.. _unacknowledged.Values.SelectMany(u => u.Message.RawPackets), .. _rawOrder.SelectMany(q => q), .. _rawUnassigned];
        _unacknowledged.Clear();
        _unacknowledgedFlows = 0;
        _unassigned.Clear();
        _order.Clear();
        _rawOrder.Clear();
        _rawUnassigned.Clear();
        for (var i = 0; i < partitions; i++)
        {
            _order.Add([]);
            _rawOrder.Add([]);
        }

        foreach (var flow in again)
        {
            if (_waiting.TryAdd(flow.Uuid, flow))
            {
                Enqueue(flow);
            }
        }

        foreach (var uuid in waiting)
        {
            Enqueue(_waiting[uuid]);
        }

        foreach (var packet in packets)
        {
            Enqueue(packet);
        }
    }

    public void Offer(IEnumerable<Flow> flows)
    {
        foreach (var flow in flows)
        {
            if (Count >= capacity && !_waiting.ContainsKey(flow.Uuid))
            {
                Dropped++;
            }
            else if (_waiting.TryAdd(flow.Uuid, flow))
            {
                Enqueue(flow);
            }
            else
            {
                _waiting[flow.Uuid] = flow;
            }
        }
    }

    /// <summary>Takes packets that nobody else will tell of.</summary>
    public void Offer(IEnumerable<RawPacket> packets)
    {
        foreach (var packet in packets)
        {
            if (_rawBytes + packet.Data.Length > rawCapacity)
            {
                RawPacketsDropped++;
                continue;
            }

            _rawBytes += packet.Data.Length;
            Enqueue(packet);
        }
    }

    /// <summary>The messages to send now: new ones, and those whose acknowledgement is overdue.</summary>
    public IReadOnlyList<UpdateFlows> Due(TimeSpan now)
    {
        var due = new List<UpdateFlows>();
        for (var partition = 0; partition < _order.Count; partition++)
        {
            if (_unacknowledged.TryGetValue(partition, out var sent))
            {
                if (now - sent.SentAt >= resendAfter)
                {
                    _unacknowledged[partition] = (sent.Message, now);
                    due.Add(sent.Message);
                }
            }
            else if (_order[partition].Count + _rawOrder[partition].Count > 0)
            {
                var message = Next(partition);
                _unacknowledged[partition] = (message, now);
                _unacknowledgedFlows += message.Flows.Count;
                due.Add(message);
            }
        }

        return due;
    }

    /// <summary>Takes an acknowledgement; one of a message sent twice counts once.</summary>
    public void Acknowledge(FlowsStored stored) => Delivered += Settle(stored.Partition, stored.Session, stored.Sequence)?.Flows.Count ?? 0;

    /// <summary>Takes a refusal: that message isn't sent again.</summary>
    public void Refuse(FlowsRefused refused)
    {
        if (Settle(refused.Partition, refused.Session, refused.Sequence) is { } message)
        {
            Refused += message.Flows.Count;
            RawPacketsRefused += message.RawPackets.Count;
        }
    }

    // Null when it isn't on its way.
    private UpdateFlows? Settle(int partition, string messageSession, long sequence)
    {
        if (messageSession != session || !_unacknowledged.TryGetValue(partition, out var sent) || sent.Message.Sequence != sequence)
        {
            return null;
        }

        _unacknowledged.Remove(partition);
        _unacknowledgedFlows -= sent.Message.Flows.Count;
        _rawBytes -= RawBytes(sent.Message);
        return sent.Message;
    }

    private UpdateFlows Next(int partition)
    {
        var message = new UpdateFlows { Partition = partition, Host = host, Session = session, Sequence = ++_sequence };
        var order = _order[partition];
        while (message.Flows.Count < batch && order.TryDequeue(out var uuid))
        {
            _waiting.Remove(uuid, out var flow);
            message.Flows.Add(flow);
        }

        for (long bytes = 0; bytes < RawBatch && _rawOrder[partition].TryDequeue(out var packet); bytes += packet.Data.Length)
        {
            message.RawPackets.Add(packet);
        }

        return message;
    }

    private static long RawBytes(UpdateFlows message) => message.RawPackets.Sum(packet => (long)packet.Data.Length);

    private void Enqueue(Flow flow) =>
        (Partitions == 0 ? _unassigned : _order[FlowPartition.Of(flow.L3TrackingId, Partitions)]).Enqueue(flow.Uuid);

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
}
