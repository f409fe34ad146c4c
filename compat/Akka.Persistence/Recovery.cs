namespace Akka.Persistence;

/// <summary>How far back and how far on a persistent actor recovers: from which snapshot, to which event, how many events.</summary>
public sealed class Recovery
{
    public Recovery() : this(SnapshotSelectionCriteria.Latest)
    {
    }

    public Recovery(SnapshotSelectionCriteria fromSnapshot) : this(fromSnapshot, long.MaxValue)
    {
    }

    public Recovery(SnapshotSelectionCriteria fromSnapshot, long toSequenceNr) : this(fromSnapshot, toSequenceNr, long.MaxValue)
    {
    }

    public Recovery(SnapshotSelectionCriteria? fromSnapshot = null, long toSequenceNr = long.MaxValue, long replayMax = long.MaxValue)
    {
        FromSnapshot = fromSnapshot ?? SnapshotSelectionCriteria.Latest;
        ToSequenceNr = toSequenceNr;
        ReplayMax = replayMax;
    }

    public static Recovery Default { get; } = new(SnapshotSelectionCriteria.Latest);

    /// <summary>Neither snapshot nor events; only the highest sequence number is asked of the journal.</summary>
    public static Recovery None { get; } = new(SnapshotSelectionCriteria.None, 0);

    public SnapshotSelectionCriteria FromSnapshot { get; }

    public long ToSequenceNr { get; }

    public long ReplayMax { get; }
}

/// <summary>The last message of a recovery: snapshot and events have been given.</summary>
public sealed class RecoveryCompleted
{
    public static readonly RecoveryCompleted Instance = new();

    private RecoveryCompleted()
    {
    }

    public override bool Equals(object? obj) => obj is RecoveryCompleted;

    public override int GetHashCode() => nameof(RecoveryCompleted).GetHashCode(StringComparison.Ordinal);
}

/// <summary>The journal or the snapshot store didn't answer within its recovery-event-timeout.</summary>
public sealed class RecoveryTimedOutException : Akka.Actor.AkkaException
{
    public RecoveryTimedOutException()
    {
    }

    public RecoveryTimedOutException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}

/// <summary>Sent by a recovering actor to itself, to see whether anything has arrived since.</summary>
public sealed class RecoveryTick(bool snapshot)
{
    public bool Snapshot { get; } = snapshot;
}
