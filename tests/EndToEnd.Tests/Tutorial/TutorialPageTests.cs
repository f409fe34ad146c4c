using System.Globalization;
using EndToEnd.Tests.Running;
using Lab.Tutorial;

namespace EndToEnd.Tests.Tutorial;

/// <summary>The tutorial's page, typed as it stands there from its first command to its last, on a lab of its own.</summary>
public sealed class TutorialPageTests : IAsyncLifetime
{
    private const string Folder = "/run/skydive-lab-of-tutorial";
    private const int HttpPort = 18086;
    private const int PbmPort = 19116;
    private const string Parent = "2ef6e3bc4a53a5bd";
    private const string Tracking = "09164aca1f8e58d8";

    public Task InitializeAsync() => Task.CompletedTask;

    // The page takes its lab down itself, unless the test has ended before.
    public async Task DisposeAsync() => (await TypeAsync("./skydive down")).ExitCode.ShouldBe(0);

    [Fact]
    public async Task What_the_page_has_its_reader_type_prints_what_it_shows()
    {
        var steps = TutorialPage.Steps(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "tutorial.md")));
        steps.Count.ShouldBeGreaterThan(10);
        steps[0].Commands.Trim().ShouldBe("./skydive up --bare");
        steps[^1].Commands.Trim().ShouldBe("./skydive down");

        var shown = new ShownOutput();
        foreach (var step in steps)
        {
            if (step == steps[^1])
            {
                await TheFlowsAreWhatThePageSaysAsync(shown);
            }

            if (step.IsQuestion)
            {
                await AskAsync(step, shown);
            }
            else
            {
                await DoAsync(step, shown);
            }
        }
    }

    private static async Task DoAsync(PageStep step, ShownOutput shown)
    {
        var run = await TypeAsync(step.Commands);
        run.ExitCode.ShouldBe(0, $"{step.Commands}{run.Output}{run.Errors}");
        if (step.Output is { } output)
        {
            shown.Difference(Here(output), run.Output).ShouldBeNull(step.Commands);
        }
    }

    /// <summary>As the page tells its reader: again, until it's there.</summary>
    private static async Task AskAsync(PageStep step, ShownOutput shown)
    {
        string? difference = null;
        try
        {
            await RunningLab.EventuallyAsync(step.Commands, async () =>
            {
                var run = await TypeAsync(step.Commands);
                difference = run.ExitCode == 0 ? shown.Difference(Here(step.Output!), run.Output) : run.Errors;
                return difference is null;
            }, seconds: 60);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{difference}", e);
        }
    }

    /// <summary>What the page's text says of the identifiers it shows, asked of the API once more.</summary>
    private static async Task TheFlowsAreWhatThePageSaysAsync(ShownOutput shown)
    {
        using var client = Lab.LabCluster.Client(HttpPort);
        var flows = (await client.ElementsAsync("G.Flows()", CancellationToken.None)).Select(FlowRecord.Parse).ToList();
        var eth1 = (await client.ElementsAsync(CapturePoint.Eth1, CancellationToken.None)).ShouldHaveSingleItem()["Metadata"]!["TID"]!.ToString();
        var inner = flows.Where(flow => flow.NodeTid == eth1 && flow.LayersPath == "Ethernet/IPv4/ICMPv4").ShouldHaveSingleItem();
        var outer = flows.Where(flow => flow.LayersPath == "Ethernet/IPv4/GRE").ShouldHaveSingleItem();
        inner.ParentUuid.ShouldBe(outer.Uuid);
        outer.Uuid.ShouldBe(shown.ValueOf(Parent));
        new[] { outer.NetworkA, outer.NetworkB }.ShouldBe(["192.168.50.20", "192.168.50.30"], ignoreOrder: true);

        var seen = await client.ElementsAsync($"G.Flows().Has('TrackingID', '{shown.ValueOf(Tracking)}')", CancellationToken.None);
        seen.Select(flow => flow["NodeTID"]!.ToString()).Distinct().Count().ShouldBe(3);
        seen.Select(flow => flow["UUID"]!.ToString()).Distinct().Count().ShouldBe(3);
    }

    private static Task<Command> TypeAsync(string commands) => Command.RunAsync("bash", "-c", "set -e\n" + Here(commands));

    /// <summary>The page's words for this lab: its folder and ports, and the programs the launcher would run.</summary>
    private static string Here(string text)
    {
        var lab = $"dotnet {Repository.Program("deploy/lab", "Lab")}";
        var here = text
            .Replace("127.0.0.1:8082", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{HttpPort}"), StringComparison.Ordinal)
            .Replace("./skydive up", string.Create(CultureInfo.InvariantCulture, $"{lab} up --folder {Folder} --http-port {HttpPort} --pbm-port {PbmPort}"), StringComparison.Ordinal)
            .Replace("./skydive down", $"{lab} down --folder {Folder}", StringComparison.Ordinal)
            .Replace("./skydive lab exec", $"{lab} exec --folder {Folder}", StringComparison.Ordinal)
            .Replace("./skydive client query", string.Create(CultureInfo.InvariantCulture, $"dotnet {Repository.Program("cli", "Cli")} client query --analyzer http://127.0.0.1:{HttpPort}"), StringComparison.Ordinal);
        here.ShouldNotContain("./skydive");
        return here;
    }
}
