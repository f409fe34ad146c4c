using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cli.Client;
using Lab.Cluster;
using Lab.Hosts;
using Lab.Tutorial;
using Spectre.Console;

namespace Lab.Commands;

/// <summary>`allinone --pcap FILE`: an analyzer and an agent of their own on loopback, with no privileges, that read capture files and show their flows.</summary>
internal static class AllInOneCommand
{
    /// <summary>Of flows shown; the page has all.</summary>
    private const int MostRows = 50;

    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(300);

    private static readonly Option<FileInfo[]> _pcap = new("--pcap") { Description = "a pcap or pcapng file; may be given several times", Required = true, AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> _httpPort = new("--http-port") { Description = "port of 127.0.0.1 for the web page and API", DefaultValueFactory = _ => 8082 };
    private static readonly Option<bool> _once = new("--once") { Description = "print the flows and end" };

    public static Command Create()
    {
        var command = new Command("allinone", "analyse capture files in an analyzer and an agent of their own") { _pcap, _httpPort, _once };
        command.SetAction((parsed, cancel) => LabOptions.GuardAsync(() => RunAsync(parsed, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var files = parsed.GetValue(_pcap)!;
        foreach (var file in files.Where(f => !f.Exists))
        {
            throw new LabException($"{file.FullName}: no such file");
        }

        using var folder = new TemporaryFolder("skydive-allinone-");
        var progress = new Progress(AnsiConsole.Console);
        LabOptions.FitOutput();
        var httpPort = parsed.GetValue(_httpPort);
        var remoting = FreePort();
        List<Process> processes = [];
        try
        {
            var launcher = new ClusterProcesses(new LabFolder(folder.Root));
            progress.Step($"an analyzer, its page on http://127.0.0.1:{httpPort}");
            Add(launcher.StartHere("Analyzer.Node", LabConfiguration.AllInOneAnalyzer(folder.Root, remoting, httpPort)));
            progress.Step("an agent");
            Add(launcher.StartHere("Agent.Node", LabConfiguration.AllInOneAgent(remoting, [.. files.Select(f => f.FullName)])));
            using var client = LabCluster.Client(httpPort);
            var read = await ReadAsync(client, files.Length, processes, folder.Root, cancel);
            await ShowAsync(client, read, cancel);
            foreach (var error in read.Errors)
            {
                await Console.Error.WriteLineAsync(error);
            }

            if (!parsed.GetValue(_once))
            {
                AnsiConsole.MarkupLineInterpolated($"[bold]http://127.0.0.1:{httpPort}[/] shows them too. Ctrl-C ends it.");
                await Task.Delay(Timeout.Infinite, cancel);
            }

            return read.Errors.Count == 0 ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return 0;
        }

        void Add(Process process)
        {
            processes.Add(process);
            folder.Stop(process);
        }
    }

    /// <summary>What came of the files, once they're read to their ends.</summary>
    private static async Task<FilesRead> ReadAsync(SkydiveClient client, int files, List<Process> processes, string folder, CancellationToken cancel)
    {
        while (true)
        {
            if (processes.Find(p => p.HasExited) is { } ended)
            {
                throw new LabException($"process {ended.Id} ended with {ended.ExitCode}:\n{Logs(folder)}");
            }

            await Task.Delay(PollEvery, cancel);
            if (!await client.IsReadyAsync(cancel))
            {
                continue;
            }

            var captures = (await client.ElementsAsync("G.V().Has('Type', 'pcap')", cancel))
                .SelectMany(node => node["Metadata"]?["Captures"]?.AsArray() ?? []).OfType<JsonObject>().ToList();
            if (captures.Count < files || captures.Exists(capture => (string?)capture["State"] is not ("finished" or "error")))
            {
                continue;
            }

            // A capture of a file is finished when all its flows are stored.
            return new FilesRead(
                await CountAsync(client, "Count()", cancel), captures.Sum(capture => (long?)capture["PacketsReceived"] ?? 0), captures.Sum(capture => (long?)capture["UpdatesLost"] ?? 0),
                [.. captures.Select(capture => (string?)capture["Error"]).OfType<string>()]);
        }
    }

    private static async Task ShowAsync(SkydiveClient client, FilesRead read, CancellationToken cancel)
    {
        var flows = (await client.ElementsAsync($"G.Flows().Sort(DESC, 'Metric.ABBytes').Limit({MostRows})", cancel)).Select(FlowRecord.Parse).ToList();
        AnsiConsole.Write(FlowTable.Draw(flows, new Dictionary<string, string>()));
        if (flows.Count < read.Flows)
        {
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The {flows.Count} flows with the most bytes; there are {read.Flows:N0}."));
        }

        var packets = await CountAsync(client, "Sum('Metric.ABPackets')", cancel) + await CountAsync(client, "Sum('Metric.BAPackets')", cancel);
        var bytes = await CountAsync(client, "Sum('Metric.ABBytes')", cancel) + await CountAsync(client, "Sum('Metric.BABytes')", cancel);
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{read.Packets:N0} packets read; {read.Flows:N0} flows of {packets:N0} packets and {bytes:N0} bytes{(packets > read.Packets ? ": what a tunnel carries is counted in its flow, too" : "")}."));
        if (read.UpdatesLost > 0)
        {
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{read.UpdatesLost:N0} updates of flows were lost: their counters may be too low."));
        }
    }

    private static async Task<long> CountAsync(SkydiveClient client, string what, CancellationToken cancel) =>
        (long)(await client.QueryAsync($"G.Flows().{what}", cancel));

    private static string Logs(string folder) =>
        string.Join('\n', Directory.EnumerateFiles(folder, "*.log").SelectMany(f => File.ReadLines(f).TakeLast(10).Prepend(Path.GetFileName(f))));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <param name="Flows">There are.</param>
    /// <param name="Packets">Read.</param>
    /// <param name="UpdatesLost">On their way to the analyzer.</param>
    /// <param name="Errors">Why files couldn't be read, or not to their ends.</param>
    private sealed record FilesRead(long Flows, long Packets, long UpdatesLost, IReadOnlyList<string> Errors);
}
