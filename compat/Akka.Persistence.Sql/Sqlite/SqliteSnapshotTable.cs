using Akka.Persistence.Sql.Snapshot;
using SQLitePCL;

namespace Akka.Persistence.Sql.Sqlite;

/// <summary>The snapshots in an SQLite file.</summary>
internal sealed class SqliteSnapshotTable : ISnapshotTable
{
    private readonly SnapshotNames _names;
    private readonly SqliteWorker _worker;
    private readonly string _where;

    public SqliteSnapshotTable(SnapshotSettings settings)
    {
        _names = settings.Snapshot;
        _worker = new SqliteWorker(SqliteConnection.PathOf(settings.ConnectionString), "sqlite-snapshots");
        _where = $"WHERE {_names.PersistenceId} = ?1 AND {_names.SequenceNumber} BETWEEN ?2 AND ?3 AND {_names.Created} BETWEEN ?4 AND ?5";
    }

    public Task CreateAsync() => _worker.Do(connection => connection.InTransaction(() =>
    {
        var s = _names;
        connection.Execute($"""
            CREATE TABLE IF NOT EXISTS {s.Table} (
                {s.PersistenceId} NVARCHAR(255) NOT NULL,
                {s.SequenceNumber} BIGINT NOT NULL,
                {s.Created} BIGINT NOT NULL,
                {s.Manifest} NVARCHAR(500) NULL,
                {s.Snapshot} VARBINARY NULL,
                {s.SerializerId} INT NULL,
                CONSTRAINT "PK_{s.Name}" PRIMARY KEY ({s.PersistenceId}, {s.SequenceNumber})
            )
            """);
        connection.Execute($"CREATE INDEX IF NOT EXISTS \"{s.Name}_{s.SequenceNumber.Trim('"')}_idx\" ON {s.Table} ({s.SequenceNumber})");
        connection.Execute($"CREATE INDEX IF NOT EXISTS \"{s.Name}_{s.Created.Trim('"')}_idx\" ON {s.Table} ({s.Created})");
    }));

    public Task SaveAsync(SnapshotRow row) => _worker.Do(connection => connection.Execute(
        $"""
        INSERT OR REPLACE INTO {_names.Table} ({_names.PersistenceId}, {_names.SequenceNumber}, {_names.Created}, {_names.Manifest}, {_names.Snapshot}, {_names.SerializerId})
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        """,
        row.PersistenceId,
        row.SequenceNumber,
        row.Created,
        row.Payload.Manifest,
        row.Payload.Bytes,
        row.Payload.SerializerId));

    public Task<SnapshotRow?> NewestAsync(string persistenceId, long minSequenceNumber, long maxSequenceNumber, long minCreated, long maxCreated) => _worker.Do(connection =>
        connection.Query(
            $"SELECT {_names.SequenceNumber}, {_names.Created}, {_names.Manifest}, {_names.Snapshot}, {_names.SerializerId} FROM {_names.Table} {_where} ORDER BY {_names.SequenceNumber} DESC LIMIT 1",
            [persistenceId, minSequenceNumber, maxSequenceNumber, minCreated, maxCreated],
            row => new SnapshotRow(
                persistenceId,
                raw.sqlite3_column_int64(row, 0),
                raw.sqlite3_column_int64(row, 1),
                new Encoded(
                    raw.sqlite3_column_type(row, 4) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int(row, 4),
                    raw.sqlite3_column_text(row, 2).utf8_to_string() ?? string.Empty,
                    raw.sqlite3_column_blob(row, 3).ToArray()))).FirstOrDefault());

    public Task DeleteAsync(string persistenceId, long minSequenceNumber, long maxSequenceNumber, long minCreated, long maxCreated) => _worker.Do(connection =>
        connection.Execute($"DELETE FROM {_names.Table} {_where}", persistenceId, minSequenceNumber, maxSequenceNumber, minCreated, maxCreated));

    public ValueTask DisposeAsync() => _worker.DisposeAsync();
}
