using System.Text.RegularExpressions;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Faults;

/// <summary>A lab of its own, as nothing may have gone wrong in it.</summary>
public sealed partial class LogTests(RunningLab lab) : IClassFixture<RunningLab>
{
    private static readonly string[] Hosts = ["analyzer", "agent1", "agent2"];

    [Fact]
    public async Task A_healthy_run_and_an_agents_orderly_end_log_nothing_above_information()
    {
        (await lab.FlowsAsync()).ShouldNotBeEmpty();
        foreach (var host in Hosts)
            LinesAbove(host).ShouldBeEmpty(host);

        await RunningLab.OnHostAsync("agent1", "pkill -TERM -f Node.dll");
        await RunningLab.EventuallyAsync("agent1 has ended", () => Task.FromResult(RunningLab.LogOf("agent1").Contains("agent stopped", StringComparison.Ordinal)), seconds: 30);
        LinesAbove("agent1").ShouldBeEmpty();
    }

    private static IEnumerable<string> LinesAbove(string host) => RunningLab.LogOf(host).Split('\n').Where(line => Above().IsMatch(line));

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d{3} (?!INF|DBG)|^(?!\d\d:\d\d:\d\d\.\d{3} |\[INFO\]).+")]
    private static partial Regex Above();
}
