using Shared.Messages.Topology;

namespace Agent.Node.Uplink;

/// <summary>
/// The graph on its way to the host's topology entity: the whole graph first, then changes in sequence, each sent again
/// until it's acknowledged. Bounded: when too much is unacknowledged, the whole graph takes its place. No clock, no I/O.
/// </summary>
/// <param name="host">This host's name.</param>
/// <param name="session">The agent's start.</param>
/// <param name="resendAfter">Time after which an unacknowledged message is due again.</param>
/// <param name="aliveEvery">Without changes, an empty one goes out this often: an entity that was moved or restarted
/// notices then that it has no whole graph, and asks for it.</param>
internal sealed class GraphOutbox(string host, string session, TimeSpan resendAfter, TimeSpan aliveEvery)
{
    /// <summary>Unacknowledged messages at most.</summary>
    internal const int Capacity = 256;

    private readonly Queue<object> _unacknowledged = [];
    private long _sequence;
    private TimeSpan _sentAt;
    private bool _wholeGraphDue;

    /// <summary>The next message due is the whole graph: now, and whatever was on its way before doesn't count any more.</summary>
    public void StartOver()
    {
        _wholeGraphDue = true;
        _unacknowledged.Clear();
    }

    /// <summary>A whole graph was sent and isn't acknowledged yet.</summary>
    public bool AwaitsWholeGraph => _unacknowledged.TryPeek(out var first) && first is SyncGraph;

    /// <summary>Takes changes. Nothing is kept before the first <see cref="StartOver"/>: the whole graph has them.</summary>
    /// <returns>The message to send now; null when the whole graph will say it.</returns>
    public UpdateGraph? Offer(IEnumerable<GraphChange> changes, TimeSpan now)
    {
        if (_sequence == 0 || _wholeGraphDue)
        {
            return null;
        }

        if (_unacknowledged.Count >= Capacity)
        {
            StartOver();
            return null;
        }

        var update = new UpdateGraph { Host = host, Session = session, Sequence = ++_sequence, Changes = { changes } };
        Sent(update, now);
        return update;
    }

    /// <summary>What to send now besides: the whole graph, what isn't acknowledged in time, or a sign of life.</summary>
    /// <param name="wholeGraph">Makes a message of the whole graph; host, session and sequence are set here.</param>
    /// <param name="now">The time, since whenever.</param>
    public IReadOnlyList<object> Due(Func<SyncGraph> wholeGraph, TimeSpan now)
    {
        if (_wholeGraphDue)
        {
            _wholeGraphDue = false;
            var sync = wholeGraph();
            (sync.Host, sync.Session, sync.Sequence) = (host, session, ++_sequence);
            Sent(sync, now);
            return [sync];
        }

        if (_unacknowledged.Count > 0 && now - _sentAt >= resendAfter)
        {
            _sentAt = now;
            return [.. _unacknowledged];
        }

        return _sequence > 0 && _unacknowledged.Count == 0 && now - _sentAt >= aliveEvery ? [Offer([], now)!] : [];
    }

    /// <summary>That message and all before it needn't be sent again.</summary>
    public void Acknowledge(string ofSession, long sequence)
    {
        while (ofSession == session && _unacknowledged.TryPeek(out var first) && SequenceOf(first) <= sequence)
        {
            _unacknowledged.Dequeue();
        }
    }

    private void Sent(object message, TimeSpan now)
    {
        _unacknowledged.Enqueue(message);
        _sentAt = now;
    }

    private static long SequenceOf(object message) => message is SyncGraph sync ? sync.Sequence : ((UpdateGraph)message).Sequence;
}
