using Akka.Persistence.Sql.Snapshot;
using Dapper;
using Npgsql;

namespace Akka.Persistence.Sql.Postgres;

/// <summary>The snapshots in PostgreSQL.</summary>
internal sealed class PostgresSnapshotTable : ISnapshotTable
{
    private readonly NpgsqlDataSource _source;
    private readonly string _create;
    private readonly string _save;
    private readonly string _newest;
    private readonly string _delete;

    public PostgresSnapshotTable(SnapshotSettings settings)
    {
        _source = PostgresErrors.Open(settings.ConnectionString);
        var s = settings.Snapshot;
        _create = $"""
            CREATE TABLE IF NOT EXISTS {s.Table} (
                {s.PersistenceId} VARCHAR(255) NOT NULL,
                {s.SequenceNumber} BIGINT NOT NULL,
                {s.Created} BIGINT NOT NULL,
                {s.Manifest} VARCHAR(500) NULL,
                {s.Snapshot} BYTEA NULL,
                {s.SerializerId} INTEGER NULL,
                CONSTRAINT "PK_{s.Name}" PRIMARY KEY ({s.PersistenceId}, {s.SequenceNumber})
            );
            CREATE INDEX IF NOT EXISTS "{s.Name}_{s.SequenceNumber.Trim('"')}_idx" ON {s.Table} ({s.SequenceNumber});
            CREATE INDEX IF NOT EXISTS "{s.Name}_{s.Created.Trim('"')}_idx" ON {s.Table} ({s.Created});
            """;
        _save = $"""
            INSERT INTO {s.Table} ({s.PersistenceId}, {s.SequenceNumber}, {s.Created}, {s.Manifest}, {s.Snapshot}, {s.SerializerId})
            VALUES (@Pid, @Seq, @Created, @Manifest, @Bytes, @SerializerId)
            ON CONFLICT ({s.PersistenceId}, {s.SequenceNumber}) DO UPDATE SET {s.Created} = excluded.{s.Created},
                {s.Manifest} = excluded.{s.Manifest}, {s.Snapshot} = excluded.{s.Snapshot}, {s.SerializerId} = excluded.{s.SerializerId}
            """;
        var where = $"""
            WHERE {s.PersistenceId} = @Pid AND {s.SequenceNumber} BETWEEN @MinSeq AND @MaxSeq AND {s.Created} BETWEEN @MinCreated AND @MaxCreated
            """;
        _newest = $"""
            SELECT {s.SequenceNumber} AS "SequenceNumber", {s.Created} AS "Created", {s.Manifest} AS "Manifest", {s.Snapshot} AS "Bytes", {s.SerializerId} AS "SerializerId"
            FROM {s.Table} {where} ORDER BY {s.SequenceNumber} DESC LIMIT 1
            """;
        _delete = $"DELETE FROM {s.Table} {where}";
    }

    public Task CreateAsync() => PostgresErrors.Guard(_source, async connection =>
    {
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(7305816124601)").ConfigureAwait(false);
        await connection.ExecuteAsync(_create).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return 0;
    });

    public Task SaveAsync(SnapshotRow row) => PostgresErrors.Guard(_source, connection => connection.ExecuteAsync(_save, new
    {
        Pid = row.PersistenceId,
        Seq = row.SequenceNumber,
        row.Created,
        row.Payload.Manifest,
        row.Payload.Bytes,
        row.Payload.SerializerId,
    }));

    public Task<SnapshotRow?> NewestAsync(string persistenceId, long minSequenceNumber, long maxSequenceNumber, long minCreated, long maxCreated) => PostgresErrors.Guard(_source, async connection =>
    {
        var row = await connection.QueryFirstOrDefaultAsync<Row>(_newest, Bounds(persistenceId, minSequenceNumber, maxSequenceNumber, minCreated, maxCreated)).ConfigureAwait(false);
        return row is null
            ? null
            : new SnapshotRow(persistenceId, row.SequenceNumber, row.Created, new Encoded(row.SerializerId, row.Manifest ?? string.Empty, row.Bytes ?? []));
    });

    public Task DeleteAsync(string persistenceId, long minSequenceNumber, long maxSequenceNumber, long minCreated, long maxCreated) => PostgresErrors.Guard(_source, connection =>
        connection.ExecuteAsync(_delete, Bounds(persistenceId, minSequenceNumber, maxSequenceNumber, minCreated, maxCreated)));

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static object Bounds(string persistenceId, long minSequenceNumber, long maxSequenceNumber, long minCreated, long maxCreated) => new
    {
        Pid = persistenceId,
        MinSeq = minSequenceNumber,
        MaxSeq = maxSequenceNumber,
        MinCreated = minCreated,
        MaxCreated = maxCreated,
    };

    private sealed class Row
    {
        public long SequenceNumber { get; set; }

        public long Created { get; set; }

        public string? Manifest { get; set; }

        public byte[]? Bytes { get; set; }

        public int? SerializerId { get; set; }
    }
}
