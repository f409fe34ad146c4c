using System.CommandLine;
using Lab.Hosts;
using Lab.Network;
using Lab.Tutorial;
using Spectre.Console;

namespace Lab.Commands;

/// <summary>`up`: the lab, the cluster on it, and the tutorial unless it's to be done by hand; stopped on the way, it removes what it made.</summary>
internal static class UpCommand
{
    private static readonly Option<TunnelKind> _tunnel = new("--tunnel") { Description = "the tunnel between the agents: gre, vxlan or geneve", DefaultValueFactory = _ => TunnelKind.Gre };
    private static readonly Option<bool> _bare = new("--bare") { Description = "hosts and cluster alone, for docs/tutorial.md: no tunnel, no captures, no pings" };
    private static readonly Option<int> _httpPort = new("--http-port") { Description = "port of 127.0.0.1 for the web page and API", DefaultValueFactory = _ => 8082 };
    private static readonly Option<int> _pbmPort = new("--pbm-port") { Description = "port of 127.0.0.1 for the console", DefaultValueFactory = _ => 9110 };
    private static readonly Option<string?> _postgres = new("--postgres") { Description = "connection string of a PostgreSQL for the analyzer's journal; without it, the environment's SKYDIVE_POSTGRES, which others don't see among the processes, or a SQLite file" };

    public static Command Create()
    {
        var command = new Command("up", "bring up the lab and run the tutorial on it") { _tunnel, _bare, _httpPort, _pbmPort, _postgres, LabOptions.Folder };
        command.Validators.Add(result =>
        {
            if (result.GetValue(_bare) && result.GetResult(_tunnel) is { Implicit: false })
            {
                result.AddError("--bare makes no tunnel: leave --tunnel out");
            }
        });
        command.SetAction((parsed, cancel) => LabOptions.GuardAsync(() => RunAsync(parsed, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (LabCluster.Refusal() is { } refusal)
        {
            await Console.Error.WriteLineAsync($"skydive: {refusal}.");
            await Console.Error.WriteLineAsync("Without them, ./skydive allinone --pcap FILE analyses a capture file with no privileges.");
            return 1;
        }

        LabOptions.FitOutput();
        var progress = new Progress(AnsiConsole.Console);
        var isBare = parsed.GetValue(_bare);
        var shape = new LabCluster.Shape(isBare ? null : parsed.GetValue(_tunnel), parsed.GetValue(_httpPort), parsed.GetValue(_pbmPort), parsed.GetValue(_postgres) ?? Environment.GetEnvironmentVariable("SKYDIVE_POSTGRES"));
        var cluster = new LabCluster(LabOptions.FolderOf(parsed), LabOptions.ProcessesOf(parsed), progress);
        try
        {
            await cluster.UpAsync(shape, cancel);
            if (shape.Tunnel is { } tunnel)
            {
                using var client = LabCluster.Client(shape.HttpPort);
                var tutorial = new TutorialRun(client, tunnel, progress);
                await tutorial.RunAsync(cancel);
                await tutorial.ReportAsync(cancel);
            }
        }
        catch (Exception e) when (cancel.IsCancellationRequested && e is OperationCanceledException or LabException or HttpRequestException or IOException)
        {
            // Whatever breaks off once it's to stop is the stop.
            await cluster.DownAsync();
            await Console.Error.WriteLineAsync("skydive: stopped; everything the lab made is removed.");
            return 130;
        }
        catch (LabException) when (LabOptions.FolderOf(parsed).HoldsALab)
        {
            await Console.Error.WriteLineAsync($"skydive: the lab is left as it is, its logs in {parsed.GetValue(LabOptions.Folder)}; ./skydive down removes it.");
            throw;
        }

        if (isBare)
        {
            AnsiConsole.MarkupLine("\nThree hosts and the cluster, and nothing on them yet. [bold]docs/tutorial.md[/] goes on from here, by hand.");
        }

        AnsiConsole.MarkupLineInterpolated($"\nThe cluster stays up: [bold]http://127.0.0.1:{shape.HttpPort}[/]  ·  ./skydive pbm cluster show  ·  ./skydive down");
        return 0;
    }
}
