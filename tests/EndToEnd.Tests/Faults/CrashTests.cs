using System.Text.Json.Nodes;
using EndToEnd.Tests.Running;
using Lab.Tutorial;

namespace EndToEnd.Tests.Faults;

[Collection(VxlanSqliteLab.Name)]
public sealed class SqliteCrashTests(VxlanSqliteLab.Lab lab) : CrashTests(lab);

[Collection(GenevePostgresLab.Name)]
public sealed class PostgresCrashTests(GenevePostgresLab.Lab lab) : CrashTests(lab);

/// <summary>kill -9 of the cluster's processes.</summary>
public abstract class CrashTests(RunningLab lab)
{
    private static readonly (string Host, string Address)[] _agents = [("agent1", Lab.LabPlan.AgentAddress(1)), ("agent2", Lab.LabPlan.AgentAddress(2))];

    [Fact]
    public async Task A_killed_analyzer_comes_back_with_its_graph_captures_and_flows_and_the_agents_join_it()
    {
        var nodes = Ids(await lab.NodesAsync("G.V()"));
        nodes.ShouldNotBeEmpty();
        var captures = await CapturesAsync();
        captures.Count.ShouldBe(3);
        var pings = (await PingsAsync(4711)).Select(f => f.Uuid).Order().ToList();
        pings.Count.ShouldBe(3);
        var before = await lab.AgentsAsync();
        before.Count.ShouldBe(2);

        (await RunningLab.CommandAsync("kill", "analyzer")).ExitCode.ShouldBe(0);
        (await RunningLab.CommandAsync("start", "analyzer")).ExitCode.ShouldBe(0);

        await RunningLab.EventuallyAsync("the same nodes", async () => nodes.IsSubsetOf(Ids(await lab.NodesAsync("G.V()"))));
        await RunningLab.EventuallyAsync("the same flows", async () =>
            (await PingsAsync(4711)).Select(f => f.Uuid).Order().SequenceEqual(pings));
        await RunningLab.EventuallyAsync("both agents joined again", async () =>
            await lab.AgentsAsync() is { Count: 2 } now && !now.Overlaps(before) && Array.TrueForAll(_agents, a => now.Any(address => address.Contains($"@{a.Address}:", StringComparison.Ordinal))));
        // What the journal doesn't hold can come from the agents alone.
        foreach (var (host, _) in _agents)
        {
            await RunningLab.OnHostAsync(host, $"ip link add since-{host} type veth peer name since-peer");
        }

        foreach (var (host, _) in _agents)
        {
            await RunningLab.EventuallyAsync($"what {host} has since is seen", async () => (await lab.NodesAsync($"G.V().Has('Host', '{host}', 'Name', 'since-{host}')")).Count == 1);
        }

        await RunningLab.EventuallyAsync("the captures run again", async () => captures.SetEquals(await CapturesAsync()));
        await RunningLab.EventuallyAsync("a ping injected now is seen by all three captures as the same packets", () => PingIsSeenAsync(5001));
    }

    [Fact]
    public async Task A_killed_agents_nodes_leave_the_graph_and_come_back_with_it()
    {
        (await lab.NodesAsync("G.V().Has('Host', 'agent2')")).ShouldNotBeEmpty();
        (await RunningLab.CommandAsync("kill", "agent2")).ExitCode.ShouldBe(0);
        await RunningLab.EventuallyAsync("agent2's nodes left", async () => (await lab.NodesAsync("G.V().Has('Host', 'agent2')")).Count == 0);
        (await lab.NodesAsync("G.V().Has('Host', 'agent1')")).ShouldNotBeEmpty();

        (await RunningLab.CommandAsync("start", "agent2")).ExitCode.ShouldBe(0);
        await RunningLab.EventuallyAsync("agent2's nodes are back", async () => (await lab.NodesAsync(CapturePoint.Eth0OfNs2)).Count == 1);
        await RunningLab.EventuallyAsync("its capture runs again", async () =>
            (await lab.NodesAsync(CapturePoint.Br0OfAgent2)).Single()["Metadata"]!["Captures"] is JsonArray { Count: 1 } captures && captures[0]!["State"]!.ToString() == "active");
        // The mirror and its port that the killed agent left behind are gone: one capture, one mirror.
        (await RunningLab.OnHostAsync("agent2", "ovs-vsctl --columns=_uuid --format=list find mirror")).Split("_uuid").Length.ShouldBe(2);
    }

    private async Task<bool> PingIsSeenAsync(int icmpId)
    {
        var seen = await PingsAsync(icmpId);
        string[] points = [CapturePoint.Eth1, CapturePoint.Br0OfAgent1, CapturePoint.Br0OfAgent2];
        var tids = new List<string>();
        foreach (var point in points)
        {
            tids.Add((await lab.NodesAsync(point)).Single()["Metadata"]!["TID"]!.ToString());
        }

        if (seen.Select(f => f.NodeTid).Order().SequenceEqual(tids.Order()) && seen.Single(f => f.NodeTid == tids[0]).ParentUuid.Length > 0)
        {
            seen.Select(f => f.L3TrackingId).Distinct().ShouldHaveSingleItem().ShouldNotBeEmpty();
            return true;
        }

        await lab.Client.CreateInjectionAsync(new JsonObject { ["Src"] = CapturePoint.Eth0OfNs1, ["Dst"] = CapturePoint.Eth0OfNs2, ["Type"] = "icmp4", ["Count"] = 2, ["ICMPID"] = icmpId }, default);
        await Task.Delay(TimeSpan.FromSeconds(2));
        return false;
    }

    private static HashSet<string> Ids(IReadOnlyList<JsonObject> elements) => [.. elements.Select(e => e["ID"]!.ToString())];

    private async Task<List<FlowRecord>> PingsAsync(int icmpId) => [.. (await lab.FlowsAsync()).Where(f => f.IcmpId == icmpId)];

    /// <summary>Of the captures that run: where each one does.</summary>
    private async Task<HashSet<string>> CapturesAsync() =>
    [
        .. from node in await lab.NodesAsync("G.V()")
           from capture in node["Metadata"]!["Captures"] as JsonArray ?? []
           where capture!["State"]?.ToString() == "active"
           select $"{capture["ID"]} on {node["ID"]}",
    ];
}
