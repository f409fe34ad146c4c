using System.Text.Json.Nodes;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Faults;

/// <summary>A lab whose analyzer keeps its journal in PostgreSQL, a cluster of the tests' own.</summary>
public sealed class PostgresLab : RunningLab
{
    private PostgresServer? _server;

    private protected override string[] UpOptions => ["--postgres", _server!.ConnectionString];

    public override async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server!.StopAsync();
    }
}

public sealed class SqliteCrashTests(RunningLab lab) : CrashTests(lab), IClassFixture<RunningLab>;

public sealed class PostgresCrashTests(PostgresLab lab) : CrashTests(lab), IClassFixture<PostgresLab>;

/// <summary>kill -9 of the cluster's processes.</summary>
public abstract class CrashTests(RunningLab lab)
{
    [Fact]
    public async Task A_killed_analyzer_comes_back_with_its_graph_captures_and_flows_and_the_agents_join_it()
    {
        var nodes = Ids(await lab.NodesAsync("G.V()"));
        var captures = Uuids(await lab.Client.QueryAsync("G.V().Has('Name', 'br0')", default), "Captures");
        var pings = (await lab.FlowsAsync()).Where(f => f.IcmpId == 4711).Select(f => f.Uuid).Order().ToList();
        pings.Count.ShouldBe(3);

        (await RunningLab.CommandAsync("kill", "analyzer")).ExitCode.ShouldBe(0);
        (await RunningLab.CommandAsync("start", "analyzer")).ExitCode.ShouldBe(0);

        await RunningLab.EventuallyAsync("the same nodes", async () => nodes.IsSubsetOf(Ids(await lab.NodesAsync("G.V()"))));
        await RunningLab.EventuallyAsync("the same flows", async () =>
            (await lab.FlowsAsync()).Where(f => f.IcmpId == 4711).Select(f => f.Uuid).Order().ToList() is var now && pings.TrueForAll(now.Contains));
        await RunningLab.EventuallyAsync("both agents joined again", async () =>
            (await lab.Client.StatusAsync(default)).ToJsonString() is var status && status.Contains("agent1", StringComparison.Ordinal) && status.Contains("agent2", StringComparison.Ordinal));
        await RunningLab.EventuallyAsync("the captures run again", async () =>
            captures.SetEquals(Uuids(await lab.Client.QueryAsync("G.V().Has('Name', 'br0')", default), "Captures")));
        await RunningLab.EventuallyAsync("a ping injected now is seen", () => PingIsSeenAsync(5001));
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
        if ((await lab.FlowsAsync()).Any(f => f.IcmpId == icmpId && f.ParentUuid.Length > 0))
            return true;
        await lab.Client.CreateInjectionAsync(new JsonObject { ["Src"] = CapturePoint.Eth0OfNs1, ["Dst"] = CapturePoint.Eth0OfNs2, ["Type"] = "icmp4", ["Count"] = 2, ["ICMPID"] = icmpId }, default);
        await Task.Delay(TimeSpan.FromSeconds(2));
        return false;
    }

    private static HashSet<string> Ids(IReadOnlyList<JsonObject> elements) => [.. elements.Select(e => e["ID"]!.ToString())];

    private static HashSet<string> Uuids(JsonNode nodes, string key) =>
        [.. nodes.AsArray().SelectMany(n => n!["Metadata"]![key] as JsonArray ?? []).Where(c => c!["State"]?.ToString() == "active").Select(c => c!["ID"]!.ToString())];
}
