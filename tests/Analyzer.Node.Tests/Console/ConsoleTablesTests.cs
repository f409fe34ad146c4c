using Analyzer.Node.Console;
using Shared.Messages.Captures;
using Shared.Messages.Flows;
using Shared.Messages.Retention;
using Topology.Fabric.Model;
using Topology.Fabric.Tests.Gremlin;

namespace Analyzer.Node.Tests.Console;

public class ConsoleTablesTests
{
    [Fact]
    public void Inner_flows_stand_indented_below_their_tunnel()
    {
        var lines = ConsoleTables.Flows(SampleNetwork.Flows, SampleNetwork.Graph, 50).Split('\n');
        var outer = Array.FindIndex(lines, l => l.Contains("Ethernet/IPv4/GRE", StringComparison.Ordinal));
        lines[outer + 1].ShouldContain("└ Ethernet/IPv4/ICMPv4");
        lines[outer + 1].ShouldContain("10.0.0.1 -> 10.0.0.2 ECHO id 4711");
        lines[outer + 1].ShouldContain("eth1@h");
        lines.ShouldContain(l => l.Contains("10.0.0.2:40000 -> 10.0.0.9:80", StringComparison.Ordinal));
    }

    [Fact]
    public void A_flow_that_is_its_own_parent_is_shown_once()
    {
        var flow = new Flow { Uuid = "a", ParentUuid = "a", LayersPath = "Ethernet" };
        ConsoleTables.Flows([flow, new Flow { Uuid = "b", LayersPath = "Ethernet/ARP" }], Graph.Empty, 50).ShouldContain("Ethernet/ARP");
    }

    [Fact]
    public void The_topology_is_a_tree_by_ownership()
    {
        var text = ConsoleTables.Topology(SampleNetwork.Graph);
        text.ShouldContain("agent1 (host)");
        text.ShouldContain("── br0 (ovsbridge)");
        text.ShouldContain("tor1 (device)");
    }

    [Fact]
    public void A_capture_says_where_it_runs()
    {
        var running = Graph.Empty.With(new global::Topology.Fabric.Model.Node
        {
            Id = "e",
            Host = "agent1",
            Metadata = Metadata.Create(("Name", "eth1"), ("Captures", System.Collections.Immutable.ImmutableArray.Create<MetaValue>(Metadata.Create(("ID", "c1"))))),
        });
        ConsoleTables.Captures([new Capture { Uuid = "c1", GremlinQuery = "G.V()" }], running).ShouldContain("eth1@agent1");
    }

    [Fact]
    public void A_journal_says_what_it_keeps_and_what_is_wrong_with_it()
    {
        var text = ConsoleTables.Journals([new JournalKept { Name = "flows", Counted = true, Events = 12, Size = 3 << 20, MaxAge = 43_200_000, DeletedEvents = 7, LastError = "no such host" }]);
        text.ShouldContain("│ flows   │ 12");
        text.ShouldContain("0.5 d, all");
        text.ShouldContain("7 events, 0 MiB");
        text.ShouldContain("no such host");
    }

    [Fact]
    public void Nothing_is_said_in_words() => ConsoleTables.Flows([], Graph.Empty, 50).ShouldBe("no flows");
}
