using System.Globalization;
using Lab.Hosts;
using Spectre.Console;

namespace Benchmarks.Flows;

/// <summary>The agent's `flows` command beside other flow tools: whole processes on one core over the same capture files.</summary>
internal static class FileBenchmark
{
    private static readonly (string Name, Action<string> Write)[] Files = [("plain", CaptureFiles.WritePlain), ("tunnel", CaptureFiles.WriteTunnel), ("many", CaptureFiles.WriteMany)];

    /// <summary>Only writes the files, for a profiler or another tool.</summary>
    internal static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, write) in Files)
        {
            write(Path.Combine(folder, name + ".pcap"));
        }

        return 0;
    }

    internal static int Run()
    {
        using var folder = new TemporaryFolder("flows-");
        var tools = FlowTools.Prepare(folder.Root);
        var table = new Table().AddColumns("file", "tool", "CPU s", "ns/packet", "against C, hashing", "flows");
        foreach (var (name, write) in Files)
        {
            var path = Path.Combine(folder.Root, name + ".pcap");
            write(path);
            AddFile(table, name, path, tools);
            File.Delete(path);
        }
        AnsiConsole.Write(table);
        return 0;
    }

    private static void AddFile(Table table, string name, string path, IReadOnlyList<FlowTool> tools)
    {
        double? reference = null;
        foreach (var tool in tools)
        {
            var (seconds, says) = Fastest(tool, path);
            if (tool.IsReference)
            {
                reference = seconds;
            }

            const double nanosecondsPerSecond = 1e9;
            table.AddRow(
                name,
                tool.Name,
                seconds.ToString("0.00", CultureInfo.InvariantCulture),
                (seconds * nanosecondsPerSecond / CaptureFiles.Packets).ToString("0", CultureInfo.InvariantCulture),
                reference is { } r ? (seconds / r).ToString("0.00", CultureInfo.InvariantCulture) + " x" : "",
                Markup.Escape(tool.Result?.Invoke() ?? (tool.Tells ? FlowsIn(says) : "")));
        }
    }

    /// <summary>Of "2000000 packets, 50000 flows…" the second number.</summary>
    private static string FlowsIn(string says)
    {
        var words = says.Split(' ');
        var flows = Array.FindIndex(words, word => word.StartsWith("flows", StringComparison.Ordinal));
        return flows > 0 ? words[flows - 1] : says;
    }

    private static (double Seconds, string Says) Fastest(FlowTool tool, string path)
    {
        var fastest = (Seconds: double.MaxValue, Says: "");
        for (var i = 0; i < tool.Runs; i++)
        {
            var run = ChildProcess.Measure(tool.Command(path));
            if (run.CpuSeconds < fastest.Seconds)
            {
                fastest = run;
            }
        }
        return fastest;
    }
}
