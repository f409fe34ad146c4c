namespace Akka.Persistence.Sql.Snapshot;

/// <summary>A row of the snapshot table. <paramref name="Created"/> is in UTC ticks.</summary>
internal sealed record SnapshotRow(string PersistenceId, long SequenceNumber, long Created, Encoded Payload);

/// <summary>The snapshots in one database. Failures throw what the database's driver throws.</summary>
internal interface ISnapshotTable : IAsyncDisposable
{
    Task CreateAsync();

    /// <summary>Stores the row; one of the same state before it is replaced.</summary>
    Task SaveAsync(SnapshotRow row);

    /// <summary>The row with the highest sequence number within the bounds, both inclusive; times in UTC ticks.</summary>
    Task<SnapshotRow?> NewestAsync(string persistenceId, long minSequenceNumber, long maxSequenceNumber, long minCreated, long maxCreated);

    Task DeleteAsync(string persistenceId, long minSequenceNumber, long maxSequenceNumber, long minCreated, long maxCreated);
}
