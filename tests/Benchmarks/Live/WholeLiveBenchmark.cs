using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Benchmarks.Flows;
using Lab.Hosts;
using Spectre.Console;

namespace Benchmarks.Live;

/// <summary>
/// Live captures from the wire to the analyzer's answer: frames blasted at a steady rate over a veth pair, an agent as it is
/// with its uplink, and an analyzer, all on the same two cores; then tcpdump and softflowd in the agent's place. What did each
/// lose, and are the analyzer's counters what was sent?
/// </summary>
internal static class WholeLiveBenchmark
{
    private const string Sending = "live-tx";
    private const string Receiving = "live-rx";
    private const int FrameLength = 350;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private static readonly (string Name, Action<string> Write, int Rate)[] Rounds =
    [
        ("plain", CaptureFiles.WritePlain, 400_000),
        ("tunnel", CaptureFiles.WriteTunnel, 400_000),
        ("many", CaptureFiles.WriteMany, 200_000),
        ("many", CaptureFiles.WriteMany, 350_000),
    ];

    internal static async Task<int> RunAsync(string[] arguments)
    {
        var seconds = arguments is [var text, ..] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 60;
        if (!Environment.IsPrivilegedProcess)
        {
            AnsiConsole.MarkupLine("[yellow]without the live benchmark: it makes a network namespace, as root only[/]");
            return 0;
        }

        var space = $"live-{Environment.ProcessId}";
        using var folder = new TemporaryFolder("whole-live-", "ip", "netns", "del", space);
        var blast = Build(folder.Root);
        VethPair.Make(space, Sending, Receiving);
        // softflowd wants a collector that can be reached.
        ChildProcess.Expect("ip", "-n", space, "link", "set", "lo", "up");
        using var analyzer = await AnalyzerProcess.StartAsync();
        using var agent = Programs.StartAgent(folder.Root, "live", analyzer.Remoting, "flow.max-entries = 2000000");
        var table = new Table().AddColumns("flows", "packets/s sent", "reader", "sent", "read", "lost", "at the analyzer", "CPU s, agent", "analyzer");
        foreach (var (name, write, rate) in Rounds.Where(round => arguments is not [_, var only] || round.Name == only))
        {
            var file = Path.Combine(folder.Root, $"{name}.pcap");
            if (!File.Exists(file))
            {
                write(file);
            }

            await OursAsync(table, analyzer, agent, space, name, () => Blast(blast, space, file, rate, seconds));
            Tcpdump(table, space, name, () => Blast(blast, space, file, rate, Math.Min(seconds, 15)));
            Softflowd(table, space, name, () => Blast(blast, space, file, rate, Math.Min(seconds, 15)));
        }

        agent.Kill();
        await agent.WaitForExitAsync();
        AnsiConsole.Write(table);
        return 0;
    }

    private static async Task OursAsync(Table table, AnalyzerProcess analyzer, Process agent, string space, string name, Func<(long Sent, double Seconds)> send)
    {
        var query = $"G.V().Has('Name', '{space}', 'Type', 'netns').Out().Has('Name', '{Receiving}')";
        await EventuallyAsync("the agent has found the interface", async () => (await analyzer.NumberAsync($"{query}.Count()")) == 1);
        var capture = (string)(await analyzer.Client.CreateCaptureAsync(new JsonObject { ["GremlinQuery"] = query }, CancellationToken.None))["UUID"]!;
        await EventuallyAsync("the capture reads", async () => (string?)(await StateAsync(analyzer, query))?["State"] == "active");
        var (cpu, ours) = (agent.TotalProcessorTime.TotalSeconds, analyzer.Cpu);
        var (sent, took) = send();
        var flows = $"G.Flows().Has('CaptureID', '{capture}', 'ParentUUID', '')";
        long counted = -1, before;
        do
        {
            before = counted;
            await Task.Delay(TimeSpan.FromSeconds(6));
            counted = await analyzer.NumberAsync($"{flows}.Sum('Metric.ABPackets')") + await analyzer.NumberAsync($"{flows}.Sum('Metric.BAPackets')");
        }
        while (counted != before);
        var state = await StateAsync(analyzer, query);
        agent.Refresh();
        var inner = await analyzer.NumberAsync($"G.Flows().Has('CaptureID', '{capture}').Count()");
        table.AddRow(
            name, Number((long)(sent / took)), "agent", Number(sent), Number((long?)state?["PacketsReceived"] ?? 0),
            Markup.Escape($"{Share(sent - ((long?)state?["PacketsReceived"] ?? 0), sent)}, kernel {state?["PacketsDropped"]}, tunnels {state?["PacketsAgentDropped"]}, updates {state?["UpdatesLost"] ?? 0}, evicted {state?["FlowsEvicted"] ?? 0}"),
            Markup.Escape($"{Number(counted)} packets ({(counted == sent ? "exact" : Share(sent - counted, sent) + " too few")}), {Number(inner)} flows, {analyzer.Resident >> 20} MiB"),
            (agent.TotalProcessorTime.TotalSeconds - cpu).ToString("0.0", CultureInfo.InvariantCulture), (analyzer.Cpu - ours).ToString("0.0", CultureInfo.InvariantCulture));
        await analyzer.Client.DeleteCaptureAsync(capture, CancellationToken.None);
        await EventuallyAsync("the capture is gone", async () => await StateAsync(analyzer, query) is null);
    }

