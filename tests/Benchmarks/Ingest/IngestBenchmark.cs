using System.Diagnostics;
using System.Globalization;
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
        using var analyzer = await AnalyzerProcess.StartAsync($"provider = postgresql, connection-string = \"{postgres.ConnectionString}\"");
        List<AgentProcess> agents = [AgentProcess.Start("agent1", analyzer.Remoting, FlowsOfAgent), AgentProcess.Start("agent2", analyzer.Remoting, FlowsOfAgent)];
        await Task.Delay(WarmUp);
        var clock = Stopwatch.StartNew();
        var before = agents.Sum(agent => agent.Delivered);
        var (cpuBefore, agentsBefore) = (analyzer.Cpu, agents.Sum(agent => agent.Cpu));
        var memory = new List<long>();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            await Task.Delay(Look);
            memory.Add(analyzer.Resident >> 20);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0} s: {(agents.Sum(agent => agent.Delivered) - before) / clock.Elapsed.TotalSeconds:0} updates/s, analyzer {memory[^1]} MiB"));
        }

        var updates = agents.Sum(agent => agent.Delivered) - before;
        var rate = updates / clock.Elapsed.TotalSeconds;
        var (cpu, agentCpu) = (analyzer.Cpu - cpuBefore, agents.Sum(agent => agent.Cpu) - agentsBefore);
        var ends = await Task.WhenAll(agents.Select(agent => agent.EndAsync()));
        var exact = await CheckAsync(analyzer, ends);
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

    private static async Task<string> CheckAsync(AnalyzerProcess analyzer, AgentEnd[] ends)
    {
        var flows = await analyzer.NumberAsync("G.Flows().Count()");
        var packets = await analyzer.NumberAsync("G.Flows().Sum('Metric.ABPackets')") + await analyzer.NumberAsync("G.Flows().Sum('Metric.BAPackets')");
        // Each round is a packet each way in each flow: as many as were told.
        var expected = 2 * ends.Sum(end => end.Told);
        return flows == 2 * FlowsOfAgent && packets == expected && ends.All(end => end.Dropped == 0)
            ? string.Create(CultureInfo.InvariantCulture, $"exact: {flows:N0} flows, {packets:N0} packets")
            : string.Create(CultureInfo.InvariantCulture, $"WRONG: {flows:N0} flows of {2 * FlowsOfAgent:N0}, {packets:N0} packets of {expected:N0}, {ends.Sum(end => end.Dropped):N0} updates dropped");
    }
}
