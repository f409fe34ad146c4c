using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Faults;

/// <summary>Whatever becomes of the cluster, what the agents measure goes on.</summary>
public sealed class MembershipTests(RunningLab lab) : IClassFixture<RunningLab>
{
    private const int IcmpId = 6001;
    private const int Pings = 900;

    [Fact]
    public async Task Every_packet_is_counted_in_one_flow_while_analyzers_die_the_network_parts_and_an_agent_is_downed()
    {
        var mirrors = await MirrorsAsync();
        var pinging = RunningLab.CommandAsync("exec", ["agent1", "--", "ip", "netns", "exec", "ns1", "ping", "-q", "-e", $"{IcmpId}", "-i", "0.1", "-c", $"{Pings}", "10.0.0.2"]);
        await RunningLab.EventuallyAsync("the pings are seen", async () => (await PingFlowsAsync()).Count == 3);

        var before = await lab.AgentsAsync();
        (await RunningLab.CommandAsync("kill", "analyzer")).ExitCode.ShouldBe(0);
        await Task.Delay(TimeSpan.FromSeconds(3));
        (await RunningLab.CommandAsync("start", "analyzer")).ExitCode.ShouldBe(0);
        await RunningLab.EventuallyAsync("both agents are back after the analyzer's death", async () => (await lab.AgentsAsync()) is { Count: 2 } now && !now.Overlaps(before));

        before = await lab.AgentsAsync();
        // To the analyzer alone: the tunnel's own way stays open.
        await RunningLab.OnHostAsync("agent1", "ip route add blackhole 192.168.50.10/32");
        await RunningLab.EventuallyAsync("agent1 has left the cluster", async () => (await lab.AgentsAsync()).Count == 1);
        await RunningLab.OnHostAsync("agent1", "ip route del blackhole 192.168.50.10/32");
        await RunningLab.EventuallyAsync("agent1 is back after the partition", async () => (await lab.AgentsAsync()) is { Count: 2 } now && now.IsProperSubsetOf(before) is false);

        var agent1 = (await lab.AgentsAsync()).Single(address => address.Contains("192.168.50.20", StringComparison.Ordinal));
        (await PbmAsync("cluster", "down", "-a", agent1)).ExitCode.ShouldBe(0);
        await RunningLab.EventuallyAsync("agent1 is back after it was downed", async () => (await lab.AgentsAsync()) is { Count: 2 } now && !now.Contains(agent1));

        var pinged = await pinging;
        pinged.Output.ShouldContain($"{Pings} packets transmitted, {Pings} received");
        await RunningLab.EventuallyAsync("all packets are counted at all three points", async () =>
            (await PingFlowsAsync()).TrueForAll(flow => (flow.AbPackets, flow.BaPackets) == (Pings, Pings)));
        (await PingFlowsAsync()).Count.ShouldBe(3);
        (await MirrorsAsync()).ShouldBe(mirrors);
    }

    private async Task<List<Lab.Tutorial.FlowRecord>> PingFlowsAsync() => [.. (await lab.FlowsAsync()).Where(flow => flow.IcmpId == IcmpId)];

    private static Task<string> MirrorsAsync() => RunningLab.OnHostAsync("agent1", "ovs-vsctl --columns=_uuid --format=list find mirror");

    private static Task<Command> PbmAsync(params string[] command) =>
        Command.DotnetAsync(Repository.Program("compat/Petabridge.Cmd", "pbm"), ["--host", "127.0.0.1", "--port", $"{RunningLab.PbmPort}", .. command]);
}
