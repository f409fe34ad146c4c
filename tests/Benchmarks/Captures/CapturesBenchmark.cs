using System.Diagnostics;
using System.Globalization;
using Benchmarks.Flows;
using Lab.Hosts;
using Spectre.Console;

namespace Benchmarks.Captures;

/// <summary>
/// Many captures in one agent: what they cost while nothing happens, how fast they start, whether each counts what passes, and
/// whether one of many under load keeps up as a single one does.
/// </summary>
internal static class CapturesBenchmark
{
    private const int Many = 200;
    private const int VeryMany = 1000;
    private const int PacketsOfPing = 2;
    private const string SenderCore = "0";
    private const string ReaderCore = "1";
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    internal static int Run(string[] args)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            AnsiConsole.MarkupLine("[yellow]without captures: it makes network namespaces, as root only[/]");
            return 0;
        }

        if (args is not ["load"])
        {
            var table = new Table().AddColumns("captures", "start s", "resident MiB", "CPU % idle", "threads", "packets of a ping", "least of one", "dropped", "rings refused");
            Measure(table, Many);
            Measure(table, VeryMany);
            AnsiConsole.Write(table);
        }

        if (args is not ["idle"] && FlowTools.Have("tcpreplay", "tcpreplay") is not null && Environment.ProcessorCount >= 2)
        {
            MeasureLoad();
        }

        return 0;
    }

    private static void Measure(Table table, int count)
    {
        var name = $"captures-{Environment.ProcessId}";
        using var interfaces = new ManyInterfaces(name, count);
        using var agent = new Agent(interfaces.Path, count, "icmp", []);
        Thread.Sleep(Settling);
        var cpu = agent.CpuSeconds;
        Thread.Sleep(Idle);
        var used = (agent.CpuSeconds - cpu) / Idle.TotalSeconds;
        var (resident, threads) = (agent.ResidentBytes, agent.Threads);
        interfaces.Ping();
        Thread.Sleep(Settling);
        var counts = agent.Counts();
        table.AddRow(
            Text(count), agent.StartSeconds.ToString("0.00", CultureInfo.InvariantCulture), Text(resident >> 20), used.ToString("P1", CultureInfo.InvariantCulture), Text(threads),
            $"{counts[0]} of {PacketsOfPing * count}", Text(counts[3]), Text(counts[1]), Text(counts[2]));
    }

    /// <summary>Packets of one interface, slowly to warm up and then as fast as they go, with a single capture and with many.</summary>
    private static void MeasureLoad()
    {
        var name = $"captures-{Environment.ProcessId}";
        using var folder = new TemporaryFolder("captures-");
        var file = Path.Combine(folder.Root, "plain.pcap");
        CaptureFiles.WritePlain(file);
        using var interfaces = new ManyInterfaces(name, Many);
        var table = new Table().AddColumns("captures", "sent", "packets/s", "received", "share", "CPU s");
        var shares = new List<double>();
        foreach (var count in new[] { 1, Many, 1, Many, 1, Many })
        {
            using var agent = new Agent(interfaces.Path, count, "", ["nice", "-n", "-19", "taskset", "-c", ReaderCore]);
            Replay(interfaces.Sender, "--pps", "50000", "--limit", "100000", file);
            Thread.Sleep(Settling);
            var before = agent.Counts()[0];
            var cpu = agent.CpuSeconds;
            var (sent, rate) = Replay(interfaces.Sender, "--topspeed", "--loop", "0", "--duration", "6", file);
            Thread.Sleep(Settling);
            var received = agent.Counts()[0] - before;
            shares.Add((double)received / sent);
            table.AddRow(
                Text(count), Text(sent), Text((long)rate), Text(received), shares[^1].ToString("P3", CultureInfo.InvariantCulture), (agent.CpuSeconds - cpu).ToString("0.00", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
        var single = shares.Where((_, i) => i % 2 == 0).Average();
        var many = shares.Where((_, i) => i % 2 == 1).Average();
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one of {Many} receives {many / single:0.0000} times what a single capture does"));
    }

    private static (long Sent, double Rate) Replay(string space, params string[] options)
    {
        var start = new ProcessStartInfo("ip", ["netns", "exec", space, "nice", "-n", "-19", "taskset", "-c", SenderCore, "tcpreplay", "-i", ManyInterfaces.Name(0), "--preload-pcap", .. options]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return LiveBenchmark.ReadReplay(output) ?? throw new InvalidOperationException($"tcpreplay: {errors.Result}{output}");
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A process with captures.</summary>
    private sealed class Agent : IDisposable
    {
        private readonly Process _process;

        internal Agent(string path, int count, string filter, string[] under)
        {
            string[] command = [.. under, Environment.ProcessPath!, typeof(Agent).Assembly.Location, "captures", "run", path, $"{count}", filter];
            _process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
            StartSeconds = double.Parse(Read("ready")[0], CultureInfo.InvariantCulture);
        }

        internal double StartSeconds { get; }

        internal double CpuSeconds => Refreshed.TotalProcessorTime.TotalSeconds;

        internal long ResidentBytes => Refreshed.WorkingSet64;

        internal int Threads => Refreshed.Threads.Count;

        private Process Refreshed
        {
            get
            {
                _process.Refresh();
                return _process;
            }
        }

        /// <summary>Packets received, dropped by the kernel, rings refused, and the least any capture received.</summary>
        internal long[] Counts()
        {
            _process.StandardInput.WriteLine();
            return [.. Read("counts").Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }

        private string[] Read(string what)
        {
            var line = _process.StandardOutput.ReadLine();
            var words = line?.Split(' ') ?? [];
            return words.Length > 1 && words[0] == what ? words[1..] : throw new InvalidOperationException($"the captures' process says: {line}");
        }
    }
}
