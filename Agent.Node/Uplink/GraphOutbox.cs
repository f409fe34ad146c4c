using Google.Protobuf;
using Shared.Messages.Parts;
using Shared.Messages.Topology;
using Topology.Fabric.Protocol;

namespace Agent.Node.Uplink;

/// <summary>
/// The graph on its way to the host's topology entity: the whole graph first, then changes in sequence, a few messages at a time,
/// each sent again until it's acknowledged, less and less often while nothing is. Bounded: when too much is unacknowledged, the
/// whole graph takes its place. No clock, no I/O.
/// </summary>
/// <param name="host">This host's name.</param>
/// <param name="session">The agent's start.</param>
/// <param name="resendAfter">Time after which an unacknowledged message is due again; it doubles each time until something is acknowledged.</param>
/// <param name="aliveEvery">Without changes, an empty one goes out this often: an entity that was moved or restarted
/// notices then that it has no whole graph, and asks for it.</param>
internal sealed class GraphOutbox(string host, string session, TimeSpan resendAfter, TimeSpan aliveEvery)
{
    /// <summary>Unacknowledged messages at most.</summary>
    internal const int Capacity = 256;

    /// <summary>Messages on their way at a time.</summary>
    internal const int Window = 8;

    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(60);

    private readonly Queue<Outgoing> _waiting = [];
    private readonly Queue<Outgoing> _underway = [];
    private long _sequence;
    private TimeSpan _sentAt;
    private int _repeats;
    private bool _wholeGraphDue;

    /// <summary>The next message due is the whole graph: now, and whatever was on its way before doesn't count any more.</summary>
    public void StartOver()
    {
        _wholeGraphDue = true;
        _waiting.Clear();
        _underway.Clear();
        _repeats = 0;
    }

    /// <summary>A whole graph was sent and isn't acknowledged yet.</summary>
    public bool AwaitsWholeGraph => _underway.TryPeek(out var first) && first.Message is SyncGraph;

    /// <summary>Takes changes. Nothing is kept before the first <see cref="StartOver"/>: the whole graph has them.</summary>
    public void Offer(IEnumerable<GraphChange> changes)
    {
        if (_sequence == 0 || _wholeGraphDue)
        {
            return;
        }

        foreach (var few in changes.Cut(InParts.LargestMessage))
        {
            Enqueue(new UpdateGraph { Host = host, Session = session, Sequence = ++_sequence, Changes = { few } });
        }

        if (_waiting.Count + _underway.Count > Capacity)
        {
            StartOver();
        }
    }

    /// <summary>What to send now: what's next, what isn't acknowledged in time, or a sign of life.</summary>
    /// <param name="wholeGraph">Makes a message of the whole graph; host, session and sequence are set here.</param>
    /// <param name="now">The time, since whenever.</param>
    public IReadOnlyList<IMessage> Due(Func<SyncGraph> wholeGraph, TimeSpan now)
    {
        if (_wholeGraphDue)
        {
            _wholeGraphDue = false;
            var sync = wholeGraph();
            (sync.Host, sync.Session, sync.Sequence) = (host, session, ++_sequence);
            Enqueue(sync);
        }
        else if (_sequence > 0 && _waiting.Count + _underway.Count == 0 && now - _sentAt >= aliveEvery)
        {
            Enqueue(new UpdateGraph { Host = host, Session = session, Sequence = ++_sequence });
        }

        var due = new List<IMessage>();
        if (_underway.Count > 0 && now - _sentAt >= Patience)
        {
            due.AddRange(_underway.Select(sent => sent.Message));
            _repeats = Math.Min(_repeats + 1, 16);
        }

        while (_underway.Count < Window && _waiting.TryPeek(out var next) && (_underway.Count == 0 || !(next.IsLarge || _underway.Peek().IsLarge)))
        {
            due.Add(next.Message);
            _underway.Enqueue(_waiting.Dequeue());
        }

        _sentAt = due.Count > 0 ? now : _sentAt;
        return due;
    }

    /// <summary>That message and all before it needn't be sent again.</summary>
    public void Acknowledge(string ofSession, long sequence)
    {
        while (ofSession == session && _underway.TryPeek(out var first) && first.Sequence <= sequence)
        {
            _underway.Dequeue();
            _repeats = 0;
        }
    }

    private TimeSpan Patience => TimeSpan.FromTicks(Math.Min(resendAfter.Ticks << _repeats, Math.Max(LongestPatience.Ticks, resendAfter.Ticks)));

    private void Enqueue(IMessage message) => _waiting.Enqueue(new Outgoing(_sequence, message, message.CalculateSize() > InParts.LargestMessage));

    // What's fetched in parts would be overtaken by what isn't: it goes alone.
    private readonly record struct Outgoing(long Sequence, IMessage Message, bool IsLarge);
}
