using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Messages put aside, to be handled later, in the order they came.</summary>
public interface IStash
{
    int Count { get; }

    bool IsEmpty { get; }

    bool NonEmpty { get; }

    bool IsFull { get; }

    /// <summary>How many fit; -1 is any number.</summary>
    int Capacity { get; }

    /// <summary>Puts the message being handled aside.</summary>
    /// <exception cref="IllegalActorStateException">It has been put aside already.</exception>
    /// <exception cref="StashOverflowException">The stash is full.</exception>
    void Stash();

    /// <summary>Puts the oldest message back, before all in the mailbox.</summary>
    void Unstash();

    /// <summary>Puts all messages back, before all in the mailbox.</summary>
    void UnstashAll();

    /// <summary>Puts the messages back that fit; the others stay.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Takes all messages out.</summary>
    IEnumerable<Envelope> ClearStash();

    /// <summary>Puts messages before those stashed.</summary>
    void Prepend(IEnumerable<Envelope> envelopes);
}

/// <summary>Has a stash; the runtime sets it before the actor starts.</summary>
public interface IActorStash
{
    IStash Stash { get; set; }
}

public interface IWithUnrestrictedStash : IActorStash
{
}

/// <summary>Has a stash without bounds.</summary>
public interface IWithUnboundedStash : IWithUnrestrictedStash, IRequiresMessageQueue<IUnboundedDequeBasedMessageQueueSemantics>
{
}

/// <summary>Has a stash, bounded where the mailbox' stash-capacity says so.</summary>
public interface IWithStash : IWithUnrestrictedStash, IRequiresMessageQueue<IDequeBasedMessageQueueSemantics>
{
}

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
