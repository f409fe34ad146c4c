using Akka.Actor;
using Akka.Persistence.Serialization;

namespace Akka.Persistence;

/// <summary>An event with what the journal stores beside it.</summary>
public interface IPersistentRepresentation : IMessage
{
    object Payload { get; }

    string Manifest { get; }

    string PersistenceId { get; }

    long SequenceNr { get; }

    string WriterGuid { get; }

    /// <summary>When it was written, in UTC ticks.</summary>
    long Timestamp { get; }

    bool IsDeleted { get; }

    IActorRef Sender { get; }

    IPersistentRepresentation WithPayload(object payload);

    IPersistentRepresentation WithManifest(string manifest);

    IPersistentRepresentation WithTimestamp(long timestamp);

    IPersistentRepresentation Update(long sequenceNr, string persistenceId, bool isDeleted, IActorRef sender, string writerGuid);
}

/// <summary>The plain representation.</summary>
public class Persistent : IPersistentRepresentation
{
    public Persistent(object payload, long sequenceNr = 0, string? persistenceId = null, string? manifest = null, bool isDeleted = false, IActorRef? sender = null, string? writerGuid = null, long timestamp = 0)
    {
        Payload = payload;
        SequenceNr = sequenceNr;
        PersistenceId = persistenceId ?? Undefined;
        Manifest = manifest ?? Undefined;
        IsDeleted = isDeleted;
        Sender = sender ?? ActorRefs.NoSender;
        WriterGuid = writerGuid ?? Undefined;
        Timestamp = timestamp;
    }

    public static string Undefined { get; } = string.Empty;

    public object Payload { get; }

    public string Manifest { get; }

    public string PersistenceId { get; }

    public long SequenceNr { get; }

    public string WriterGuid { get; }

    public long Timestamp { get; }

    public bool IsDeleted { get; }

    public IActorRef Sender { get; }

    public IPersistentRepresentation WithPayload(object payload) =>
        new Persistent(payload, SequenceNr, PersistenceId, Manifest, IsDeleted, Sender, WriterGuid, Timestamp);

    public IPersistentRepresentation WithManifest(string manifest) =>
        Manifest == manifest ? this : new Persistent(Payload, SequenceNr, PersistenceId, manifest, IsDeleted, Sender, WriterGuid, Timestamp);

    public IPersistentRepresentation WithTimestamp(long newTimestamp) =>
        Timestamp == newTimestamp ? this : new Persistent(Payload, SequenceNr, PersistenceId, Manifest, IsDeleted, Sender, WriterGuid, newTimestamp);

    public IPersistentRepresentation Update(long sequenceNr, string persistenceId, bool isDeleted, IActorRef sender, string writerGuid) =>
        new Persistent(Payload, sequenceNr, persistenceId, Manifest, isDeleted, sender, writerGuid, Timestamp);

    public override string ToString() => $"Persistent({PersistenceId}, {SequenceNr}, {Payload})";
}
