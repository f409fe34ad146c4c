using Analyzer.Node.Captures;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Captures;
using Topology.Fabric.Model;
using GraphNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Captures;

public sealed class CapturePlanTests
{
    private static readonly Capture One = new() { Uuid = "c1", GremlinQuery = "G.V()", CreatedAt = 1 };
    private static readonly Capture Two = new() { Uuid = "c2", GremlinQuery = "G.V()", CreatedAt = 2 };

    [Fact]
    public void Each_host_gets_the_captures_of_its_own_nodes()
    {
        var plan = CapturePlan.Make(
            [
                new CaptureSelection(Two, [FixedSelector.NodeOf("a", "h1")]),
                new CaptureSelection(One, [FixedSelector.NodeOf("a", "h1"), FixedSelector.NodeOf("b", "h2")]),
            ],
            ["h1", "h2"]);

        Told(plan, "h1").ShouldBe([("c1", "a", "tid-a"), ("c2", "a", "tid-a")]);
        Told(plan, "h2").ShouldBe([("c1", "b", "tid-b")]);
    }

    [Fact]
    public void A_host_that_selects_nothing_gets_an_empty_list() =>
        CapturePlan.Make([], ["h1"]).ByHost["h1"].Captures.ShouldBeEmpty();

    [Fact]
    public void A_node_selected_twice_is_captured_once() =>
        CapturePlan.Make([new CaptureSelection(One, [FixedSelector.NodeOf("a", "h1"), FixedSelector.NodeOf("a", "h1")])], ["h1"]).ByHost["h1"].Captures.ShouldHaveSingleItem().Nodes.Count.ShouldBe(1);

    [Fact]
    public void A_capture_on_many_nodes_of_a_host_is_told_once_without_what_only_its_users_need()
    {
        var capture = new Capture { Uuid = "c", GremlinQuery = "G.V()", Description = "long", Name = "name", BpfFilter = "icmp" };
        var told = CapturePlan.Make([new CaptureSelection(capture, [FixedSelector.NodeOf("b", "h1"), FixedSelector.NodeOf("a", "h1")])], ["h1"]).ByHost["h1"].Captures.ShouldHaveSingleItem();

        told.Nodes.Select(node => node.Id).ShouldBe(["a", "b"]);
        told.Capture.ShouldBe(new Capture { Uuid = "c", Name = "name", BpfFilter = "icmp" });
    }

    [Fact]
    public void More_captures_than_there_may_be_on_a_node_are_left_out_the_newest_first()
    {
        var node = FixedSelector.NodeOf("a", "h1");
        var captures = Enumerable.Range(0, CaptureLimits.MaxOnNode + 2).Select(i => new CaptureSelection(new Capture { Uuid = $"c{i:00}", CreatedAt = 100 + i }, [node])).Reverse().ToList();

        var plan = CapturePlan.Make(captures, ["h1"]);

        plan.LeftOut.ShouldBe(2);
        Told(plan, "h1").Select(told => told.Capture).ShouldBe(Enumerable.Range(0, CaptureLimits.MaxOnNode).Select(i => $"c{i:00}"));
        plan.NoRoomFor([node]).ShouldBe("a on h1 has 32 captures, and may have no more.");
        plan.NoRoomFor([FixedSelector.NodeOf("b", "h1"), FixedSelector.NodeOf("a", "h2")]).ShouldBeNull();
    }

    [Fact]
    public void A_host_has_so_many_captures_in_all()
    {
        var nodes = Enumerable.Range(0, 1000).Select(i => FixedSelector.NodeOf($"n{i:000}", "h1")).ToList();
        var captures = Enumerable.Range(0, 5).Select(i => new CaptureSelection(new Capture { Uuid = $"c{i}", CreatedAt = i }, nodes)).ToList();

        var plan = CapturePlan.Make(captures, ["h1"]);

        plan.LeftOut.ShouldBe(5000 - CaptureLimits.MaxOnHost);
        Told(plan, "h1").Count().ShouldBe(CaptureLimits.MaxOnHost);
        plan.NoRoomFor([nodes[0]])!.ShouldStartWith("host h1 has captures on 4096 nodes");
        CapturePlan.Make(captures.Take(4), ["h1"]).NoRoomFor([.. nodes.Take(96)]).ShouldBeNull();
        CapturePlan.Make(captures.Take(4), ["h1"]).NoRoomFor([.. nodes.Take(97)]).ShouldNotBeNull();
    }

    [Fact]
    public void Nodes_without_an_agent_or_a_TID_are_not_captured_on()
    {
        var namespaceNode = new GraphNode { Id = "ns", Host = "h1", Metadata = Metadata.Create(("Name", "ns")) };
        var plan = CapturePlan.Make([new CaptureSelection(One, [FixedSelector.NodeOf("TOR1", "fabric"), namespaceNode])], ["h1"]);

        plan.ByHost.Keys.ShouldBe(["h1"]);
        plan.ByHost["h1"].Captures.ShouldBeEmpty();
    }

    [Fact]
    public void Only_lists_that_changed_are_told()
    {
        var before = CapturePlan.Make([new CaptureSelection(One, [FixedSelector.NodeOf("a", "h1"), FixedSelector.NodeOf("b", "h2")])], ["h1", "h2"]);
        var after = CapturePlan.Make([new CaptureSelection(One, [FixedSelector.NodeOf("b", "h2")])], ["h1", "h2", "h3"]);

        after.ChangedSince(before).Select(list => list.Host).ShouldBe(["h1", "h3"]);
        after.ChangedSince(after).ShouldBeEmpty();
    }

    private static IEnumerable<(string Capture, string Node, string Tid)> Told(CapturePlan plan, string host) =>
        plan.ByHost[host].Captures.SelectMany(told => told.Nodes.Select(node => (told.Capture.Uuid, node.Id, node.Tid)));
}
