using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Hosts;
using Spectre.Console;

namespace Benchmarks.Flows;

/// <summary>
/// A capture on one end of a veth pair, beside tcpdump that throws the packets away, while tcpreplay sends as fast as it
/// goes from the other end: how many packets does each lose? One at a time, on the same core, with the same ring.
/// </summary>
internal static partial class LiveBenchmark
{
    private const string Sending = "bench-tx";
    private const string Receiving = "bench-rx";
    private const string SenderCore = "0";
    private const string ReceiverCore = "1";
    private const int Runs = 3;

    /// <summary>Long enough that flows are reported several times meanwhile.</summary>
    private const int SendSeconds = 6;
    private const int WarmUpPackets = 100_000;
    private const int WarmUpRate = 50_000;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    internal static int Run(string[] args)
    {
        if (Refusal() is { } why)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]without the live benchmark: {why}[/]");
            return 0;
        }
        var buffer = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : LiveCapture.DefaultBufferSize;
        var space = $"bench-{Environment.ProcessId}";
        using var folder = new TemporaryFolder("flows-live-", "ip", "netns", "del", space);
        VethPair.Make(space, Sending, Receiving);
        var table = new Table().AddColumns("file", "reader", "sent", "packets/s", "kernel", "interface", "us", "lost", "CPU s");
        foreach (var (name, write) in new (string, Action<string>)[] { ("plain", CaptureFiles.WritePlain), ("tunnel", CaptureFiles.WriteTunnel) })
        {
            var file = Path.Combine(folder.Root, name + ".pcap");
            write(file);
            for (var run = 0; run < Runs; run++)
            {
                Add(table, name, "tcpdump", Measure(space, file, TcpdumpCommand(space, buffer), ReadTcpdump));
                Add(table, name, "agent", Measure(space, file, OurCommand(space, buffer), ReadOurs));
            }
            File.Delete(file);
        }
        AnsiConsole.MarkupLineInterpolated($"ring of {buffer >> 10} KiB, {LiveCapture.SnapLength} bytes of each packet, sender on core {SenderCore}, reader on core {ReceiverCore}; dropped by, lost of all sent, reader's CPU");
        AnsiConsole.Write(table);
        return 0;
    }

    private static string? Refusal()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "it makes a network namespace, as root only";
        }

        if (Environment.ProcessorCount < 2)
        {
            return "it takes two cores, one to send and one to receive";
        }

        var missing = new[] { ("ip", "iproute2"), ("tcpreplay", "tcpreplay"), ("tcpdump", "tcpdump"), ("taskset", "util-linux") }
            .Where(tool => FlowTools.Have(tool.Item1, tool.Item2) is null).Select(tool => tool.Item1).ToList();
        return missing.Count > 0 ? $"{string.Join(", ", missing)} not there" : null;
    }

    /// <summary>Before others that run meanwhile: what's measured is the reader, not who gets the core.</summary>
    private static string[] On(string core) => ["nice", "-n", "-19", "taskset", "-c", core];

    private static string[] TcpdumpCommand(string space, int buffer) =>
    [
        "ip", "netns", "exec", space, .. On(ReceiverCore), "tcpdump", "-i", Receiving, "-n", "-s", $"{LiveCapture.SnapLength}", "-B", $"{buffer >> 10}", "-w", "/dev/null",
    ];

    private static string[] OurCommand(string space, int buffer) =>
    [
        .. On(ReceiverCore), Environment.ProcessPath!, typeof(LiveBenchmark).Assembly.Location, "flows", "live-capture", $"/var/run/netns/{space}", Receiving, $"{buffer}",
    ];

    /// <summary>What a reader says of a replay: one to warm up, slow enough for all, and one as fast as it goes.</summary>
    private static Result Measure(string space, string file, string[] command, Func<string, Counts> read)
    {
        using var reader = new Process { StartInfo = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        var said = new List<string>();
        var listening = new TaskCompletionSource();
        void Hear(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
            {
                return;
            }

            lock (said)
            {
                said.Add(line.Data);
            }

            if (line.Data.Contains("listening on", StringComparison.Ordinal))
            {
                listening.TrySetResult();
            }
        }
        reader.OutputDataReceived += Hear;
        reader.ErrorDataReceived += Hear;
        reader.Start();
        reader.BeginOutputReadLine();
        reader.BeginErrorReadLine();
        if (Task.WaitAny([listening.Task, reader.WaitForExitAsync()], TimeSpan.FromSeconds(30)) != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} doesn't listen: {string.Join(' ', said)}");
        }

        var (warmUp, _) = Replay(space, "--pps", $"{WarmUpRate}", "--limit", $"{WarmUpPackets}", file);
        Thread.Sleep(Settling);
        var cpuBefore = reader.TotalProcessorTime;
        var (sent, rate) = Replay(space, "--topspeed", "--loop", "0", "--duration", $"{SendSeconds}", file);
        Thread.Sleep(Settling);
        reader.Refresh();
        var cpu = reader.TotalProcessorTime - cpuBefore;
        // ip, nice and taskset become the program they run: this is its own process number.
        ChildProcess.Expect("kill", "-INT", $"{reader.Id}");
        reader.WaitForExit();
        return new Result(warmUp + sent, rate, read(string.Join('\n', said)), cpu.TotalSeconds);
    }

    private static (long Sent, double Rate) Replay(string space, params string[] options)
    {
        var start = new ProcessStartInfo("ip", ["netns", "exec", space, .. On(SenderCore), "tcpreplay", "-i", Sending, "--preload-pcap", .. options]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return ReadReplay(output) ?? throw new InvalidOperationException($"tcpreplay: {errors.Result}{output}");
    }

    /// <summary>What tcpreplay says it sent; null where it doesn't.</summary>
    internal static (long Sent, double Rate)? ReadReplay(string output)
    {
        var sent = Sent().Match(output);
        var rate = Rate().Match(output);
        return sent.Success && rate.Success ? (Number(sent), double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture)) : null;
    }

    private static Counts ReadTcpdump(string said) =>
        new(Number(Captured().Match(said)), Number(DroppedByKernel().Match(said)), DroppedByInterface().Match(said) is { Success: true } match ? Number(match) : 0, 0);

    private static Counts ReadOurs(string said)
    {
        var match = Ours().Match(said);
        if (!match.Success)
        {
            throw new InvalidOperationException($"our capture: {said}");
        }

        return new(Number(match), Number(match, 2), Number(match, 3), Number(match, 4));
    }

    private static long Number(Match match, int group = 1) => long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static void Add(Table table, string file, string reader, Result result)
    {
        var counts = result.Counts;
        var lost = result.Sent - counts.Received + counts.ByUs;
        table.AddRow(
            file, reader, Text(result.Sent), result.Rate.ToString("N0", CultureInfo.InvariantCulture), Text(counts.ByKernel), Text(counts.ByInterface),
            Text(counts.ByUs), ((double)lost / result.Sent).ToString("P3", CultureInfo.InvariantCulture), result.CpuSeconds.ToString("0.00", CultureInfo.InvariantCulture));
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Actual: (\d+) packets")]
    private static partial Regex Sent();

    [GeneratedRegex(@"([\d.]+) pps")]
    private static partial Regex Rate();

    [GeneratedRegex(@"(\d+) packets? captured")]
    private static partial Regex Captured();

    [GeneratedRegex(@"(\d+) packets? dropped by kernel")]
    private static partial Regex DroppedByKernel();

    [GeneratedRegex(@"(\d+) packets? dropped by interface")]
    private static partial Regex DroppedByInterface();

    [GeneratedRegex(@"received (\d+), dropped by kernel (\d+), by interface (\d+), by us (\d+)")]
    private static partial Regex Ours();

    private sealed record Counts(long Received, long ByKernel, long ByInterface, long ByUs);

    private sealed record Result(long Sent, double Rate, Counts Counts, double CpuSeconds);
}
