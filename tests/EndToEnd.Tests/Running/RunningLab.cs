using System.Diagnostics;
using System.Text.Json.Nodes;
using Cli.Client;
using Lab.Tutorial;

// The tests share the machine's ports and cores: one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace EndToEnd.Tests.Running;

/// <summary>A lab of the tests' own, beside any the user has up: brought up with the tutorial as `./skydive up` does, removed at the end.</summary>
public class RunningLab : IAsyncLifetime
{
    internal const string Folder = "/run/skydive-lab-of-tests";

    public const int HttpPort = 18082;
    public const int PbmPort = 19110;

    private protected virtual string[] UpOptions => [];

    internal SkydiveClient Client { get; } = Lab.LabCluster.Client(HttpPort);

    /// <summary>What `up` printed.</summary>
    internal Command Up { get; private set; } = new(0, "", "");

    public virtual async Task InitializeAsync()
    {
        Up = await CommandAsync("up", ["--http-port", $"{HttpPort}", "--pbm-port", $"{PbmPort}", .. UpOptions]);
        if (Up.ExitCode == 0)
        {
            return;
        }

        var logs = Directory.Exists(Folder)
            ? string.Join('\n', Directory.EnumerateFiles(Folder, "skydive.log", SearchOption.AllDirectories).SelectMany(f => File.ReadLines(f).TakeLast(25).Prepend($"--- {f}")))
            : "";
        await CommandAsync("down");
        throw new InvalidOperationException($"the lab did not come up:\n{Up.Output}\n{Up.Errors}\n{logs}");
    }

    public virtual async Task DisposeAsync()
    {
        Client.Dispose();
        (await CommandAsync("down")).ExitCode.ShouldBe(0);
    }

    /// <summary>A lab command: up, down, kill, start, ps.</summary>
    internal static Task<Command> CommandAsync(string name, params string[] options) =>
        Command.DotnetAsync(Repository.Program("deploy/lab", "Lab"), [name, "--folder", Folder, .. options]);

    /// <summary>A program on a host of the lab; its output, and a failed assertion when it fails.</summary>
    internal static async Task<string> OnHostAsync(string host, string command)
    {
        var run = await Command.DotnetAsync(Repository.Program("deploy/lab", "Lab"), ["exec", "--folder", Folder, host, "--", .. command.Split(' ')]);
        run.ExitCode.ShouldBe(0, $"{command} on {host}: {run.Errors}{run.Output}");
        return run.Output;
    }

    internal static string LogOf(string host) => File.ReadAllText(Path.Combine(Folder, host, "skydive.log"));

    internal async Task<IReadOnlyList<FlowRecord>> FlowsAsync(string gremlin = "G.Flows()") =>
        [.. (await Client.ElementsAsync(gremlin, CancellationToken.None)).Select(FlowRecord.Parse)];

    internal Task<IReadOnlyList<JsonObject>> NodesAsync(string gremlin) => Client.ElementsAsync(gremlin, CancellationToken.None);

    /// <summary>Addresses of the agents that are members of the cluster, up and reachable.</summary>
    internal async Task<HashSet<string>> AgentsAsync() =>
    [
        .. from member in (await Client.StatusAsync(CancellationToken.None))["Cluster"]!["Members"]!.AsArray()
           where member["Roles"]!.AsArray().Any(role => role!.ToString() == "agent") && member["Status"]!.ToString() == "Up" && member["Reachable"]!.GetValue<bool>()
           select member["Address"]!.ToString(),
    ];

    /// <summary>Waits until a condition holds; what an answer throws meanwhile (the analyzer is down, say) counts as not yet.</summary>
    internal static async Task EventuallyAsync(string what, Func<Task<bool>> holds, int seconds = 90)
    {
        var since = Stopwatch.StartNew();
        Exception? last = null;
        while (since.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            try
            {
                if (await holds())
                {
                    return;
                }

                last = null;
            }
            catch (Exception e) when (e is HttpRequestException or Lab.Hosts.LabException or TaskCanceledException)
            {
                last = e;
            }

            await Task.Delay(250);
        }

        throw new TimeoutException($"not within {seconds} s: {what}{(last is null ? "" : $" (last: {last.Message})")}");
    }
}

/// <summary>Tests that only look, and add what they take away again, share one lab.</summary>
[CollectionDefinition(Name)]
public sealed class SharedLab : ICollectionFixture<RunningLab>
{
    public const string Name = "shared lab";
}
