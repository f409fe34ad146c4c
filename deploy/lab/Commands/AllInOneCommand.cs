using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cli.Client;
using Lab.Cluster;
using Lab.Hosts;
using Lab.Tutorial;
using Spectre.Console;

namespace Lab.Commands;

/// <summary>`allinone --pcap FILE`: an analyzer and an agent of their own on loopback, with no privileges, that read capture files and show their flows.</summary>
internal static class AllInOneCommand
{
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
            var flows = await FlowsAsync(client, processes, folder.Root, cancel);
            AnsiConsole.Write(FlowTable.Draw(flows, new Dictionary<string, string>()));
            if (!parsed.GetValue(_once))
            {
                AnsiConsole.MarkupLineInterpolated($"[bold]http://127.0.0.1:{httpPort}[/] shows them too. Ctrl-C ends it.");
                await Task.Delay(Timeout.Infinite, cancel);
            }

            return 0;
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

    /// <summary>The flows once the files are read: when their number and counters stand still for two seconds.</summary>
    private static async Task<IReadOnlyList<FlowRecord>> FlowsAsync(SkydiveClient client, List<Process> processes, string folder, CancellationToken cancel)
    {
        IReadOnlyList<FlowRecord> flows = [];
        var still = 0;
        var deadline = DateTime.UtcNow + TimeSpan.FromMinutes(2);
        while (flows.Count == 0 || still < 4)
        {
            if (processes.Find(p => p.HasExited) is { } ended)
            {
                throw new LabException($"process {ended.Id} ended with {ended.ExitCode}:\n{Logs(folder)}");
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new LabException($"no flows after two minutes:\n{Logs(folder)}");
            }

            await Task.Delay(500, cancel);
            if (!await client.IsReadyAsync(cancel))
            {
                continue;
            }

            var now = (await client.ElementsAsync("G.Flows()", cancel)).Select(FlowRecord.Parse).OrderBy(f => f.Uuid, StringComparer.Ordinal).ToList();
            still = now.SequenceEqual(flows) ? still + 1 : 0;
            flows = now;
        }

        return flows;
    }

    private static string Logs(string folder) =>
        string.Join('\n', Directory.EnumerateFiles(folder, "*.log").SelectMany(f => File.ReadLines(f).TakeLast(10).Prepend(Path.GetFileName(f))));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
