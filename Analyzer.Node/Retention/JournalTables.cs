using System.Data.Common;
using System.Globalization;

namespace Analyzer.Node.Retention;

/// <summary>An event as it's counted.</summary>
/// <param name="Ordering">Its place in the table.</param>
/// <param name="Id">Whose.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Bytes">How much it takes.</param>
internal readonly record struct StoredEvent(long Ordering, string Id, long Sequence, long Bytes);

/// <summary>What a step deleted.</summary>
/// <param name="Events">Events.</param>
/// <param name="Snapshots">Snapshots.</param>
/// <param name="First">The first event there was.</param>
/// <param name="Oldest">The oldest event that's left.</param>
internal readonly record struct Deleted(KeptEvents Events, int Snapshots, long First, long Oldest);

/// <summary>How much the database takes.</summary>
/// <param name="Size">Bytes of tables and indexes, or of the file.</param>
/// <param name="Free">Bytes of it that nothing is in; null where the database doesn't say.</param>
/// <param name="GivesBack">Whether what's freed can be given back to the file system.</param>
/// <param name="Oldest">When the oldest event was stored, in ticks; 0: there's none.</param>
/// <param name="Newest">The same of the newest.</param>
internal readonly record struct TableSizes(long Size, long? Free, bool GivesBack, long Oldest, long Newest);

/// <summary>
/// The persistence plugin's tables of one journal, read and pruned beside it by SQL. Not by Akka's DeleteMessages: that's one
/// statement for all of an entity's events, which takes as long as it takes, and only the entity itself can ask for it, so each
/// host that ever was would have to be brought back. It leaves a row marked as deleted where all events go, for the entity's
/// numbers; here the event at the snapshot stays instead, so that a marker is never needed, and one that's there is an event like others.
/// </summary>
internal sealed class JournalTables(JournalPlace place, DbConnection connection)
{
    /// <summary>What a row takes beside its payload: columns, headers, its places in four indexes.</summary>
    public const int RowOverhead = 300;

    private string Length(string column) => place.IsPostgres ? $"COALESCE(pg_column_size({column}), 0)" : $"COALESCE(LENGTH({column}), 0)";

    /// <summary>Whether the plugin has made its tables.</summary>
    public async Task<bool> ExistAsync(CancellationToken stop) => Convert.ToInt64(
        await ScalarAsync(
            place.IsPostgres
                ? $"SELECT (to_regclass('{place.Events}') IS NOT NULL AND to_regclass('{place.Snapshots}') IS NOT NULL)::int"
                : $"SELECT COUNT(*) = 2 FROM sqlite_master WHERE type = 'table' AND name IN ('{place.Events}', '{place.Snapshots}')",
            null, stop).ConfigureAwait(false), CultureInfo.InvariantCulture) == 1;

