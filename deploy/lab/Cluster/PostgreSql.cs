using System.Diagnostics;
using System.Globalization;
using Lab.Hosts;

namespace Lab.Cluster;

/// <summary>
/// PostgreSQL on a machine of its own, its data in that machine's memory: what a lab stores goes with it. Whoever is on the underlay may
/// connect, which nobody else reaches.
/// </summary>
internal static class PostgreSql
{
    /// <summary>Where its data lies, on its machine.</summary>
    public const string Data = "/run/postgresql-data";

    private const int Port = 5432;
    private const int DataMiB = 1024;

    public static string? Missing => Binaries() is null ? "PostgreSQL's server (Debian: postgresql)" : null;

    public static string ConnectionString(string address) =>
        string.Create(CultureInfo.InvariantCulture, $"Host={address};Port={Port};Database=postgres;Username=postgres;Timeout=5");

    /// <summary>Makes the database and starts it.</summary>
    public static async Task CreateAsync(LabHost host, string address, CancellationToken cancel)
    {
        await host.RunAsync(["sh", "-c", string.Create(CultureInfo.InvariantCulture,
            $"mkdir -p {Data} && mount -t tmpfs -o size={DataMiB}m lab {Data} && chown postgres: {Data} && chmod 700 {Data}")], cancel);
        await AsPostgresAsync(host, ["initdb", "-D", Data, "-A", "trust", "-E", "UTF8", "--no-sync"], cancel);
        await host.RunAsync(["sh", "-c", $"echo 'host all all {Subnet(address)} trust' >>{Data}/pg_hba.conf"], cancel);
        await StartAsync(host, address, cancel);
    }

    /// <summary>Starts it again, after whatever end.</summary>
    public static Task StartAsync(LabHost host, string address, CancellationToken cancel) => AsPostgresAsync(
        host,
        ["pg_ctl", "-D", Data, "-w", "-l", $"{Data}/log", "-o",
            string.Create(CultureInfo.InvariantCulture, $"-k {Data} -p {Port} -c listen_addresses={address} -c max_connections=300 -c shared_buffers=64MB -c max_wal_size=256MB"), "start"],
        cancel);

    /// <summary>Ends it in order.</summary>
    public static Task StopAsync(LabHost host, CancellationToken cancel) => AsPostgresAsync(host, ["pg_ctl", "-D", Data, "-m", "fast", "-w", "stop"], cancel);

    /// <summary>Its first process and all others; none when it doesn't run.</summary>
    public static IReadOnlyList<int> Processes(LabHost host) => host.Processes("postgres");

    /// <summary>Runs a statement; its rows, a line each.</summary>
    public static Task<string> QueryAsync(LabHost host, string sql, CancellationToken cancel) =>
        AsPostgresAsync(host, ["psql", "-h", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-Atc", sql], cancel);

    private static Task<string> AsPostgresAsync(LabHost host, IReadOnlyList<string> command, CancellationToken cancel) =>
        host.RunAsync(["runuser", "-u", "postgres", "--", Program(command[0]), .. command.Skip(1)], cancel);

    /// <summary>Where one of the server's programs lies on this machine.</summary>
    /// <exception cref="LabException">It isn't installed.</exception>
    public static string Program(string name) => Path.Combine(Binaries() ?? throw new LabException($"the lab needs {Missing}"), name);

    private static string Subnet(string address) => address[..address.LastIndexOf('.')] + ".0/24";

    private static string? Binaries() => !Directory.Exists("/usr/lib/postgresql")
        ? null
        : Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max(StringComparer.Ordinal);
}
