using Akka.Actor;

namespace Akka.Persistence;

public interface ISnapshotMessage : IPersistenceMessage
{
}

/// <summary>Persistent actor to snapshot store.</summary>
public interface ISnapshotRequest : ISnapshotMessage
{
}

/// <summary>Snapshot store to persistent actor.</summary>
public interface ISnapshotResponse : ISnapshotMessage
{
}

/// <summary>Which state a snapshot is of.</summary>
public sealed class SnapshotMetadata : IEquatable<SnapshotMetadata>
{
    public SnapshotMetadata(string persistenceId, long sequenceNr) : this(persistenceId, sequenceNr, DateTime.MinValue)
    {
    }

    public SnapshotMetadata(string persistenceId, long sequenceNr, DateTime timestamp)
    {
        PersistenceId = persistenceId;
        SequenceNr = sequenceNr;
        Timestamp = timestamp;
    }

    public string PersistenceId { get; }

    public long SequenceNr { get; }

    public DateTime Timestamp { get; }

    public bool Equals(SnapshotMetadata? other) =>
        other is not null && PersistenceId == other.PersistenceId && SequenceNr == other.SequenceNr && Timestamp == other.Timestamp;

    public override bool Equals(object? obj) => Equals(obj as SnapshotMetadata);

    public override int GetHashCode() => HashCode.Combine(PersistenceId, SequenceNr, Timestamp);

    public override string ToString() => $"SnapshotMetadata({PersistenceId}, {SequenceNr}, {Timestamp:O})";
}

/// <summary>Which snapshots are meant: those whose sequence number and time lie within these bounds, both inclusive.</summary>
public sealed class SnapshotSelectionCriteria : IEquatable<SnapshotSelectionCriteria>
{
    public SnapshotSelectionCriteria(long maxSequenceNr, DateTime maxTimeStamp, long minSequenceNr = 0, DateTime? minTimestamp = null)
    {
        MaxSequenceNr = maxSequenceNr;
        MaxTimeStamp = maxTimeStamp;
        MinSequenceNr = minSequenceNr;
        MinTimestamp = minTimestamp ?? DateTime.MinValue;
    }

    public SnapshotSelectionCriteria(long maxSequenceNr) : this(maxSequenceNr, DateTime.MaxValue)
    {
    }

    public static SnapshotSelectionCriteria Latest { get; } = new(long.MaxValue);

    public static SnapshotSelectionCriteria None { get; } = new(0, DateTime.MinValue);

    public long MaxSequenceNr { get; }

    public DateTime MaxTimeStamp { get; }

    public long MinSequenceNr { get; }

    public DateTime? MinTimestamp { get; }

    public bool Equals(SnapshotSelectionCriteria? other) =>
        other is not null && MaxSequenceNr == other.MaxSequenceNr && MaxTimeStamp == other.MaxTimeStamp
        && MinSequenceNr == other.MinSequenceNr && MinTimestamp == other.MinTimestamp;

    public override bool Equals(object? obj) => Equals(obj as SnapshotSelectionCriteria);

    public override int GetHashCode() => HashCode.Combine(MaxSequenceNr, MaxTimeStamp, MinSequenceNr, MinTimestamp);

    internal SnapshotSelectionCriteria Limit(long toSequenceNr) =>
        toSequenceNr < MaxSequenceNr ? new(toSequenceNr, MaxTimeStamp, MinSequenceNr, MinTimestamp) : this;

    internal bool Matches(SnapshotMetadata metadata) =>
        metadata.SequenceNr <= MaxSequenceNr && metadata.Timestamp <= MaxTimeStamp
        && metadata.SequenceNr >= MinSequenceNr && metadata.Timestamp >= MinTimestamp;
}

/// <summary>A snapshot as the store found it.</summary>
public sealed class SelectedSnapshot(SnapshotMetadata metadata, object snapshot)
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public object Snapshot { get; } = snapshot;
}

/// <summary>Given to a persistent actor ahead of the events that follow the snapshot.</summary>
public sealed class SnapshotOffer(SnapshotMetadata metadata, object snapshot)
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public object Snapshot { get; } = snapshot;
}

public sealed class LoadSnapshot(string persistenceId, SnapshotSelectionCriteria criteria, long toSequenceNr) : ISnapshotRequest
{
    public string PersistenceId { get; } = persistenceId;

    public SnapshotSelectionCriteria Criteria { get; } = criteria;

    public long ToSequenceNr { get; } = toSequenceNr;
}

public sealed class LoadSnapshotResult(SelectedSnapshot? snapshot, long toSequenceNr) : ISnapshotResponse
{
    /// <summary>Null when no snapshot meets the criteria.</summary>
    public SelectedSnapshot? Snapshot { get; } = snapshot;

    public long ToSequenceNr { get; } = toSequenceNr;
}

public sealed class LoadSnapshotFailed(Exception cause) : ISnapshotResponse
{
    public Exception Cause { get; } = cause;
}

public sealed class SaveSnapshot(SnapshotMetadata metadata, object snapshot) : ISnapshotRequest
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public object Snapshot { get; } = snapshot;
}

public sealed class SaveSnapshotSuccess(SnapshotMetadata metadata) : ISnapshotResponse
{
    public SnapshotMetadata Metadata { get; } = metadata;
}

public sealed class SaveSnapshotFailure(SnapshotMetadata metadata, Exception cause) : ISnapshotResponse
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public Exception Cause { get; } = cause;
}

public sealed class DeleteSnapshot(SnapshotMetadata metadata) : ISnapshotRequest
{
    public SnapshotMetadata Metadata { get; } = metadata;
}

public sealed class DeleteSnapshotSuccess(SnapshotMetadata metadata) : ISnapshotResponse
{
    public SnapshotMetadata Metadata { get; } = metadata;
}

public sealed class DeleteSnapshotFailure(SnapshotMetadata metadata, Exception cause) : ISnapshotResponse
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public Exception Cause { get; } = cause;
}

public sealed class DeleteSnapshots(string persistenceId, SnapshotSelectionCriteria criteria) : ISnapshotRequest
{
    public string PersistenceId { get; } = persistenceId;

    public SnapshotSelectionCriteria Criteria { get; } = criteria;
}

public sealed class DeleteSnapshotsSuccess(SnapshotSelectionCriteria criteria) : ISnapshotResponse
{
    public SnapshotSelectionCriteria Criteria { get; } = criteria;
}

public sealed class DeleteSnapshotsFailure(SnapshotSelectionCriteria criteria, Exception cause) : ISnapshotResponse
{
    public SnapshotSelectionCriteria Criteria { get; } = criteria;

    public Exception Cause { get; } = cause;
}
