using Akka.Persistence.Sql.Journal;
using SQLitePCL;

namespace Akka.Persistence.Sql.Sqlite;

/// <summary>The journal in an SQLite file: one writer, one reader beside it.</summary>
internal sealed class SqliteJournalTable : IJournalTable
{
    private readonly JournalSettings _settings;
    private readonly SqliteWorker _writer;
    private readonly SqliteWorker _reader;
    private readonly string _insert;
    private readonly string _insertTag;
    private readonly string _highest;
    private readonly string _read;
    private readonly bool _csv;
    private readonly bool _tagTable;

    public SqliteJournalTable(JournalSettings settings)
    {
        _settings = settings;
        var path = SqliteConnection.PathOf(settings.ConnectionString);
        _writer = new SqliteWorker(path, "sqlite-journal-writer");
        _reader = new SqliteWorker(path, "sqlite-journal-reader");
        _csv = settings.TagMode.HasFlag(TagMode.Csv);
        _tagTable = settings.TagMode.HasFlag(TagMode.TagTable);
        var (j, t) = (settings.Journal, settings.Tags);
        _insert = $"""
            INSERT INTO {j.Table} ({j.Deleted}, {j.PersistenceId}, {j.SequenceNumber}, {j.Created}, {j.Message}, {j.Identifier}, {j.Manifest}{(j.WriterUuid is null ? "" : $", {j.WriterUuid}")}{(_csv ? $", {j.Tags}" : "")})
            VALUES (0, ?1, ?2, ?3, ?4, ?5, ?6{(j.WriterUuid is null ? "" : ", ?7")}{(_csv ? ", ?8" : "")})
            """;
        _insertTag = $"INSERT INTO {t.Table} ({t.OrderingId}, {t.Tag}, {t.PersistenceId}, {t.SequenceNr}) VALUES (?1, ?2, ?3, ?4)";
        _highest = $"SELECT COALESCE(MAX({j.SequenceNumber}), 0) FROM {j.Table} WHERE {j.PersistenceId} = ?1";
        _read = $"""
            SELECT {j.SequenceNumber}, {j.Created}, {j.Message}, {j.Manifest}, {j.Identifier}, {j.WriterUuid ?? "NULL"}
            FROM {j.Table}
            WHERE {j.PersistenceId} = ?1 AND {j.SequenceNumber} BETWEEN ?2 AND ?3 AND NOT {j.Deleted}
            ORDER BY {j.SequenceNumber} LIMIT ?4
            """;
    }

    public int Writers => 1;

