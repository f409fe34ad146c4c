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

        plan.ByHost["h1"].Captures.Select(c => (c.Capture.Uuid, c.NodeId, c.NodeTid)).ShouldBe([("c1", "a", "tid-a"), ("c2", "a", "tid-a")]);
        plan.ByHost["h2"].Captures.Select(c => (c.Capture.Uuid, c.NodeId)).ShouldBe([("c1", "b")]);
    }

    [Fact]
    public void A_host_that_selects_nothing_gets_an_empty_list() =>
        CapturePlan.Make([], ["h1"]).ByHost["h1"].Captures.ShouldBeEmpty();

    [Fact]
    public void A_node_selected_twice_is_captured_once() =>
        CapturePlan.Make([new CaptureSelection(One, [FixedSelector.NodeOf("a", "h1"), FixedSelector.NodeOf("a", "h1")])], ["h1"]).ByHost["h1"].Captures.Count.ShouldBe(1);

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
}
