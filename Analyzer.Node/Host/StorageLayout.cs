using System.Data.Common;
using System.Globalization;
using Analyzer.Node.Logging;
using Analyzer.Node.Retention;
using Microsoft.Extensions.Logging;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Host;

/// <summary>
/// Has the database laid out before the first entity recovers from it: SQLite's files give back what's freed in them, and flows
/// that an earlier version kept in the topology's journal are moved to their own. That takes as long as copying them; it's all
/// or nothing, and where both journals have flows it's refused, since then neither is the whole truth.
/// </summary>
internal sealed class StorageLayout(StorageOptions storage, ILogger log, IHostApplicationLifetime lifetime) : IHostedService
{
    private const int MostPartitions = 1024;
    private const string EventColumns = "created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid";
    private const string SnapshotColumns = "persistence_id, sequence_number, created, snapshot, manifest, serializer_id";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(5);

    private readonly JournalPlace _topology = JournalPlace.Topology(storage);
    private readonly JournalPlace _flows = JournalPlace.Flows(storage);
    private readonly CancellationTokenSource _stop = new();

    private string Schema => _flows.IsPostgres ? "" : "flows.";

    private string Ours => _flows.IsPostgres ? "persistence_id = ANY(@ids)" : "persistence_id >= 'flows-' AND persistence_id < 'flows.'";

    /// <exception cref="SkydiveConfigException">Both journals have flows.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryAsync(PrepareAsync, cancellationToken).ConfigureAwait(false))
        {
            _ = LookLaterAsync();
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

    /// <summary>Does it; nothing where nothing is to be done.</summary>
    public async Task PrepareAsync(CancellationToken stop)
    {
        var connection = await _topology.OpenAsync(stop).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            if (!_flows.IsPostgres)
            {
                await GiveBackAsync(_topology, stop).ConfigureAwait(false);
                await GiveBackAsync(_flows, stop).ConfigureAwait(false);
                await RunAsync(connection, null, $"ATTACH '{_flows.ConnectionString["Data Source=".Length..].Replace("'", "''", StringComparison.Ordinal)}' AS flows").ConfigureAwait(false);
            }

            if (await HasFlowsAsync(connection, null, _topology.Events, _topology.Snapshots).ConfigureAwait(false))
            {
                try
                {
                    await MoveAsync(connection).ConfigureAwait(false);
                }
                catch (DbException e)
                {
                    throw new SkydiveConfigException("skydive.analyzer.storage", null, $"has an earlier version's flows that can't be moved to {_flows.Events}, and is as it was: {e.Message}", e);
                }
            }
        }
    }

    // Without a database there's nothing an entity could recover from either: the analyzer says so, and waits for it.
    private static async Task<bool> TryAsync(Func<CancellationToken, Task> attempt, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            await attempt(patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not SkydiveConfigException && !stop.IsCancellationRequested)
        {
            return false;
        }
    }

    // Entities may have begun to write by then, so nothing is moved any more.
    private async Task LookLaterAsync()
    {
        var found = false;
        while (!await TryAsync(LookAsync, _stop.Token).ConfigureAwait(false))
        {
            await Task.Delay(RetryEvery, _stop.Token).ConfigureAwait(false);
        }

        if (found)
        {
            log.FlowsOfEarlierVersion(_topology.Events);
            lifetime.StopApplication();
        }

        async Task LookAsync(CancellationToken stop)
        {
            var connection = await _topology.OpenAsync(stop).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                found = await HasFlowsAsync(connection, null, _topology.Events, _topology.Snapshots).ConfigureAwait(false);
            }
        }
    }