    /// <summary>
    /// Has PostgreSQL store payloads as they come: flows' blocks are compressed, and to try it once more takes as long as all the
    /// rest of storing them.
    /// </summary>
    public async Task StoreAsTheyComeAsync(CancellationToken stop)
    {
        foreach (var (table, column) in new[] { (place.Events, "message"), (place.Snapshots, "snapshot") })
        {
            // Asked first: to alter a table waits for those who write to it.
            if (await ScalarAsync($"SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('{table}') AND attname = '{column}' AND attstorage <> 'e'", null, stop).ConfigureAwait(false) is not null)
            {
                await RunAsync($"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL", null, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The next events of the table.</summary>
    /// <param name="after">The place behind which they are.</param>
    /// <param name="until">The last place.</param>
    /// <param name="most">How many.</param>
    /// <param name="stop">Stops it.</param>
    public Task<List<StoredEvent>> EventsAsync(long after, long until, int most, CancellationToken stop) => ReadAsync(
        $"SELECT ordering, persistence_id, sequence_number, {Length("message")} FROM {place.Events} WHERE ordering > @after AND ordering <= @until ORDER BY ordering LIMIT @most",
        row => new StoredEvent(row.GetInt64(0), row.GetString(1), row.GetInt64(2), Convert.ToInt64(row.GetValue(3), CultureInfo.InvariantCulture) + RowOverhead),
        null, stop, ("after", after), ("until", until), ("most", most));

    /// <summary>The last event's place; 0: there's none.</summary>
    public async Task<long> LastAsync(CancellationToken stop) => await ScalarAsync($"SELECT MAX(ordering) FROM {place.Events}", null, stop).ConfigureAwait(false) as long? ?? 0;

    /// <summary>The next snapshots by their time.</summary>
    public Task<List<(string Id, KeptSnapshot Snapshot)>> SnapshotsAsync(long created, string id, long sequence, int most, CancellationToken stop) => ReadAsync(
        $"SELECT persistence_id, sequence_number, created, {Length("snapshot")} FROM {place.Snapshots} WHERE (created, persistence_id, sequence_number) > (@created, @id, @sequence) ORDER BY created, persistence_id, sequence_number LIMIT @most",
        row => (row.GetString(0), Snapshot(row, 1)),
        null, stop, ("created", created), ("id", id), ("sequence", sequence), ("most", most));

    /// <summary>One entity as it is in the database, all its events but those after a place looked at.</summary>
    public async Task<KeptEntity> EntityAsync(string id, long until, CancellationToken stop)
    {
        var entity = new KeptEntity(id);
        var all = await ReadAsync(
            $"SELECT MIN(sequence_number), MAX(sequence_number), COUNT(*), SUM({Length("message")}) FROM {place.Events} WHERE persistence_id = @id AND ordering <= @until",
            row => row.IsDBNull(0) ? default : (Oldest: row.GetInt64(0), Newest: row.GetInt64(1), Count: row.GetInt64(2), Bytes: Convert.ToInt64(row.GetValue(3), CultureInfo.InvariantCulture)),
            null, stop, ("id", id), ("until", until)).ConfigureAwait(false);
        if (all is [{ Count: > 0 } events])
        {
            entity.Add(events.Newest, new KeptEvents(events.Count, events.Bytes + (events.Count * RowOverhead)));
            entity.Add(events.Oldest, default);
        }

        foreach (var snapshot in await ReadAsync(
            $"SELECT sequence_number, created, {Length("snapshot")} FROM {place.Snapshots} WHERE persistence_id = @id ORDER BY sequence_number",
            row => Snapshot(row, 0), null, stop, ("id", id)).ConfigureAwait(false))
        {
            entity.Add(snapshot);
        }

        return entity;
    }

    /// <summary>
    /// Deletes the oldest of an entity's events before a snapshot, and when none is left there, its snapshots before that one; in
    /// one transaction, so that at any time each kept event has a snapshot before it, or is one of all there ever were.
    /// </summary>
    /// <returns>What was deleted; null: nothing may be, since the snapshot isn't there, or no event after it, or somebody else is at it.</returns>
    public async Task<Deleted?> DeleteAsync(string id, long before, int mostEvents, long mostBytes, CancellationToken stop)
    {
        var transaction = await connection.BeginTransactionAsync(stop).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if ((place.IsPostgres && await ScalarAsync($"SELECT pg_try_advisory_xact_lock(hashtext('{place.Events}'))", transaction, stop).ConfigureAwait(false) is not true)
                || await ScalarAsync(
                    $"SELECT 1 FROM {place.Snapshots} s WHERE persistence_id = @id AND sequence_number = @before AND EXISTS (SELECT 1 FROM {place.Events} e WHERE e.persistence_id = @id AND e.sequence_number >= @before)",
                    transaction, stop, ("id", id), ("before", before)).ConfigureAwait(false) is null)
            {
                return null;
            }

            var oldest = await ReadAsync(
                $"SELECT sequence_number, {Length("message")} FROM {place.Events} WHERE persistence_id = @id AND sequence_number < @before ORDER BY sequence_number LIMIT @most",
                row => (Sequence: row.GetInt64(0), Bytes: Convert.ToInt64(row.GetValue(1), CultureInfo.InvariantCulture) + RowOverhead),
                transaction, stop, ("id", id), ("before", before), ("most", mostEvents)).ConfigureAwait(false);
            var (count, bytes) = (0, 0L);
            while (count < oldest.Count && (count == 0 || bytes + oldest[count].Bytes <= mostBytes))
            {
                bytes += oldest[count++].Bytes;
            }

            if (count > 0)
            {
                count = await RunAsync(
                    $"DELETE FROM {place.Events} WHERE persistence_id = @id AND sequence_number < @before AND sequence_number <= @last",
                    transaction, stop, ("id", id), ("before", before), ("last", oldest[count - 1].Sequence)).ConfigureAwait(false);
            }

            var left = await ScalarAsync($"SELECT MIN(sequence_number) FROM {place.Events} WHERE persistence_id = @id", transaction, stop, ("id", id)).ConfigureAwait(false) as long? ?? before;
            var snapshots = left < before
                ? 0
                : await RunAsync($"DELETE FROM {place.Snapshots} WHERE persistence_id = @id AND sequence_number < @before", transaction, stop, ("id", id), ("before", before)).ConfigureAwait(false);
            await transaction.CommitAsync(stop).ConfigureAwait(false);
            return new Deleted(new KeptEvents(count, bytes), snapshots, oldest.Count > 0 ? oldest[0].Sequence : left, left);
        }
    }

    /// <summary>What the tables take; neither they nor their indexes are read for it but at their ends.</summary>
    public async Task<TableSizes> SizesAsync(CancellationToken stop)
    {
        var ends = await ReadAsync(
            $"SELECT (SELECT MIN(created) FROM {place.Events}), (SELECT MAX(created) FROM {place.Events})",
            row => row.IsDBNull(0) ? (0, 0) : (row.GetInt64(0), row.GetInt64(1)), null, stop).ConfigureAwait(false);
        var (oldest, newest) = ends[0];
        if (place.IsPostgres)
        {
            var size = (long)(await ScalarAsync($"SELECT pg_total_relation_size('{place.Events}') + pg_total_relation_size('{place.Snapshots}')", null, stop).ConfigureAwait(false))!;
            return new TableSizes(size, null, false, oldest, newest);
        }

        var page = await PragmaAsync("page_size", stop).ConfigureAwait(false);
        return new TableSizes(
            page * await PragmaAsync("page_count", stop).ConfigureAwait(false), page * await PragmaAsync("freelist_count", stop).ConfigureAwait(false),
            await PragmaAsync("auto_vacuum", stop).ConfigureAwait(false) != 0, oldest, newest);
    }

    /// <summary>Gives free pages of SQLite's file back to the file system.</summary>
    /// <param name="most">Bytes.</param>
    /// <param name="stop">Stops it.</param>
    public async Task GiveBackAsync(long most, CancellationToken stop)
    {
        var pages = most / await PragmaAsync("page_size", stop).ConfigureAwait(false);
        // It has a row for each page, and gives that back when the row is read.
        await ReadAsync(string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({pages})"), _ => 0, null, stop).ConfigureAwait(false);
    }

    private async Task<long> PragmaAsync(string name, CancellationToken stop) => (long)(await ScalarAsync("PRAGMA " + name, null, stop).ConfigureAwait(false))!;

    private static KeptSnapshot Snapshot(DbDataReader row, int from) =>
        new(row.GetInt64(from), row.GetInt64(from + 1), Convert.ToInt64(row.GetValue(from + 2), CultureInfo.InvariantCulture) + RowOverhead);

    private async Task<List<T>> ReadAsync<T>(string sql, Func<DbDataReader, T> read, DbTransaction? transaction, CancellationToken stop, params (string Name, object Value)[] values)
    {
        var command = connection.Command(sql, transaction, values);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var rows = new List<T>();
                while (await reader.ReadAsync(stop).ConfigureAwait(false))
                {
                    rows.Add(read(reader));
                }

                return rows;
            }
        }
    }

    private Task<object?> ScalarAsync(string sql, DbTransaction? transaction, CancellationToken stop, params ReadOnlySpan<(string Name, object Value)> values) =>
        connection.Command(sql, transaction, values).ScalarAsync(stop);

    private Task<int> RunAsync(string sql, DbTransaction? transaction, CancellationToken stop, params ReadOnlySpan<(string Name, object Value)> values) =>
        connection.Command(sql, transaction, values).RunAsync(stop);
}
