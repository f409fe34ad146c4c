using Akka.Persistence.Sql.Journal;
using Dapper;
using Npgsql;

namespace Akka.Persistence.Sql.Postgres;

/// <summary>The journal in PostgreSQL. A batch of rows with its tags is one statement: one round trip, one transaction.</summary>
internal sealed class PostgresJournalTable : IJournalTable
{
    private readonly NpgsqlDataSource _source;
    private readonly JournalSettings _settings;
    private readonly string _insert;
    private readonly string _insertWithTags;
    private readonly string _highest;
    private readonly string _read;
    private readonly string _delete;
    private readonly string _create;

    public PostgresJournalTable(JournalSettings settings)
    {
        _settings = settings;
        _source = PostgresErrors.Open(settings.ConnectionString);
        var (j, t) = (settings.Journal, settings.Tags);
        var csv = settings.TagMode.HasFlag(TagMode.Csv);
        var insert = $"""
            INSERT INTO {j.Table} ({j.Deleted}, {j.PersistenceId}, {j.SequenceNumber}, {j.Created}, {j.Message}, {j.Manifest}, {j.Identifier}{(j.WriterUuid is null ? "" : $", {j.WriterUuid}")}{(csv ? $", {j.Tags}" : "")})
            SELECT false, r.pid, r.seq, r.created, r.message, r.manifest, r.identifier{(j.WriterUuid is null ? "" : ", r.writer")}{(csv ? ", r.tags" : "")}
            FROM unnest(@Pid::text[], @Seq::bigint[], @Created::bigint[], @Message::bytea[], @Manifest::text[], @Identifier::int[], @Writer::text[], @Tags::text[])
                WITH ORDINALITY AS r(pid, seq, created, message, manifest, identifier, writer, tags, n)
            ORDER BY r.n
            """;
        _insert = insert;
        _insertWithTags = $"""
            WITH e AS ({insert} RETURNING {j.Ordering} AS ordering, {j.PersistenceId} AS pid, {j.SequenceNumber} AS seq)
            INSERT INTO {t.Table} ({t.OrderingId}, {t.Tag}, {t.PersistenceId}, {t.SequenceNr})
            SELECT e.ordering, t.tag, e.pid, e.seq
            FROM e JOIN unnest(@TagPid::text[], @TagSeq::bigint[], @Tag::text[]) AS t(pid, seq, tag) ON t.pid = e.pid AND t.seq = e.seq
            """;
        _highest = $"SELECT COALESCE(MAX({j.SequenceNumber}), 0) FROM {j.Table} WHERE {j.PersistenceId} = @Pid";
        _read = $"""
            SELECT {j.SequenceNumber} AS "SequenceNumber", {j.Created} AS "Created", {j.Message} AS "Message", {j.Manifest} AS "Manifest",
                   {j.Identifier} AS "Identifier", {(j.WriterUuid ?? "NULL::text")} AS "Writer"
            FROM {j.Table}
            WHERE {j.PersistenceId} = @Pid AND {j.SequenceNumber} BETWEEN @From AND @To AND NOT {j.Deleted}
            ORDER BY {j.SequenceNumber} LIMIT @Limit
            """;
        var deleteTags = settings.TagMode.HasFlag(TagMode.TagTable)
            ? $"DELETE FROM {t.Table} WHERE {t.PersistenceId} = @Pid AND {t.SequenceNr} <= @To;"
            : "";
        _delete = $"""
            UPDATE {j.Table} SET {j.Deleted} = true WHERE {j.PersistenceId} = @Pid AND {j.SequenceNumber} <= @To AND NOT {j.Deleted};
            DELETE FROM {j.Table} WHERE {j.PersistenceId} = @Pid AND {j.Deleted}
                AND {j.SequenceNumber} < (SELECT MAX({j.SequenceNumber}) FROM {j.Table} WHERE {j.PersistenceId} = @Pid AND {j.Deleted});
            {deleteTags}
            """;
        _create = $"""
            CREATE TABLE IF NOT EXISTS {j.Table} (
                {j.Ordering} BIGSERIAL NOT NULL,
                {j.Deleted} BOOLEAN NOT NULL,
                {j.PersistenceId} VARCHAR(255) NOT NULL,
                {j.SequenceNumber} BIGINT NOT NULL,
                {j.Created} BIGINT NOT NULL,
                {(csv ? $"{j.Tags} VARCHAR(100) NULL," : "")}
                {j.Message} BYTEA NOT NULL,
                {j.Identifier} INTEGER NULL,
                {j.Manifest} VARCHAR(500) NULL,
                {(j.WriterUuid is null ? "" : $"{j.WriterUuid} VARCHAR(128) NULL,")}
                CONSTRAINT "PK_{j.Name}" PRIMARY KEY ({j.Ordering}),
                CONSTRAINT "{j.Name}_uq" UNIQUE ({j.PersistenceId}, {j.SequenceNumber})
            );
            CREATE INDEX IF NOT EXISTS "{j.Name}_{Bare(j.Created)}_idx" ON {j.Table} ({j.Created});
            CREATE INDEX IF NOT EXISTS "{j.Name}_{Bare(j.SequenceNumber)}_idx" ON {j.Table} ({j.SequenceNumber});
            """;
        if (settings.TagMode.HasFlag(TagMode.TagTable))
        {
            _create += $"""

                CREATE TABLE IF NOT EXISTS {t.Table} (
                    {t.OrderingId} BIGINT NOT NULL,
                    {t.Tag} VARCHAR(64) NOT NULL,
                    {t.PersistenceId} VARCHAR(255) NOT NULL,
                    {t.SequenceNr} BIGINT NOT NULL,
                    CONSTRAINT "PK_{t.Name}" PRIMARY KEY ({t.OrderingId}, {t.Tag})
                );
                CREATE INDEX IF NOT EXISTS "{t.Name}_{Bare(t.PersistenceId)}_{Bare(t.SequenceNr)}_idx" ON {t.Table} ({t.PersistenceId}, {t.SequenceNr});
                CREATE INDEX IF NOT EXISTS "{t.Name}_{Bare(t.Tag)}_idx" ON {t.Table} ({t.Tag});
                """;
        }
    }

