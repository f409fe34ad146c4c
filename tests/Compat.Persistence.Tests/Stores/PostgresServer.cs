using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Compat.Persistence.Tests.Stores;

/// <summary>
/// A PostgreSQL server of the tests' own: a fresh cluster in a temporary directory, on a port of loopback. PostgreSQL refuses to
/// run as root, so a test run as root starts it as the user postgres.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"postgres-{Guid.NewGuid():N}");
    private readonly string _binaries = FindBinaries();
    private readonly int _port = FreePort();

    private string Data => Path.Combine(_directory, "data");

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Maximum Pool Size=20";

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_directory);
        if (IsRoot)
            await Run("chown", "postgres", _directory);
        await RunAsPostgres(Path.Combine(_binaries, "initdb"), "-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
        await Start();
    }

    public async Task DisposeAsync()
    {
        await Stop();
        await Run("rm", "-rf", _directory);
    }

    /// <summary>Starts the server; returns when it takes connections.</summary>
    public Task Start() => RunAsPostgres(
        Path.Combine(_binaries, "pg_ctl"), "-D", Data, "-w", "-t", "60", "-l", Path.Combine(_directory, "log"),
        "-o", $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_directory}", "start");

    /// <summary>Stops the server at once, as a crash would.</summary>
    public Task Stop() => RunAsPostgres(Path.Combine(_binaries, "pg_ctl"), "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>A new empty database.</summary>
    public async Task<string> CreateDatabase()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string FindBinaries()
    {
        var found = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max(StringComparer.Ordinal)
            : null;
        return found ?? throw new InvalidOperationException("These tests need PostgreSQL's server: no /usr/lib/postgresql/*/bin/initdb here. Install the package postgresql.");
    }

    private static int FreePort()
    {
        for (var port = 24000 + Random.Shared.Next(900); port < 25000; port++)
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }

        throw new InvalidOperationException("No free port from 24000 to 24999.");
    }

    private static Task RunAsPostgres(string program, params string[] arguments) =>
        IsRoot ? Run("runuser", ["-u", "postgres", "--", program, .. arguments]) : Run(program, arguments);

    private static async Task Run(string program, params string[] arguments)
    {
        // Not redirected: the server would inherit the pipes, and reading them would never end.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

}
