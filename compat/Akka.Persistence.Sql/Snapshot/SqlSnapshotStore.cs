using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Snapshot;
using Akka.Persistence.Sql.Postgres;
using Akka.Persistence.Sql.Sqlite;

namespace Akka.Persistence.Sql.Snapshot;

/// <summary>The snapshot store in PostgreSQL or SQLite: <c>akka.persistence.snapshot-store.sql</c>.</summary>
internal sealed class SqlSnapshotStore : SnapshotStore
{
    private readonly ISnapshotTable _table;
    private readonly Preparation _preparation;
    private readonly PayloadCodec _codec;

    public SqlSnapshotStore(Config snapshotConfig)
    {
        var settings = SnapshotSettings.From(snapshotConfig);
        _codec = new PayloadCodec((ExtendedActorSystem)Context.System);
        _table = settings.Provider == Provider.PostgreSql ? new PostgresSnapshotTable(settings) : new SqliteSnapshotTable(settings);
        _preparation = new Preparation(settings.AutoInitialize, _table.CreateAsync);
    }

    protected override async Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        await _preparation.Ensure().ConfigureAwait(false);
        var row = await _table.NewestAsync(persistenceId, criteria.MinSequenceNr, criteria.MaxSequenceNr, Ticks(criteria.MinTimestamp), criteria.MaxTimeStamp.Ticks).ConfigureAwait(false);
        if (row is null)
            return null;
        var metadata = new SnapshotMetadata(row.PersistenceId, row.SequenceNumber, new DateTime(row.Created, DateTimeKind.Utc));
        return new SelectedSnapshot(metadata, _codec.Decode(row.Payload));
    }

    protected override async Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        // Encoded before the first await: a snapshot may be a state that the actor goes on changing.
        var row = new SnapshotRow(metadata.PersistenceId, metadata.SequenceNr, metadata.Timestamp.Ticks, _codec.Encode(snapshot));
        await _preparation.Ensure().ConfigureAwait(false);
        await _table.SaveAsync(row).ConfigureAwait(false);
    }

    protected override async Task DeleteAsync(SnapshotMetadata metadata)
    {
        await _preparation.Ensure().ConfigureAwait(false);
        var any = metadata.Timestamp == DateTime.MinValue;
        await _table.DeleteAsync(
            metadata.PersistenceId, metadata.SequenceNr, metadata.SequenceNr, any ? 0 : metadata.Timestamp.Ticks, any ? long.MaxValue : metadata.Timestamp.Ticks).ConfigureAwait(false);
    }

    protected override async Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        await _preparation.Ensure().ConfigureAwait(false);
        await _table.DeleteAsync(persistenceId, criteria.MinSequenceNr, criteria.MaxSequenceNr, Ticks(criteria.MinTimestamp), criteria.MaxTimeStamp.Ticks).ConfigureAwait(false);
    }

    protected override void PostStop()
    {
        base.PostStop();
        _ = _table.DisposeAsync().AsTask();
    }

    private static long Ticks(DateTime? time) => time?.Ticks ?? 0;
}
