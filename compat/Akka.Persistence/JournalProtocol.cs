using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>Marks what persistent actors and journal or snapshot plugins say to each other; it never leaves the process.</summary>
public interface IPersistenceMessage : INoSerializationVerificationNeeded
{
}

public interface IJournalMessage : IPersistenceMessage
{
}

/// <summary>Persistent actor to journal.</summary>
public interface IJournalRequest : IJournalMessage
{
}

/// <summary>Journal to persistent actor.</summary>
public interface IJournalResponse : IJournalMessage
{
}

/// <summary>Store these envelopes, in this order.</summary>
public sealed class WriteMessages(IEnumerable<IPersistentEnvelope> messages, IActorRef persistentActor, int actorInstanceId) : IJournalRequest
{
    public IEnumerable<IPersistentEnvelope> Messages { get; } = messages;

    public IActorRef PersistentActor { get; } = persistentActor;

    public int ActorInstanceId { get; } = actorInstanceId;
}

/// <summary>The journal took the request; an answer per event follows.</summary>
public sealed class WriteMessagesSuccessful : IJournalResponse
{
    private WriteMessagesSuccessful()
    {
    }

    public static WriteMessagesSuccessful Instance { get; } = new();
}

/// <summary>The journal could not store the request; a failure per event follows.</summary>
public sealed class WriteMessagesFailed(Exception cause, int writeCount) : IJournalResponse
{
    public Exception Cause { get; } = cause;

    public int WriteCount { get; } = writeCount;
}

/// <summary>This event is stored.</summary>
public sealed class WriteMessageSuccess(IPersistentRepresentation persistent, int actorInstanceId) : IJournalResponse
{
    public IPersistentRepresentation Persistent { get; } = persistent;

    public int ActorInstanceId { get; } = actorInstanceId;
}

/// <summary>The journal refused this event before it tried to store it, as when it can't be serialized.</summary>
public sealed class WriteMessageRejected(IPersistentRepresentation persistent, Exception cause, int actorInstanceId) : IJournalResponse
{
    public IPersistentRepresentation Persistent { get; } = persistent;

    public Exception Cause { get; } = cause;

    public int ActorInstanceId { get; } = actorInstanceId;
}

/// <summary>Whether this event is stored isn't known.</summary>
public sealed class WriteMessageFailure(IPersistentRepresentation persistent, Exception cause, int actorInstanceId) : IJournalResponse
{
    public IPersistentRepresentation Persistent { get; } = persistent;

    public Exception Cause { get; } = cause;

    public int ActorInstanceId { get; } = actorInstanceId;
}

/// <summary>A deferred event has come by.</summary>
public sealed class LoopMessageSuccess(object message, int actorInstanceId) : IJournalResponse
{
    public object Message { get; } = message;

    public int ActorInstanceId { get; } = actorInstanceId;
}

/// <summary>Give back the stored events of these sequence numbers, at most <see cref="Max"/>.</summary>
public sealed class ReplayMessages(long fromSequenceNr, long toSequenceNr, long max, string persistenceId, IActorRef persistentActor) : IJournalRequest
{
    public long FromSequenceNr { get; } = fromSequenceNr;

    public long ToSequenceNr { get; } = toSequenceNr;

    public long Max { get; } = max;

    public string PersistenceId { get; } = persistenceId;

    public IActorRef PersistentActor { get; } = persistentActor;
}

/// <summary>A stored event.</summary>
public sealed class ReplayedMessage(IPersistentRepresentation persistent) : IJournalResponse, IDeadLetterSuppression
{
    public IPersistentRepresentation Persistent { get; } = persistent;
}

/// <summary>All asked for events were given.</summary>
public sealed class RecoverySuccess(long highestSequenceNr) : IJournalResponse, IDeadLetterSuppression
{
    public long HighestSequenceNr { get; } = highestSequenceNr;
}

/// <summary>The events can't be given.</summary>
public sealed class ReplayMessagesFailure(Exception cause) : IJournalResponse, IDeadLetterSuppression
{
    public Exception Cause { get; } = cause;
}

/// <summary>Delete the events up to and including this sequence number.</summary>
public sealed class DeleteMessagesTo(string persistenceId, long toSequenceNr, IActorRef persistentActor) : IJournalRequest
{
    public string PersistenceId { get; } = persistenceId;

    public long ToSequenceNr { get; } = toSequenceNr;

    public IActorRef PersistentActor { get; } = persistentActor;
}

public sealed class DeleteMessagesSuccess(long toSequenceNr)
{
    public long ToSequenceNr { get; } = toSequenceNr;
}

public sealed class DeleteMessagesFailure(Exception cause, long toSequenceNr) : INoSerializationVerificationNeeded
{
    public Exception Cause { get; } = cause;

    public long ToSequenceNr { get; } = toSequenceNr;
}
