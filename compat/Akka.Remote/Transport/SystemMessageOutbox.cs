namespace Akka.Remote.Transport;

/// <summary>System messages that the peer hasn't acknowledged, numbered from 1 for each life of the peer. Safe for use by several threads.</summary>
internal sealed class SystemMessageOutbox
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Number, OutboundMessage Message)> _pending = new();
    private long _last;

    public int Count
    {
        get
        {
            lock (_gate)
                return _pending.Count;
        }
    }

    public long Add(OutboundMessage message)
    {
        lock (_gate)
        {
            _pending.Enqueue((++_last, message));
            return _last;
        }
    }

    public void Acknowledge(long upTo)
    {
        lock (_gate)
        {
            while (_pending.TryPeek(out var first) && first.Number <= upTo)
                _pending.Dequeue();
        }
    }

    public (long Number, OutboundMessage Message)[] Pending()
    {
        lock (_gate)
            return [.. _pending];
    }

    /// <summary>Forgets all, for the next life of the peer; returns what was not acknowledged.</summary>
    public OutboundMessage[] Reset()
    {
        lock (_gate)
        {
            var lost = _pending.Select(p => p.Message).ToArray();
            _pending.Clear();
            _last = 0;
            return lost;
        }
    }
}