    // It's a property of the file that only an empty one takes as it is.
    private static async Task GiveBackAsync(JournalPlace place, CancellationToken stop)
    {
        var connection = await place.OpenAsync(stop).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            if (await NumberAsync(connection, null, "SELECT COUNT(*) FROM sqlite_master").ConfigureAwait(false) == 0)
            {
                await RunAsync(connection, null, "PRAGMA auto_vacuum = INCREMENTAL").ConfigureAwait(false);
                await RunAsync(connection, null, "VACUUM").ConfigureAwait(false);
            }
        }
    }

    private async Task MoveAsync(DbConnection connection)
    {
        log.FlowsMove(_topology.Events, _flows.Events);
        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await MakeTablesAsync(connection, transaction).ConfigureAwait(false);
            if (await HasFlowsAsync(connection, transaction, Schema + _flows.Events, Schema + _flows.Snapshots).ConfigureAwait(false))
            {
                throw new SkydiveConfigException("skydive.analyzer.storage", null, string.Create(CultureInfo.InvariantCulture,
                    $"has flows in two places, in {_topology.Events} and {_topology.Snapshots} as an earlier version kept them, and in {_flows.Events} and {_flows.Snapshots}: stop all analyzers of the earlier version, and delete the rows whose persistence_id begins with 'flows-' from the two tables you don't want to keep"));
            }

            var events = await RunAsync(connection, transaction, $"INSERT INTO {Schema}{_flows.Events} ({EventColumns}) SELECT {EventColumns} FROM {_topology.Events} WHERE {Ours} ORDER BY ordering").ConfigureAwait(false);
            var snapshots = await RunAsync(connection, transaction, $"INSERT INTO {Schema}{_flows.Snapshots} ({SnapshotColumns}) SELECT {SnapshotColumns} FROM {_topology.Snapshots} WHERE {Ours}").ConfigureAwait(false);
            await RunAsync(connection, transaction, $"DELETE FROM {_topology.Events} WHERE {Ours}").ConfigureAwait(false);
            await RunAsync(connection, transaction, $"DELETE FROM {_topology.Snapshots} WHERE {Ours}").ConfigureAwait(false);
            await transaction.CommitAsync().ConfigureAwait(false);
            log.FlowsMoved(events, snapshots, _flows.Events);
        }
    }

    // As the topology's are; the plugin adds the indexes when it starts.
    private async Task MakeTablesAsync(DbConnection connection, DbTransaction transaction)
    {
        foreach (var (of, name, key) in new[] { (_topology.Events, _flows.Events, "ordering"), (_topology.Snapshots, _flows.Snapshots, "persistence_id, sequence_number") })
        {
            if (_flows.IsPostgres)
            {
                await RunAsync(connection, transaction, $"CREATE TABLE IF NOT EXISTS {name} (LIKE {of} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING STORAGE, CONSTRAINT \"PK_{name}\" PRIMARY KEY ({key}))").ConfigureAwait(false);
                continue;
            }

            var made = await ScalarAsync(connection, transaction, $"SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = '{of}'").ConfigureAwait(false) as string ?? "";
            var make = made.Replace($"CREATE TABLE [{of}]", $"CREATE TABLE IF NOT EXISTS flows.[{name}]", StringComparison.Ordinal).Replace($"[PK_{of}]", $"[PK_{name}]", StringComparison.Ordinal);
            await RunAsync(connection, transaction, make).ConfigureAwait(false);
        }
    }

    private async Task<bool> HasFlowsAsync(DbConnection connection, DbTransaction? transaction, string events, string snapshots)
    {
        foreach (var table in new[] { events, snapshots })
        {
            var exists = _flows.IsPostgres
                ? await NumberAsync(connection, transaction, $"SELECT (to_regclass('{table}') IS NOT NULL)::int").ConfigureAwait(false)
                : await NumberAsync(connection, transaction, $"SELECT COUNT(*) FROM {(table.StartsWith(Schema, StringComparison.Ordinal) ? Schema : "main.")}sqlite_master WHERE name = '{table.Split('.')[^1]}'").ConfigureAwait(false);
            if (exists > 0 && await ScalarAsync(connection, transaction, $"SELECT 1 FROM {table} WHERE {Ours} LIMIT 1").ConfigureAwait(false) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<long> NumberAsync(DbConnection connection, DbTransaction? transaction, string sql) =>
        Convert.ToInt64(await ScalarAsync(connection, transaction, sql).ConfigureAwait(false), CultureInfo.InvariantCulture);

    private static Task<object?> ScalarAsync(DbConnection connection, DbTransaction? transaction, string sql) => Command(connection, transaction, sql).ScalarAsync();

    private static Task<int> RunAsync(DbConnection connection, DbTransaction? transaction, string sql) => Command(connection, transaction, sql).RunAsync();

    // All of a database may have to be moved: however long that takes.
    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, string sql)
    {
        var command = sql.Contains("@ids", StringComparison.Ordinal)
            ? connection.Command(sql, transaction, ("ids", Enumerable.Range(0, MostPartitions).Select(partition => string.Create(CultureInfo.InvariantCulture, $"flows-{partition}")).ToArray()))
            : connection.Command(sql, transaction);
        command.CommandTimeout = 0;
        return command;
    }
}
