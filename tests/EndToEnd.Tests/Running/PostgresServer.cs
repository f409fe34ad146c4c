using System.Globalization;
using Lab.Cluster;

namespace EndToEnd.Tests.Running;

/// <summary>A PostgreSQL of the tests' own in a temporary folder, reached by its unix socket, which all lab hosts share through the file system.</summary>
internal sealed class PostgresServer
{
    private const int Port = 24999;
    private readonly string _folder;

    private PostgresServer(string folder) => _folder = folder;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host={_folder};Port={Port};Database=postgres;Username=postgres");

    public static async Task<PostgresServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("skydive-postgres-").FullName;
        await ExpectAsync("chown", "postgres", folder);
        var server = new PostgresServer(folder);
        await server.AsPostgresAsync("initdb", "-D", $"{folder}/data", "-A", "trust", "--no-sync");
        await server.AsPostgresAsync("pg_ctl", "-D", $"{folder}/data", "-w", "-l", $"{folder}/log", "-o", string.Create(CultureInfo.InvariantCulture, $"-k {folder} -p {Port} -c listen_addresses=''"), "start");
        return server;
    }

    public async Task StopAsync()
    {
        await AsPostgresAsync("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AsPostgresAsync(string program, params string[] arguments)
    {
        await ExpectAsync("runuser", ["-u", "postgres", "--", PostgreSql.Program(program), .. arguments]);
    }

    private static async Task ExpectAsync(string file, params string[] arguments)
    {
        var run = await Command.RunAsync(file, arguments);
        run.ExitCode.ShouldBe(0, $"{file} {string.Join(' ', arguments)}: {run.Errors}{run.Output}");
    }
}
