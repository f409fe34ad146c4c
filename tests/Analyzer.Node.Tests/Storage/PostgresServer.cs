using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Analyzer.Node.Tests.Storage;

/// <summary>
/// A PostgreSQL server of the tests' own: a fresh cluster in a temporary folder, started by the first test that asks for a database
/// and reached by its unix socket. PostgreSQL refuses to run as root, so tests run as root start it as the user postgres.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"postgres-{Guid.NewGuid():N}");
    private bool _made;
    private int _databases;

    /// <summary>What this machine lacks; null when it lacks nothing.</summary>
    public static string? Missing { get; } = Binaries() is null ? "needs PostgreSQL's server (no /usr/lib/postgresql/*/bin/initdb)" : null;

    private string Data => Path.Combine(_folder, "data");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (!_made)
        {
            return;
        }

        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A new empty database's connection string.</summary>
    public async Task<string> DatabaseAsync()
    {
        if (!_made)
        {
            await MakeAsync();
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"test{++_databases}");
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Starts the server; returns when it takes connections.</summary>
    public Task StartAsync() => RunAsync("pg_ctl", "-D", Data, "-w", "-t", "60", "-l", Path.Combine(_folder, "log"), "-o", $"-k {_folder} -c listen_addresses='' -c fsync=off", "start");

    /// <summary>Stops the server at once, as a crash would.</summary>
    public Task StopAsync() => RunAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    private string ConnectionString(string database) => $"Host={_folder};Username=postgres;Database={database};Maximum Pool Size=10";

    private async Task MakeAsync()
    {
        Directory.CreateDirectory(_folder);
        if (Environment.UserName == "root")
        {
            await Processes.RunAsync("chown", "postgres", _folder);
        }

        await RunAsync("initdb", "-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
        await StartAsync();
        _made = true;
    }

    private static Task RunAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Binaries()!, program);
        return Environment.UserName == "root" ? Processes.RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : Processes.RunAsync(path, arguments);
    }

    private static string? Binaries() => !Directory.Exists("/usr/lib/postgresql")
        ? null
        : Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max(StringComparer.Ordinal);
}

/// <summary>Programs that a test runs to their end.</summary>
internal static class Processes
{
    public static async Task RunAsync(string program, params string[] arguments)
    {
        // Not redirected to pipes: a server started this way would inherit them, and reading them would never end.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}");
    }
}
