using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Benchmarks.Ingest;

/// <summary>A PostgreSQL of the benchmark's own in a temporary folder, with the settings it comes with.</summary>
internal sealed class PostgresServer : IDisposable
{
    private const int Port = 24998;
    private readonly string _folder;

    private PostgresServer(string folder) => _folder = folder;

    internal string ConnectionString => In("postgres");

    private string In(string database) => string.Create(CultureInfo.InvariantCulture, $"Host={_folder};Port={Port};Database={database};Username=postgres");

    internal static PostgresServer Start()
    {
        var folder = Directory.CreateTempSubdirectory("skydive-postgres-").FullName;
        Run("chown", "postgres", folder);
        var server = new PostgresServer(folder);
        AsPostgres("initdb", "-D", $"{folder}/data", "-A", "trust", "--no-sync");
        AsPostgres("pg_ctl", "-D", $"{folder}/data", "-w", "-l", $"{folder}/log", "-o", string.Create(CultureInfo.InvariantCulture, $"-k {folder} -p {Port} -c listen_addresses=''"), "start");
        return server;
    }

    /// <summary>A second database.</summary>
    internal async Task<string> DatabaseAsync(string name)
    {
        await RunAsync(ConnectionString, $"CREATE DATABASE {name}");
        return In(name);
    }

    /// <summary>Puts a gigabyte of events into a database's flows journal, two hours old, with snapshots that stand for them.</summary>
    internal static Task FillAsync(string connectionString) => RunAsync(connectionString, """
        INSERT INTO journal_flows (created, deleted, persistence_id, sequence_number, message, manifest, identifier)
          SELECT old.ticks, false, 'old-' || entity, sequence, bytes.message, 'flows-updated', 1001
          FROM (SELECT string_agg(decode(md5(random()::text || i), 'hex'), '') AS message FROM generate_series(1, 1750) i) bytes,
               (SELECT ((extract(epoch FROM now() - interval '2 hours') + 62135596800) * 10000000)::bigint AS ticks) old,
               generate_series(1, 16) entity, generate_series(1, 2501) sequence;
        INSERT INTO snapshot_flows (persistence_id, sequence_number, created, snapshot, manifest, serializer_id)
          SELECT persistence_id, sequence_number, created, message, 'flows-state', 1001 FROM journal_flows WHERE persistence_id LIKE 'old-%' AND sequence_number % 500 = 0;
        """);

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Copies what the flows' journal has into a table of its own: its bytes, its events, and how long it took.</summary>
    internal async Task<(long Bytes, long Events, TimeSpan Took)> CopyAsync()
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var create = source.CreateCommand("CREATE TABLE copied (id text, number bigint, event bytea, PRIMARY KEY (id, number))");
        await create.ExecuteNonQueryAsync();
        var events = new List<(string Id, long Number, byte[] Event)>();
        await using (var select = source.CreateCommand("SELECT persistence_id, sequence_number, message FROM journal_flows"))
        await using (var reader = await select.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                events.Add((reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
            }
        }

        var started = Stopwatch.GetTimestamp();
        await using var connection = await source.OpenConnectionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync("COPY copied FROM STDIN BINARY"))
        {
            foreach (var (id, number, bytes) in events)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(id, NpgsqlDbType.Text);
                await copy.WriteAsync(number, NpgsqlDbType.Bigint);
                await copy.WriteAsync(bytes, NpgsqlDbType.Bytea);
            }

            await copy.CompleteAsync();
        }

        return (events.Sum(e => (long)e.Event.Length), events.Count, Stopwatch.GetElapsedTime(started));
    }

    public void Dispose()
    {
        AsPostgres("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private static void AsPostgres(string program, params string[] arguments)
    {
        var path = Directory.EnumerateDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin", program)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"{program} is missing: install postgresql");
        Run("runuser", ["-u", "postgres", "--", path, .. arguments]);
    }

    private static void Run(string file, params string[] arguments)
    {
        using var run = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {run.ExitCode}");
        }
    }
}
