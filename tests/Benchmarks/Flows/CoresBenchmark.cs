using System.Globalization;
using Lab.Hosts;
using Spectre.Console;

namespace Benchmarks.Flows;

/// <summary>The agent's capture of the tunnel file with one core and with two: inner flows are counted by actors beside the reading thread.</summary>
internal static class CoresBenchmark
{
    private const int Runs = 3;

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
        return 0;
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
