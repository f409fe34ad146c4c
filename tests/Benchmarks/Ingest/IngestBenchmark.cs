using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cli.Client;
using Spectre.Console;

namespace Benchmarks.Ingest;

/// <summary>
/// What an analyzer takes in: the updates of half a million live flows, told by two agents, processes of their own, into
/// PostgreSQL, for a minute; beside what COPY takes of the same bytes in the same run.
/// </summary>
internal static class IngestBenchmark
{
    private const int FlowsOfAgent = 250_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    internal static async Task<int> RunAsync(string[] arguments)
    {
        var seconds = arguments is [var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 60;
        using var postgres = PostgresServer.Start();
        var folder = Directory.CreateTempSubdirectory("skydive-ingest-").FullName;
        var (remoting, http) = (FreePort(), FreePort());
        using var analyzer = StartAnalyzer(folder, remoting, http, postgres.ConnectionString);
        try
        {
            return await RunAsync(seconds, postgres, analyzer, remoting, http);
        }
        finally
        {
            analyzer.Kill();
            await analyzer.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(int seconds, PostgresServer postgres, Process analyzer, int remoting, int http)
    {
        using var client = new SkydiveClient(new Uri($"http://127.0.0.1:{http}"));
        while (!await client.IsReadyAsync(CancellationToken.None))
        {
            await Task.Delay(200);
        }

        List<AgentProcess> agents = [AgentProcess.Start("agent1", remoting, FlowsOfAgent), AgentProcess.Start("agent2", remoting, FlowsOfAgent)];
        await Task.Delay(WarmUp);
        var clock = Stopwatch.StartNew();
        var before = agents.Sum(agent => agent.Delivered);
        var (cpuBefore, agentsBefore) = (Cpu(analyzer), agents.Sum(agent => agent.Cpu));
        var memory = new List<long>();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            await Task.Delay(Look);
            analyzer.Refresh();
            memory.Add(analyzer.WorkingSet64 >> 20);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0} s: {(agents.Sum(agent => agent.Delivered) - before) / clock.Elapsed.TotalSeconds:0} updates/s, analyzer {memory[^1]} MiB"));
        }

        var updates = agents.Sum(agent => agent.Delivered) - before;
        var rate = updates / clock.Elapsed.TotalSeconds;
        var (cpu, agentCpu) = (Cpu(analyzer) - cpuBefore, agents.Sum(agent => agent.Cpu) - agentsBefore);
        var ends = await Task.WhenAll(agents.Select(agent => agent.EndAsync()));
        var exact = await CheckAsync(client, ends);
        var (bytes, stored, copied) = await postgres.CopyAsync();
        var told = ends.Sum(end => end.Told);
        var bytesOfUpdate = bytes / (double)told;
        var copyRate = bytes / bytesOfUpdate / copied.TotalSeconds;
        var table = new Table().AddColumns("ingest", "");
        Row("updates stored a second", $"{rate:N0}");
        Row("COPY BINARY of the same bytes, as updates a second", $"{copyRate:N0}");
        Row("of COPY's", $"{rate / copyRate:0.00} x");
        Row("bytes of an update in the journal", $"{bytesOfUpdate:0.0} ({stored:N0} events)");
        Row("CPU seconds per million updates, analyzer", $"{cpu / updates * 1e6:0.00}");
        Row("the same, agents and what made the flows up", $"{agentCpu / updates * 1e6:0.00}");
        Row("analyzer resident, MiB", $"{string.Join(", ", memory)}");
        Row("flows and counters at the end", $"{exact}");
        AnsiConsole.Write(table);
        return exact.StartsWith("exact", StringComparison.Ordinal) ? 0 : 1;

        void Row(string what, FormattableString value) => table.AddRow(what, Markup.Escape(value.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<string> CheckAsync(SkydiveClient client, AgentEnd[] ends)
    {
        var flows = (long)await client.QueryAsync("G.Flows().Count()", CancellationToken.None);
        var packets = (long)await client.QueryAsync("G.Flows().Sum('Metric.ABPackets')", CancellationToken.None) + (long)await client.QueryAsync("G.Flows().Sum('Metric.BAPackets')", CancellationToken.None);
        // Each round is a packet each way in each flow: as many as were told.
        var expected = 2 * ends.Sum(end => end.Told);
        return flows == 2 * FlowsOfAgent && packets == expected && ends.All(end => end.Dropped == 0)
            ? string.Create(CultureInfo.InvariantCulture, $"exact: {flows:N0} flows, {packets:N0} packets")
            : string.Create(CultureInfo.InvariantCulture, $"WRONG: {flows:N0} flows of {2 * FlowsOfAgent:N0}, {packets:N0} packets of {expected:N0}, {ends.Sum(end => end.Dropped):N0} updates dropped");
    }

    private static Process StartAnalyzer(string folder, int remoting, int http, string connection)
    {
        var file = Path.Combine(folder, "skydive.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture,
            $$"""
            skydive {
              host-id = analyzer
              log.level = warning
              analyzer {
                remoting { host = "127.0.0.1", port = {{remoting}} }
                http.port = {{http}}
                console.port = 0
                storage { provider = postgresql, connection-string = "{{connection}}" }
              }
            }
            """));
        return Process.Start(new ProcessStartInfo("dotnet", [Programs.Of("Analyzer.Node"), "run", "--config", file]))!;
    }

    private static double Cpu(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
