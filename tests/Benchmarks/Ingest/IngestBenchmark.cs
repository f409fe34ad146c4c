using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Benchmarks.Ingest;

/// <summary>
/// What an analyzer takes in: the updates of half a million live flows, told by two agents, processes of their own, into
/// PostgreSQL, for a minute; beside what COPY takes of the same bytes in the same run, and with <c>--retention</c> twice more while
/// a gigabyte of older events is pruned: at its ease, since they are old, and in a hurry, since there are too many. With
/// <c>--export</c> once more while each update is exported as IPFIX, to a socket that nobody reads.
/// </summary>
internal static class IngestBenchmark
{
    private const int FlowsOfAgent = 250_000;

    /// <summary>Until PostgreSQL has made the files of its log, which COPY then writes anew as well.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    internal static async Task<int> RunAsync(string[] arguments)
    {
        var seconds = arguments.FirstOrDefault() is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 60;
        using var postgres = PostgresServer.Start();
        var plain = await MeasureAsync(postgres.ConnectionString, seconds, retention: "");
        var (bytes, stored, copied) = await postgres.CopyAsync();
        var bytesOfUpdate = bytes / (double)plain.Told;
        var copyRate = bytes / bytesOfUpdate / copied.TotalSeconds;
        var table = new Table().AddColumns("ingest", "");
        Row("updates stored a second", $"{plain.Rate:N0}");
        Row("COPY BINARY of the same bytes, as updates a second", $"{copyRate:N0}");
        Row("of COPY's", $"{plain.Rate / copyRate:0.00} x");
        Row("bytes of an update in the journal", $"{bytesOfUpdate:0.0} ({stored:N0} events)");
        Row("CPU seconds per million updates, analyzer", $"{plain.Cpu / plain.Updates * 1e6:0.00}");
        Row("the same, agents and what made the flows up", $"{plain.AgentCpu / plain.Updates * 1e6:0.00}");
        Row("analyzer resident, MiB", $"{string.Join(", ", plain.Memory)}");
        Row("flows and counters at the end", $"{plain.Exact}");
        var isExact = plain.IsExact;
        if (arguments.Contains("--retention"))
        {
            foreach (var (why, limit) in new[] { ("age", "age = 1h, size = 0"), ("size", "size = 1 MiB") })
            {
                var pruned = await MeasureAsync(await postgres.DatabaseAsync(why), seconds, limit);
                isExact &= pruned.IsExact;
                Row($"updates stored a second while the journal is pruned for its {why}", $"{pruned.Rate:N0}");
                Row("of those without", $"{pruned.Rate / plain.Rate:0.00} x");
                Row("pruned meanwhile", $"{pruned.DeletedEvents:N0} events, {pruned.DeletedBytes >> 20:N0} MiB");
                Row("flows and counters at the end", $"{pruned.Exact}");
            }
        }

        if (arguments.Contains("--export"))
        {
            using var receiver = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
            var target = string.Create(CultureInfo.InvariantCulture, $"udp://127.0.0.1:{((System.Net.IPEndPoint)receiver.Client.LocalEndPoint!).Port}");
            var exporting = await MeasureAsync(await postgres.DatabaseAsync("export"), seconds, retention: "", $"export.ipfix.targets = [\"{target}\"]");
            isExact &= exporting.IsExact;
            Row("updates stored a second while they are exported", $"{exporting.Rate:N0}");
            Row("of those without", $"{exporting.Rate / plain.Rate:0.00} x");
            Row("CPU seconds per million updates, analyzer", $"{exporting.Cpu / exporting.Updates * 1e6:0.00}");
            Row("records sent meanwhile, and not, for want of room", $"{exporting.Sent:N0}, {exporting.Unsent:N0}");
            Row("flows and counters at the end", $"{exporting.Exact}");
        }

        AnsiConsole.Write(table);
        return isExact ? 0 : 1;

        void Row(string what, FormattableString value) => table.AddRow(what, Markup.Escape(value.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>One run, on an empty database, or on one with much in its journal and retention that lets all of it go.</summary>
    private static async Task<Measured> MeasureAsync(string connectionString, int seconds, string retention, string more = "")
    {
        using var analyzer = await AnalyzerProcess.StartAsync($"provider = postgresql, connection-string = \"{connectionString}\"{(retention.Length > 0 ? $", flows-retention {{ {retention} }}" : "")}", more);
        if (retention.Length > 0)
        {
            await PostgresServer.FillAsync(connectionString);
        }

        List<AgentProcess> agents = [AgentProcess.Start("agent1", analyzer.Remoting, FlowsOfAgent), AgentProcess.Start("agent2", analyzer.Remoting, FlowsOfAgent)];
        await Task.Delay(WarmUp);
        var (eventsBefore, bytesBefore) = await analyzer.DeletedAsync();
        var (sentBefore, unsentBefore) = await analyzer.ExportedAsync();
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
        var (events, bytes) = await analyzer.DeletedAsync();
        var (sent, unsent) = await analyzer.ExportedAsync();
        var ends = await Task.WhenAll(agents.Select(agent => agent.EndAsync()));
        return new Measured(updates, rate, cpu, agentCpu, memory, ends.Sum(end => end.Told), await CheckAsync(analyzer, ends), events - eventsBefore, bytes - bytesBefore, sent - sentBefore, unsent - unsentBefore);
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

    private sealed record Measured(
        long Updates, double Rate, double Cpu, double AgentCpu, IReadOnlyList<long> Memory, long Told, string Exact, long DeletedEvents, long DeletedBytes, long Sent, long Unsent)
    {
        public bool IsExact => Exact.StartsWith("exact", StringComparison.Ordinal);
    }
}