    private static async Task<JsonObject?> StateAsync(AnalyzerProcess analyzer, string query) =>
        (await analyzer.Client.ElementsAsync(query, CancellationToken.None)).SelectMany(node => node["Metadata"]?["Captures"]?.AsArray() ?? []).OfType<JsonObject>().FirstOrDefault();

    private static void Tcpdump(Table table, string space, string name, Func<(long Sent, double Seconds)> send)
    {
        if (FlowTools.Have("tcpdump", "tcpdump") is null)
        {
            return;
        }

        using var tcpdump = Start("ip", "netns", "exec", space, "tcpdump", "-i", Receiving, "-n", "-s", "256", "-B", "8192", "-w", "/dev/null");
        Thread.Sleep(Settling);
        var (sent, took) = send();
        Thread.Sleep(Settling);
        var said = Interrupt(tcpdump);
        var read = said.Split('\n').Where(line => line.Contains("captured", StringComparison.Ordinal)).Select(line => long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)).FirstOrDefault();
        table.AddRow(name, Number((long)(sent / took)), "tcpdump", Number(sent), Number(read), Share(sent - read, sent), "", "", "");
    }

    private static void Softflowd(Table table, string space, string name, Func<(long Sent, double Seconds)> send)
    {
        if (FlowTools.Have("softflowd", "softflowd") is null)
        {
            return;
        }

        // It works as a user of its own, who may not enter the benchmark's folder.
        var control = Path.Combine(Path.GetTempPath(), $"softflowd-{Environment.ProcessId}.ctl");
        using var softflowd = Start("ip", "netns", "exec", space, "softflowd", "-d", "-i", Receiving, "-c", control, "-p", Path.ChangeExtension(control, "pid"), "-m", "2000000", "-n", "127.0.0.1:9");
        Thread.Sleep(Settling);
        var (sent, took) = send();
        Thread.Sleep(Settling);
        using var statistics = Start("softflowctl", "-c", control, "statistics");
        var text = statistics.StandardOutput.ReadToEnd();
        statistics.WaitForExit();
        softflowd.Kill();
        softflowd.WaitForExit();
        if (Said("received by libpcap") == 0)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]without softflowd on {name}: it doesn't tell what it counted[/]");
            return;
        }

        var read = Said("received by libpcap") - Said("dropped by libpcap");
        table.AddRow(name, Number((long)(sent / took)), "softflowd", Number(sent), Number(read), Share(sent - read, sent), "", "", "");

        long Said(string what) => text.Split('\n').Where(line => line.StartsWith($"Packets {what}:", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split(':')[1].Trim(), CultureInfo.InvariantCulture)).FirstOrDefault();
    }

    private static (long Sent, double Seconds) Blast(string blast, string space, string file, int rate, int seconds)
    {
        var (code, said) = ChildProcess.Run(["ip", "netns", "exec", space, blast, Sending, file, $"{rate}", $"{seconds}", $"{FrameLength}"]);
        return code == 0 && said.Split(' ') is [var sent, var took]
            ? (long.Parse(sent, CultureInfo.InvariantCulture), double.Parse(took, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"blast: {said}");
    }

    private static string Build(string folder)
    {
        var program = Path.Combine(folder, "blast");
        var gcc = FlowTools.Have("gcc", "gcc") ?? throw new InvalidOperationException("gcc is missing: install it");
        ChildProcess.Expect(gcc, "-O2", "-o", program, Path.Combine(AppContext.BaseDirectory, "Live", "blast.c"));
        return program;
    }

    private static async Task EventuallyAsync(string what, Func<Task<bool>> holds)
    {
        var started = Stopwatch.StartNew();
        while (!await holds())
        {
            if (started.Elapsed > Patience)
            {
                throw new InvalidOperationException($"after {Patience.TotalSeconds:0} s it isn't so that {what}");
            }

            await Task.Delay(300);
        }
    }

    private static Process Start(params string[] command) =>
        Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string Interrupt(Process process)
    {
        ChildProcess.Expect("kill", "-INT", $"{process.Id}");
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return said;
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(long lost, long sent) => ((double)lost / sent).ToString("P3", CultureInfo.InvariantCulture);
}
