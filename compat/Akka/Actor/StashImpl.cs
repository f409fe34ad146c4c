namespace Akka.Actor;

internal sealed class StashImpl(ActorCell cell, int capacity) : IStash
{
    private LinkedList<Envelope> _stash = new();

    public int Count => _stash.Count;

    public bool IsEmpty => _stash.Count == 0;

    public bool NonEmpty => _stash.Count > 0;

    public bool IsFull => capacity > 0 && _stash.Count >= capacity;

    public int Capacity => capacity;

    public void Stash()
    {
        var current = cell.CurrentEnvelope;
        if (current.Message is null) throw new IllegalActorStateException("There's no message to stash.");
        if (cell.IsCurrentStashed)
            throw new IllegalActorStateException($"Can't stash the same message {current} more than once");
        if (IsFull) throw new StashOverflowException($"Couldn't enqueue message {current.Message.GetType()} from {current.Sender} to stash of {cell.Self}");
        cell.IsCurrentStashed = true;
        _stash.AddLast(current);
    }

    public void Unstash()
    {
        if (_stash.First is not { } first) return;
        _stash.RemoveFirst();
        PutBack(first.Value);
    }

    public void UnstashAll() => UnstashAll(_ => true);

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        for (var node = _stash.Last; node is not null;)
        {
            var previous = node.Previous;
            if (predicate(node.Value))
            {
                _stash.Remove(node);
                PutBack(node.Value);
            }

            node = previous;
        }
    }

    private void PutBack(Envelope envelope)
    {
        if (envelope.Message is Terminated terminated) cell.RequeueTerminated(terminated.ActorRef);
        cell.Mailbox.EnqueueFirst(envelope);
    }

    public IEnumerable<Envelope> ClearStash()
    {
        var cleared = _stash;
        _stash = new LinkedList<Envelope>();
        return cleared;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        LinkedListNode<Envelope>? last = null;
        foreach (var envelope in envelopes) last = last is null ? _stash.AddFirst(envelope) : _stash.AddAfter(last, envelope);
    }
}
