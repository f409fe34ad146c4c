using Analyzer.Node.Tests.Storage;

namespace Analyzer.Node.Tests.Http;

/// <summary>A whole analyzer that ends and starts again.</summary>
public sealed class RestartTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Remembered_hosts_come_back_without_their_agents(StoreKind kind)
    {
        var analyzer = kind == StoreKind.Sqlite
            ? new RunningAnalyzer()
            : new RunningAnalyzer($"provider = postgresql, connection-string = \"{await postgres.DatabaseAsync()}\"");
        await analyzer.InitializeAsync();
        try
        {
            await analyzer.StopAsync();
            await analyzer.StartAsync();
            // Nobody asks for the host: its entity starts because it's remembered.
            await RunningAnalyzer.UntilAsync("the host", async () =>
                (await analyzer.SendAsync(HttpMethod.Get, "/api/status")).Body!["Agents"]!["agent1"] is not null);
        }
        finally
        {
            await analyzer.DisposeAsync();
        }
    }
}
