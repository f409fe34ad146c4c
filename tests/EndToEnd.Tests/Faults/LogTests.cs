using System.Text.RegularExpressions;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Faults;

/// <summary>A lab of its own, as nothing may have gone wrong in it.</summary>
public sealed partial class LogTests(RunningLab lab) : IClassFixture<RunningLab>
{
    private static readonly string[] Hosts = ["analyzer", "agent1", "agent2"];

    [Fact]
    public async Task A_healthy_run_and_everybodys_orderly_end_log_nothing_above_information()
    {
        (await lab.FlowsAsync()).ShouldNotBeEmpty();
        foreach (var host in Hosts)
        {
            LinesAbove(host).ShouldBeEmpty(host);
        }

        var stop = await RunningLab.CommandAsync("stop");
        stop.ExitCode.ShouldBe(0, stop.Output + stop.Errors);
        foreach (var host in Hosts)
        {
            var log = RunningLab.LogOf(host);
            log.ShouldContain(host == "analyzer" ? "analyzer stopped" : "agent stopped");
            LinesAbove(host).ShouldBeEmpty(log);
        }

        foreach (var agent in Hosts.Skip(1))
        {
            RunningLab.LogOf("analyzer").ShouldContain($"host {agent} leaves the graph: its agent ended");
        }
    }

    private static List<string> LinesAbove(string host) => [.. RunningLab.LogOf(host).Split('\n').Where(line => Above().IsMatch(line) && !OfABusyMachine().IsMatch(line))];

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d{3} (?!INF|DBG)|^(?!\d\d:\d\d:\d\d\.\d{3} |\[INFO\]).+")]
    private static partial Regex Above();

    /// <summary>An analyzer listens some seconds before it takes members in, a heartbeat comes late: both are Akka's to repeat.</summary>
    [GeneratedRegex("Couldn't join seed nodes|sending of heartbeat was delayed")]
    private static partial Regex OfABusyMachine();
}
