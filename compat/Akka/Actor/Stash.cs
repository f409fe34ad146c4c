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
