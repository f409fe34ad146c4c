using System.Diagnostics;
using System.Globalization;
using Lab.Hosts;
using Spectre.Console;

namespace Benchmarks.Flows;

/// <summary>
/// One core and two, in wall time: the agent's capture of the tunnel file, where inner flows are counted by actors beside the
/// reading thread, and the `flows` command, whose engines share a file's packets.
/// </summary>
internal static class CoresBenchmark
{
    private const int Runs = 3;
    private const int FileRuns = 7;

    internal static int Run()
    {
        if (Environment.ProcessorCount < 2)
        {
            AnsiConsole.MarkupLine("[yellow]without two cores: there is one[/]");
            return 0;
        }
        using var folder = new TemporaryFolder("cores-");
        var path = Path.Combine(folder.Root, "tunnel.pcap");
        CaptureFiles.WriteTunnel(path);
        var table = new Table().AddColumns("agent's capture of tunnel", "seconds", "packets/s", "against one core", "flows");
        var one = Add(table, "one core", "0", path, null);
        Add(table, "two cores", "0,1", path, one);
        AnsiConsole.Write(table);
        var files = new Table().AddColumns("flows command", "one core, s", "two cores, s", "against one core", "two runs at once, a core each, s", "the machine's most");
        AddFile(files, "tunnel", path);
        File.Delete(path);
        CaptureFiles.WriteMany(path);
        AddFile(files, "many", path);
        AnsiConsole.Write(files);
        return 0;
    }

    private static void AddFile(Table table, string name, string path)
    {
        string[] command = [Environment.ProcessPath!, FlowTools.Agent(), "flows", "-o", "none", "--max-flows", (2 * CaptureFiles.Packets).ToString(CultureInfo.InvariantCulture), path];
        // In turns: what else the machine does is then the same for both.
        var (one, two, both) = (double.MaxValue, double.MaxValue, double.MaxValue);
        for (var i = 0; i < FileRuns; i++)
        {
            one = Math.Min(one, WallSeconds("0", command));
            two = Math.Min(two, WallSeconds("0,1", command));
            both = Math.Min(both, Task.WhenAll(new[] { "0", "1" }.Select(core => Task.Run(() => WallSeconds(core, command)))).GetAwaiter().GetResult().Max());
        }

        table.AddRow([name, .. new[] { $"{one:0.00}", $"{two:0.00}", $"{one / two:0.00} x", $"{both:0.00}", $"{2 * one / both:0.00} x" }]);
    }

    private static double WallSeconds(string cores, IReadOnlyList<string> command)
    {
        var started = Stopwatch.GetTimestamp();
        var (code, lastLine) = ChildProcess.Run(["taskset", "-c", cores, .. command]);
        return code == 0 ? Stopwatch.GetElapsedTime(started).TotalSeconds : throw new InvalidOperationException($"flows ended with code {code}: {lastLine}");
    }

    private static double Add(Table table, string name, string cores, string path, double? reference)
    {
        var seconds = double.MaxValue;
        var flows = "";
        for (var i = 0; i < Runs; i++)
        {
            var (code, lastLine) = ChildProcess.Run(["taskset", "-c", cores, Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "Benchmarks.dll"), "flows", "tunnel-capture", path]);
            if (code != 0)
            {
                throw new InvalidOperationException($"the capture ended with code {code}: {lastLine}");
            }

            var words = lastLine.Split(' ');
            seconds = Math.Min(seconds, double.Parse(words[0], CultureInfo.InvariantCulture));
            flows = words[1];
        }
        table.AddRow(
            name,
            seconds.ToString("0.00", CultureInfo.InvariantCulture),
            (CaptureFiles.Packets / seconds).ToString("N0", CultureInfo.InvariantCulture),
            reference is { } r ? (r / seconds).ToString("0.00", CultureInfo.InvariantCulture) + " x" : "",
            flows);
        return seconds;
    }
}
