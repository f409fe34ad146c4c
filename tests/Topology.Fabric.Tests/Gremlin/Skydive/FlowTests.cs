using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin.Skydive;

/// <summary>The queries Skydive's own tests of flows and groups ask, and how much they find.</summary>
public sealed class FlowTests
{
    private static readonly Graph Graph = TraversalTests.Build(
        [
            TraversalTests.Node("a", ("TID", "123"), ("MAC", "123")),
            TraversalTests.Node("b", ("TID", "456"), ("PeerIntfMAC", "456")),
            TraversalTests.Node("c", ("TID", "789"), ("MAC", "789")),
            // A bridge has its port's address.
            TraversalTests.Node("d", ("MAC", "123"), ("Type", "bridge")),
        ],
        []);

    private static readonly Flow[] Two = [Icmp("1", 222, "node1"), Icmp("2", 444, "node1")];
    private static readonly Flow[] Captured = [Icmp("1", 222, "123"), Icmp("2", 444, "456")];
    private static readonly Flow[] Linked = [Icmp("1", 222, "", a: "123"), Icmp("2", 444, "", a: "456", b: "456"), Icmp("3", 666, "", a: "123", b: "123")];

    private static readonly Flow[] Tracked =
    [
        Icmp("1", 222, "Capture1", a: "123", tracking: "Tracking123"), Icmp("2", 222, "Capture2", a: "123", tracking: "Tracking123"),
        Icmp("3", 444, "", b: "456", tracking: "Tracking456"), Icmp("4", 666, "", b: "789", tracking: "Tracking789"),
    ];

    [Theory]
    [InlineData("G.Flows().Has('ICMP.ID', 222)", 1)]
    [InlineData("G.Flows().Has('ICMP.ID', NE(555))", 2)]
    [InlineData("G.Flows().Has('ICMP.ID', NE(555)).Limit(1)", 1)]
    [InlineData("G.Flows().HasEither('ICMP.ID', 222, 'ICMP.ID', 444)", 2)]
    [InlineData("G.Flows().Has('NodeTID', 'node1')", 2)]
    [InlineData("G.Flows().Has('NodeTID', \"node1\").Has('ICMP.ID', 222)", 1)]
    [InlineData("G.Flows().HasEither('NodeTID', 'node1', 'ICMP.ID', 444).Has('ICMP.ID', 222)", 1)]
    [InlineData("G.Flows()", 2)]
    [InlineData("G.Flows().Limit(1)", 1)]
    [InlineData("G.Flows().Dedup('NodeTID')", 1)]
    [InlineData("G.Flows().Dedup('UUID').Limit(1)", 1)]
    public async Task Flows_are_found(string query, int count) => (await FlowsAsync(Two, query)).ShouldBe(count);

    [Theory]
    [InlineData("G.Flows().CaptureNode()", "a b")]
    [InlineData("G.Flows().Node()", "a b")]
    [InlineData("G.Flows().Hops()", "a b")]
    [InlineData("G.Flows().CaptureNode().Limit(1)", "a")]
    [InlineData("G.Flows().CaptureNode('TID', '456')", "b")]
    public async Task The_nodes_that_saw_them_are_found(string query, string ids) => (await NodesAsync(Captured, query)).ShouldBe(ids);

    [Theory]
    [InlineData("G.Flows().In()", "a b a")]
    [InlineData("G.Flows().In().Limit(1)", "a")]
    [InlineData("G.Flows().Out()", "b a")]
    [InlineData("G.Flows().Out().Limit(1)", "b")]
    [InlineData("G.Flows().Both()", "a b b a a")]
    [InlineData("G.Flows().Both().Limit(1)", "a")]
    // Of nodes with the same address, the first that's wanted.
    [InlineData("G.Flows().In('Type', 'bridge')", "d d")]
    [InlineData("G.Flows().Nodes('Type', 'bridge')", "d d d")]
    public async Task The_nodes_at_their_ends_are_found(string query, string ids) => (await NodesAsync(Linked, query)).ShouldBe(ids);

    [Theory]
    [InlineData("G.Flows().Group()", "Tracking123=2 Tracking456=1 Tracking789=1")]
    [InlineData("G.Flows().Group().MoreThan(1)", "Tracking123=2")]
    [InlineData("G.Flows().Group().MoreThan()", "Tracking123=2")]
    [InlineData("G.Flows().Group('NodeTID').MoreThan()", "=2")]
    public async Task Flows_are_grouped(string query, string groups) =>
        string.Join(' ', ((GroupsTraversal)await RunAsync(Tracked, query)).Groups.Select(group => $"{group.Key}={group.Value.Count}")).ShouldBe(groups);

    [Fact]
    public async Task Those_last_seen_after_a_time_are_found()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Flow[] flows = [Icmp("new", 1, "", last: now), Icmp("minute", 2, "", last: now - 60_000), Icmp("old", 1, "", last: 1_000)];

        (await FlowsAsync(flows, "G.Flows().Since('-30s')")).ShouldBe(1);
        (await FlowsAsync(flows, "G.Flows().Since('2m')")).ShouldBe(2);
        (await FlowsAsync(flows, "G.Flows(Since(120))")).ShouldBe(2);
        (await FlowsAsync(flows, "G.Flows(Since(120), 'ICMP.ID', 1)")).ShouldBe(1);
        (await FlowsAsync(flows, "G.Flows().Since('2001-09-09T01:46:40Z')")).ShouldBe(2);
        (await FlowsAsync(flows, "G.Flows().Has('Last', Since(30))")).ShouldBe(1);
        (await FlowsAsync(flows, "G.Flows().Since('1970-01-01T00:00:01Z')")).ShouldBe(3);
    }

    private static async Task<int> FlowsAsync(Flow[] flows, string query) => ((FlowsTraversal)await RunAsync(flows, query)).Flows.Count;

    private static async Task<string> NodesAsync(Flow[] flows, string query) => string.Join(' ', ((NodesTraversal)await RunAsync(flows, query)).Nodes.Select(node => node.Id));

    private static Task<Traversal> RunAsync(Flow[] flows, string query) => GremlinQuery.Parse(query).RunAsync(Graph, flows, CancellationToken.None);

    private static Flow Icmp(string uuid, uint id, string tid, string a = "", string b = "", string tracking = "", long last = 0)
    {
        var flow = new Flow { Uuid = uuid, NodeTid = tid, TrackingId = tracking, Icmp = new IcmpLayer { Id = id }, Last = last };
        if (a.Length + b.Length > 0)
        {
            flow.Link = new FlowLayer { A = a, B = b };
        }

        return flow;
    }
}
