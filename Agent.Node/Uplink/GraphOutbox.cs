using Google.Protobuf;
using Shared.Messages.Parts;
using Shared.Messages.Topology;
using Topology.Fabric.Protocol;

namespace Agent.Node.Uplink;

/// <summary>
/// The graph on its way to the host's topology entity: the whole graph first, then changes in sequence, a few messages at a time,
/// each sent again until it's acknowledged, less and less often while nothing is. What waits to become a message is an element's
/// last change, in the order of these; when more elements wait than the graph has, and more than a few, the whole graph takes
/// their place. No clock, no I/O.
/// </summary>
/// <param name="host">This host's name.</param>
/// <param name="session">The agent's start.</param>
/// <param name="resendAfter">Time after which an unacknowledged message is due again; it doubles each time until something is acknowledged.</param>
/// <param name="aliveEvery">Without changes, an empty one goes out this often: an entity that was moved or restarted
/// notices then that it has no whole graph, and asks for it.</param>
internal sealed class GraphOutbox(string host, string session, TimeSpan resendAfter, TimeSpan aliveEvery)
{
    /// <summary>Elements that may wait in any case.</summary>
    internal const int FewElements = 4096;

    /// <summary>Messages on their way at a time.</summary>
    internal const int Window = 8;

    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(60);

    private readonly LinkedList<GraphChange> _waiting = [];
    private readonly Dictionary<(bool IsEdge, string Id), LinkedListNode<GraphChange>> _waitingOf = [];
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
        _waitingOf.Clear();
        _underway.Clear();
        _repeats = 0;
    }

    /// <summary>A whole graph was sent and isn't acknowledged yet.</summary>
    public bool AwaitsWholeGraph => _underway.TryPeek(out var first) && first.Message is SyncGraph;

    /// <summary>Takes changes. Nothing is kept before the first <see cref="StartOver"/>: the whole graph has them.</summary>
    /// <param name="changes">In their order.</param>
    /// <param name="elements">How many nodes and edges the graph has then.</param>
    public void Offer(IEnumerable<GraphChange> changes, int elements)
    {
        if (_sequence == 0 || _wholeGraphDue)
        {
            return;
        }

        foreach (var change in changes)
        {
            Wait(change);
        }

        if (_waiting.Count > Math.Max(FewElements, elements))
        {
            StartOver();
        }
    }

    /// <summary>What to send now: what's next, what isn't acknowledged in time, or a sign of life.</summary>
    /// <param name="wholeGraph">Makes a message of the whole graph; host, session and sequence are set here.</param>
    /// <param name="now">The time, since whenever.</param>
    public IReadOnlyList<IMessage> Due(Func<SyncGraph> wholeGraph, TimeSpan now)
    {
        var due = new List<IMessage>();
        if (_underway.Count > 0 && now - _sentAt >= Patience)
        {
            due.AddRange(_underway.Select(sent => sent.Message));
            _repeats = Math.Min(_repeats + 1, 16);
        }

        if (_wholeGraphDue)
        {
            _wholeGraphDue = false;
            var sync = wholeGraph();
            (sync.Host, sync.Session, sync.Sequence) = (host, session, ++_sequence);
            Send(sync, IsLarge(sync));
        }
        else if (_sequence > 0 && _waiting.Count + _underway.Count == 0 && now - _sentAt >= aliveEvery)
        {
            Send(new UpdateGraph { Host = host, Session = session, Sequence = ++_sequence }, isLarge: false);
        }

        while (_underway.Count < Window && _waiting.Count > 0)
        {
            var update = new UpdateGraph { Host = host, Session = session, Sequence = _sequence + 1, Changes = { _waiting.Cut(InParts.LargestMessage).First() } };
            var isLarge = update.Changes.Count == 1 && IsLarge(update);
            // What's fetched in parts would be overtaken by what isn't: it goes alone.
            if (_underway.TryPeek(out var before) && (isLarge || before.IsLarge))
            {
                break;
            }

            foreach (var change in update.Changes)
            {
                _waiting.RemoveFirst();
                _waitingOf.Remove(ElementOf(change));
            }

            _sequence = update.Sequence;
            Send(update, isLarge);
        }

        _sentAt = due.Count > 0 ? now : _sentAt;
        return due;

        void Send(IMessage message, bool isLarge)
        {
            due.Add(message);
            _underway.Enqueue(new Outgoing(_sequence, message, isLarge));
        }
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

    private static bool IsLarge(IMessage message) => message.CalculateSize() > InParts.LargestMessage;

    // What a deletion takes along has a change of its own, so an element's last one is all there is to tell of it.
    private void Wait(GraphChange change)
    {
        var element = ElementOf(change);
        if (_waitingOf.Remove(element, out var before))
        {
            _waiting.Remove(before);
        }

        _waitingOf[element] = _waiting.AddLast(change);
    }

    private static (bool IsEdge, string Id) ElementOf(GraphChange change) => change.ChangeCase switch
    {
        GraphChange.ChangeOneofCase.NodeSet => (false, change.NodeSet.Id),
        GraphChange.ChangeOneofCase.NodeDeleted => (false, change.NodeDeleted),
        GraphChange.ChangeOneofCase.EdgeSet => (true, change.EdgeSet.Id),
        GraphChange.ChangeOneofCase.EdgeDeleted => (true, change.EdgeDeleted),
        _ => throw new ArgumentException("a change that changes nothing", nameof(change)),
    };

    private readonly record struct Outgoing(long Sequence, IMessage Message, bool IsLarge);
}