    public int Writers => _settings.Parallelism;

    public Task CreateAsync() => PostgresErrors.Guard(_source, async connection =>
    {
        // Two nodes may create the tables at the same time; IF NOT EXISTS alone doesn't make that safe.
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(7305816124601)").ConfigureAwait(false);
        await connection.ExecuteAsync(_create).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return 0;
    });

    public Task InsertAsync(IReadOnlyList<JournalRow> rows) => PostgresErrors.Guard(_source, connection =>
    {
        var n = rows.Count;
        var (pid, seq, created, message) = (new string[n], new long[n], new long[n], new byte[n][]);
        var (manifest, identifier, writer, tags) = (new string[n], new int?[n], new string[n], new string[n]);
        List<string> tagPid = [];
        List<long> tagSeq = [];
        List<string> tag = [];
        for (var i = 0; i < n; i++)
        {
            var row = rows[i];
            (pid[i], seq[i], created[i], message[i]) = (row.PersistenceId, row.SequenceNumber, row.Created, row.Payload.Bytes);
            (manifest[i], identifier[i], writer[i]) = (row.Payload.Manifest, row.Payload.SerializerId, row.WriterUuid);
            tags[i] = row.Tags.Count == 0 ? string.Empty : $"{_settings.TagSeparator}{string.Join(_settings.TagSeparator, row.Tags)}{_settings.TagSeparator}";
            foreach (var name in row.Tags)
            {
                tagPid.Add(row.PersistenceId);
                tagSeq.Add(row.SequenceNumber);
                tag.Add(name);
            }
        }

        var toTagTable = tag.Count > 0 && _settings.TagMode.HasFlag(TagMode.TagTable);
        return connection.ExecuteAsync(toTagTable ? _insertWithTags : _insert, new
        {
            Pid = pid,
            Seq = seq,
            Created = created,
            Message = message,
            Manifest = manifest,
            Identifier = identifier,
            Writer = writer,
            Tags = tags,
            TagPid = tagPid.ToArray(),
            TagSeq = tagSeq.ToArray(),
            Tag = tag.ToArray(),
        });
    });

    public Task<long> HighestSequenceNumberAsync(string persistenceId) => PostgresErrors.Guard(_source, connection =>
        connection.ExecuteScalarAsync<long>(_highest, new { Pid = persistenceId }));

    public Task<IReadOnlyList<JournalRow>> ReadAsync(string persistenceId, long from, long to, int limit) => PostgresErrors.Guard<IReadOnlyList<JournalRow>>(_source, async connection =>
    {
        var rows = await connection.QueryAsync<Row>(_read, new { Pid = persistenceId, From = from, To = to, Limit = limit }).ConfigureAwait(false);
        return [.. rows.Select(row => new JournalRow(persistenceId, row.SequenceNumber, row.Created, new Encoded(row.Identifier, row.Manifest ?? string.Empty, row.Message), row.Writer ?? string.Empty, []))];
    });

    public Task DeleteAsync(string persistenceId, long to) => PostgresErrors.Guard(_source, async connection =>
    {
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await connection.ExecuteAsync(_delete, new { Pid = persistenceId, To = to }, transaction).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return 0;
    });

    public bool IsConflict(Exception exception) => PostgresErrors.IsOfTheRows(exception);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static string Bare(string quoted) => quoted.Trim('"');

    private sealed class Row
    {
        public long SequenceNumber { get; set; }

        public long Created { get; set; }

        public byte[] Message { get; set; } = [];

        public string? Manifest { get; set; }

        public int? Identifier { get; set; }

        public string? Writer { get; set; }
    }
}