    public Task CreateAsync() => _writer.Do(connection => connection.InTransaction(() =>
    {
        var (j, t) = (_settings.Journal, _settings.Tags);
        connection.Execute($"""
            CREATE TABLE IF NOT EXISTS {j.Table} (
                {j.Ordering} INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
                {j.Deleted} BIT NOT NULL,
                {j.PersistenceId} NVARCHAR(255) NOT NULL,
                {j.SequenceNumber} BIGINT NOT NULL,
                {j.Created} BIGINT NOT NULL,
                {(_csv ? $"{j.Tags} NVARCHAR(100) NULL," : "")}
                {j.Message} VARBINARY NOT NULL,
                {j.Identifier} INT NULL,
                {j.Manifest} NVARCHAR(500) NULL{(j.WriterUuid is null ? "" : $", {j.WriterUuid} NVARCHAR(128) NULL")}
            )
            """);
        connection.Execute($"CREATE UNIQUE INDEX IF NOT EXISTS \"{j.Name}_uq\" ON {j.Table} ({j.PersistenceId}, {j.SequenceNumber})");
        connection.Execute($"CREATE INDEX IF NOT EXISTS \"{j.Name}_{j.Created.Trim('"')}_idx\" ON {j.Table} ({j.Created})");
        connection.Execute($"CREATE INDEX IF NOT EXISTS \"{j.Name}_{j.SequenceNumber.Trim('"')}_idx\" ON {j.Table} ({j.SequenceNumber})");
        if (!_tagTable)
            return;
        connection.Execute($"""
            CREATE TABLE IF NOT EXISTS {t.Table} (
                {t.OrderingId} INTEGER NOT NULL,
                {t.Tag} NVARCHAR(64) NOT NULL,
                {t.PersistenceId} NVARCHAR(255) NOT NULL,
                {t.SequenceNr} INTEGER NOT NULL,
                CONSTRAINT "PK_{t.Name}" PRIMARY KEY ({t.OrderingId}, {t.Tag})
            )
            """);
        connection.Execute($"CREATE INDEX IF NOT EXISTS \"{t.Name}_{t.PersistenceId.Trim('"')}_{t.SequenceNr.Trim('"')}_idx\" ON {t.Table} ({t.PersistenceId}, {t.SequenceNr})");
        connection.Execute($"CREATE INDEX IF NOT EXISTS \"{t.Name}_{t.Tag.Trim('"')}_idx\" ON {t.Table} ({t.Tag})");
    }));

    public Task InsertAsync(IReadOnlyList<JournalRow> rows) => _writer.Do(connection => connection.InTransaction(() =>
    {
        foreach (var row in rows)
        {
            var arguments = new List<object?> { row.PersistenceId, row.SequenceNumber, row.Created, row.Payload.Bytes, row.Payload.SerializerId, row.Payload.Manifest };
            if (_settings.Journal.WriterUuid is not null || _csv)
                arguments.Add(row.WriterUuid);
            if (_csv)
                arguments.Add(row.Tags.Count == 0 ? string.Empty : $"{_settings.TagSeparator}{string.Join(_settings.TagSeparator, row.Tags)}{_settings.TagSeparator}");
            connection.Execute(_insert, [.. arguments]);
            if (!_tagTable || row.Tags.Count == 0)
                continue;
            var ordering = connection.LastInsertedRow;
            foreach (var tag in row.Tags)
                connection.Execute(_insertTag, ordering, tag, row.PersistenceId, row.SequenceNumber);
        }
    }));

    public Task<long> HighestSequenceNumberAsync(string persistenceId) => _reader.Do(connection =>
        connection.Query(_highest, [persistenceId], row => raw.sqlite3_column_int64(row, 0))[0]);

    public Task<IReadOnlyList<JournalRow>> ReadAsync(string persistenceId, long from, long to, int limit) => _reader.Do<IReadOnlyList<JournalRow>>(connection =>
        connection.Query(_read, [persistenceId, from, to, limit], row => new JournalRow(
            persistenceId,
            raw.sqlite3_column_int64(row, 0),
            raw.sqlite3_column_int64(row, 1),
            new Encoded(
                raw.sqlite3_column_type(row, 4) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int(row, 4),
                raw.sqlite3_column_text(row, 3).utf8_to_string() ?? string.Empty,
                raw.sqlite3_column_blob(row, 2).ToArray()),
            raw.sqlite3_column_text(row, 5).utf8_to_string() ?? string.Empty,
            [])));

    public Task DeleteAsync(string persistenceId, long to) => _writer.Do(connection => connection.InTransaction(() =>
    {
        var (j, t) = (_settings.Journal, _settings.Tags);
        connection.Execute($"UPDATE {j.Table} SET {j.Deleted} = 1 WHERE {j.PersistenceId} = ?1 AND {j.SequenceNumber} <= ?2 AND NOT {j.Deleted}", persistenceId, to);
        connection.Execute($"""
            DELETE FROM {j.Table} WHERE {j.PersistenceId} = ?1 AND {j.Deleted}
                AND {j.SequenceNumber} < (SELECT MAX({j.SequenceNumber}) FROM {j.Table} WHERE {j.PersistenceId} = ?1 AND {j.Deleted})
            """, persistenceId);
        if (_tagTable)
            connection.Execute($"DELETE FROM {t.Table} WHERE {t.PersistenceId} = ?1 AND {t.SequenceNr} <= ?2", persistenceId, to);
    }));

    public bool IsConflict(Exception exception) => exception is SqliteException { IsConstraint: true };

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
    }
}
