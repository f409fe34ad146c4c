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
    private static readonly Option<int> _analyzers = new("--analyzers") { Description = "how many analyzers; several share a PostgreSQL of the lab's own", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> _agents = new("--agents") { Description = "how many agents", DefaultValueFactory = _ => 2 };
    private static readonly Option<bool> _light = new("--light") { Description = "agents' hosts with nothing but eth1, for many of them; goes with --bare" };
    private static readonly Option<int> _httpPort = new("--http-port") { Description = "port of 127.0.0.1 for the web page and API; those of further analyzers follow", DefaultValueFactory = _ => 8082 };
    private static readonly Option<int> _pbmPort = new("--pbm-port") { Description = "port of 127.0.0.1 for the console; those of further analyzers follow", DefaultValueFactory = _ => 9110 };
    private static readonly Option<string?> _postgres = new("--postgres") { Description = "connection string of a PostgreSQL for the journal; without it, the environment's SKYDIVE_POSTGRES, which others don't see among the processes, or a SQLite file, or one of the lab's own for several analyzers" };

    public static Command Create()
    {
        var command = new Command("up", "bring up the lab and run the tutorial on it") { _tunnel, _bare, _analyzers, _agents, _light, _httpPort, _pbmPort, _postgres, LabOptions.Folder };
        command.Validators.Add(result =>
        {
            if (result.GetValue(_bare) && result.GetResult(_tunnel) is { Implicit: false })
            {
                result.AddError("--bare makes no tunnel: leave --tunnel out");
            }

            if (result.GetValue(_light) && !result.GetValue(_bare))
            {
                result.AddError("--light has no switch for the tutorial: it goes with --bare");
            }

            // A validator sees no default value.
            if (result.GetResult(_analyzers) is { Implicit: false } && result.GetValue(_analyzers) is < 1 or > LabPlan.MostAnalyzers)
            {
                result.AddError($"--analyzers should be 1 to {LabPlan.MostAnalyzers}");
            }

            var least = result.GetValue(_bare) ? 1 : 2;
            if (result.GetResult(_agents) is { Implicit: false } && result.GetValue(_agents) is var agents && (agents < least || agents > LabPlan.MostAgents))
            {
                result.AddError($"--agents should be {least} to {LabPlan.MostAgents}{(least == 2 ? ": the tutorial has a tunnel between two" : "")}");
            }
        });
        command.SetAction((parsed, cancel) => LabOptions.GuardAsync(() => RunAsync(parsed, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var isBare = parsed.GetValue(_bare);
        var plan = new LabPlan
        {
            Analyzers = parsed.GetValue(_analyzers),
            Agents = parsed.GetValue(_agents),
            Tunnel = isBare ? null : parsed.GetValue(_tunnel),
            IsLight = parsed.GetValue(_light),
            HttpPort = parsed.GetValue(_httpPort),
            PbmPort = parsed.GetValue(_pbmPort),
            Postgres = parsed.GetValue(_postgres) ?? Environment.GetEnvironmentVariable("SKYDIVE_POSTGRES"),
        };
        if (LabCluster.Refusal(plan) is { } refusal)
        {
            await Console.Error.WriteLineAsync($"skydive: {refusal}.");
            await Console.Error.WriteLineAsync("Without them, ./skydive allinone --pcap FILE analyses a capture file with no privileges.");
            return 1;
        }

        LabOptions.FitOutput();
        var progress = new Progress(AnsiConsole.Console);
        var cluster = new LabCluster(LabOptions.FolderOf(parsed), LabOptions.ProcessesOf(parsed), progress);
        try
        {
            await cluster.UpAsync(plan, cancel);
            if (plan.Tunnel is not null)
            {
                using var client = LabCluster.Client(plan.HttpPort);
                var tutorial = new TutorialRun(client, plan, progress);
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
            AnsiConsole.MarkupLine("\nThe hosts and the cluster, and nothing on them yet. [bold]docs/tutorial.md[/] goes on from here, by hand.");
        }

        var pages = string.Join("  ", Enumerable.Range(plan.HttpPort, plan.Analyzers).Select(port => $"http://127.0.0.1:{port}"));
        AnsiConsole.MarkupLineInterpolated($"\nThe cluster stays up: [bold]{pages}[/]  ·  ./skydive pbm cluster show  ·  ./skydive down");
        return 0;
    }
}
