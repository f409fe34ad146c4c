using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Analyzer.Node.Retention;
using Analyzer.Node.Tests.Http;
using Analyzer.Node.Tests.Storage;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Tests.Retention;

/// <summary>An analyzer, a process of its own, that is killed while it prunes.</summary>
public sealed class KilledAnalyzerTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private const int Spans = 8;
    private const int Events = 2500;

    private readonly string _folder = Directory.CreateTempSubdirectory("killed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, OnSqlite, OnPostgres]
    public async Task Whenever_it_is_killed_nothing_is_missed_and_the_next_one_goes_on(StoreKind kind)
    {
        var storage = kind == StoreKind.Sqlite ? StoredSystem.OfSqlite(_folder) : StoredSystem.OfPostgres(await postgres.DatabaseAsync());
        var section = kind == StoreKind.Sqlite ? $"file = \"{_folder}/skydive.db\"" : $"provider = postgresql, connection-string = \"{storage.ConnectionString}\"";
        var journal = new PrunedJournal(JournalPlace.Flows(storage));
        using (var system = Open(storage))
        {
            JournalPrunerTests.Fill(system, journal, Spans, Events);
            system.SaveEvents("flows-3", [new Shared.Messages.Flows.FlowsUpdated { At = 1 }]);
        }

        await journal.AgeAsync();
        var all = await journal.NumberAsync("SELECT COUNT(*) FROM {events}");
        all.ShouldBe((Spans * Events) + 1);
        // Less each time, and killed each time as soon as anything is gone.
        var before = all;
        for (var kills = 0; kills < 2; kills++)
        {
            using var analyzer = await ProcessAsync(section);
            var now = before;
            while ((now = await journal.NumberAsync("SELECT COUNT(*) FROM {events}")) == before)
            {
                analyzer.Process.HasExited.ShouldBeFalse();
                await Task.Delay(2);
            }

            analyzer.Process.Kill();
            await analyzer.Process.WaitForExitAsync();
            now.ShouldBeLessThan(before);
            await journal.ShouldBeUnbrokenAsync();
            before = await journal.NumberAsync("SELECT COUNT(*) FROM {events}");
            before.ShouldBeGreaterThan(2, "killed too late");
            using var system = Open(storage);
            JournalPrunerTests.Flows(system).ShouldBe(JournalPrunerTests.Expected(Spans * Events), ignoreOrder: true);
        }

        using var last = await ProcessAsync(section);
        await journal.UntilAsync("SELECT COUNT(*) FROM {events}", 2);
        await journal.UntilAsync("SELECT COUNT(*) FROM {snapshots}", 1);
        await journal.ShouldBeWholeAsync();
        await RunningAnalyzer.UntilAsync("ready", async () => await last.IsReadyAsync());
        using var answer = await last.Http.PostAsJsonAsync("/api/topology", new { GremlinQuery = "G.Flows().Sum('Metric.ABPackets')" });
        var sum = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        sum.GetValue<double>().ShouldBe(JournalPrunerTests.Expected(Spans * Events).Sum(flow => flow.Packets));
    }

    private StoredSystem Open(StorageOptions storage) => storage.Provider == StorageProvider.Sqlite ? StoredSystem.Sqlite(_folder) : StoredSystem.Postgres(storage.ConnectionString);

    private async Task<Running> ProcessAsync(string storage)
    {
        var (remoting, http) = (FreePort(), FreePort());
        var file = Path.Combine(_folder, "skydive.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
            skydive {
              host-id = analyzer
              log.level = warning
              analyzer {
                remoting.port = {{remoting}}
                http.port = {{http}}
                console.port = 0
                storage { {{storage}}, flows-retention.size = 1 }
              }
            }
            """));
        var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Analyzer.Node.dll"), "run", "--config", file]) { WorkingDirectory = _folder })!;
        return new Running(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{http}") });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Running(Process Process, HttpClient Http) : IDisposable
    {
        public async Task<bool> IsReadyAsync()
        {
            try
            {
                using var answer = await Http.GetAsync("/health/ready");
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        public void Dispose()
        {
            Process.Kill();
            Process.WaitForExit();
            Process.Dispose();
            Http.Dispose();
        }
    }
}
