using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence.Serialization;

namespace Akka.Persistence;

/// <summary>What a persistent actor hands to its journal: events to store, or deferred ones that only keep the order.</summary>
public interface IPersistentEnvelope
{
    object Payload { get; }

    IActorRef Sender { get; }

    int Size { get; }
}

/// <summary>A deferred event: it passes the journal unstored, behind the events that were persisted before it.</summary>
internal sealed class NonPersistentMessage(object payload, IActorRef sender) : IPersistentEnvelope
{
    public object Payload { get; } = payload;

    public IActorRef Sender { get; } = sender;

    public int Size => 1;
}

/// <summary>Events of one persistent actor that are stored all or none.</summary>
public sealed class AtomicWrite : IPersistentEnvelope, IMessage
{
    private readonly IImmutableList<IPersistentRepresentation> _events;

    public AtomicWrite(IPersistentRepresentation @event) : this(ImmutableArray.Create(@event))
    {
    }

    public AtomicWrite(IImmutableList<IPersistentRepresentation> payload)
    {
        if (payload is null || payload.Count == 0)
            throw new ArgumentException("An atomic write needs at least one event.", nameof(payload));
        var first = payload[0];
        foreach (var other in payload)
        {
            if (other.PersistenceId != first.PersistenceId)
                throw new ArgumentException($"An atomic write holds events of one persistence id, but got '{first.PersistenceId}' and '{other.PersistenceId}'.", nameof(payload));
        }

        _events = payload;
        PersistenceId = first.PersistenceId;
        Sender = first.Sender;
        LowestSequenceNr = first.SequenceNr;
        HighestSequenceNr = payload[^1].SequenceNr;
    }

    public object Payload => _events;

    public IActorRef Sender { get; }

    public int Size => _events.Count;

    public string PersistenceId { get; }

    public long LowestSequenceNr { get; }

    public long HighestSequenceNr { get; }

    internal IImmutableList<IPersistentRepresentation> Events => _events;

    public override string ToString() => $"AtomicWrite({PersistenceId}, {LowestSequenceNr}..{HighestSequenceNr})";
}
