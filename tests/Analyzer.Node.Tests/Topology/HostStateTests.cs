using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Shared.Messages.Parts;
using Shared.Messages.Topology;

namespace Analyzer.Node.Tests.Topology;

public sealed class HostStateTests
{
    private readonly HostState _empty = HostState.Empty("h1");

    [Fact]
    public void The_first_whole_graph_is_all_new()
    {
        var changed = _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b")], [Graphs.Edge("a", "b")]), HostState.CauseSync, 100).ShouldHaveSingleItem();

        changed.Host.ShouldBe("h1");
        changed.Revision.ShouldBe(1);
        changed.At.ShouldBe(100);
        changed.Cause.ShouldBe("sync");
        changed.Changes.Count.ShouldBe(3);
    }

    [Fact]
    public void A_whole_graph_that_is_known_changes_nothing()
    {
        var sync = Graphs.Sync("s", 1, [Graphs.Node("a")]);
        var state = Applied(_empty, _empty.Decide(sync, HostState.CauseSync, 100));

        state.Decide(sync, HostState.CauseSync, 200).ShouldBeEmpty();
    }

    [Fact]
    public void What_a_whole_graph_leaves_out_is_deleted()
    {
        var state = Applied(_empty, _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b")]), HostState.CauseSync, 100));
        var changed = state.Decide(Graphs.Sync("t", 1, [Graphs.Node("b", "h1", ("MTU", "9000")), Graphs.Node("c")]), HostState.CauseSync, 200);

        var changes = changed.ShouldHaveSingleItem().Changes;
        changes.Where(c => c.ChangeCase == GraphChange.ChangeOneofCase.NodeDeleted).Select(c => c.NodeDeleted).ShouldBe(["a"]);
        changes.Where(c => c.ChangeCase == GraphChange.ChangeOneofCase.NodeSet).Select(c => c.NodeSet.Id).ShouldBe(["b", "c"], ignoreOrder: true);
        Applied(state, changed).Graph.Nodes.Select(n => n.Id).ShouldBe(["b", "c"], ignoreOrder: true);
    }

    [Fact]
    public void An_update_that_says_what_is_known_changes_nothing()
    {
        var state = Applied(_empty, _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a")]), HostState.CauseSync, 100));

        state.Decide(Graphs.Update("s", 2, Graphs.Set(Graphs.Node("a"))), 200).ShouldBeEmpty();
    }

    [Fact]
    public void An_element_set_and_deleted_in_one_update_is_gone()
    {
        var state = Applied(_empty, _empty.Decide(Graphs.Update("s", 1, Graphs.Set(Graphs.Node("a")), Graphs.DeleteNode("a")), 100));

        state.Graph.NodeCount.ShouldBe(0);
    }

    [Fact]
    public void An_element_deleted_and_set_again_in_one_update_is_there()
    {
        var state = Applied(_empty, _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a")]), HostState.CauseSync, 100));
        state = Applied(state, state.Decide(Graphs.Update("s", 2, Graphs.DeleteNode("a"), Graphs.Set(Graphs.Node("a"))), 200));
        state.Graph.Node("a").ShouldNotBeNull();

        state = Applied(state, state.Decide(Graphs.Update("s", 3, Graphs.Set(Graphs.Node("a", "h1", ("MTU", "9000"))), Graphs.Set(Graphs.Node("a"))), 300));
        state.Graph.Node("a")!.Metadata["MTU"].IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_lost_agent_takes_everything_along()
    {
        var state = Applied(_empty, _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b")], [Graphs.Edge("a", "b"), Graphs.Edge("a", "elsewhere")]), HostState.CauseSync, 100));
        var changed = state.DecideAgentLost(200);
        var after = Applied(state, changed);

        changed.ShouldHaveSingleItem().Cause.ShouldBe("agent lost");
        after.Graph.NodeCount.ShouldBe(0);
        after.Graph.AllEdges.ShouldBeEmpty();
        after.Revision.ShouldBe(2);
        after.DecideAgentLost(300).ShouldBeEmpty();
    }

    [Fact]
    public void A_snapshot_is_the_state_again()
    {
        var state = Applied(_empty, _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a", "h1", ("Type", "host"))], [Graphs.Edge("a", "elsewhere")]), HostState.CauseSync, 100));
        var again = HostState.From(HostGraph.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(state.ToMessage())));

        again.Revision.ShouldBe(1);
        again.Graph.Node("a").ShouldBe(state.Graph.Node("a"));
        again.Graph.AllEdges.ShouldHaveSingleItem().Child.ShouldBe("elsewhere");
    }

    [Theory]
    [InlineData(5, 6, AgentSession.Verdict.Next)]
    [InlineData(5, 5, AgentSession.Verdict.Known)]
    [InlineData(5, 4, AgentSession.Verdict.Known)]
    [InlineData(5, 7, AgentSession.Verdict.Gap)]
    [InlineData(AgentSession.WholeGraphDue, 0, AgentSession.Verdict.Gap)]
    internal void Updates_count_on_without_gaps(long last, long sequence, AgentSession.Verdict verdict) =>
        new AgentSession("s", Akka.Actor.ActorRefs.Nobody, last).Judge(sequence).ShouldBe(verdict);

    [Fact]
    public void A_large_graph_is_told_in_events_that_are_messages_each()
    {
        var nodes = Enumerable.Range(0, 5000).Select(i => Graphs.Node($"n{i}", "h1", ("Text", new string('x', 200)))).ToList();
        var edges = Enumerable.Range(1, 4999).Select(i => Graphs.Edge("n0", $"n{i}")).ToList();

        var changed = _empty.Decide(Graphs.Sync("s", 1, nodes, edges), HostState.CauseSync, 100);

        changed.Select(c => c.Revision).ShouldBe(Enumerable.Range(1, changed.Count).Select(i => (long)i));
        changed.ShouldAllBe(c => c.CalculateSize() <= InParts.LargestMessage);
        changed.Count.ShouldBeInRange(20, 80);
        var state = Applied(_empty, changed);
        (state.Revision, state.Graph.NodeCount, state.Graph.EdgeCount).ShouldBe((changed.Count, 5000, 4999));
        state.DecideAgentLost(200).ShouldAllBe(c => c.CalculateSize() <= InParts.LargestMessage);
        Applied(state, state.DecideAgentLost(200)).Graph.AllEdges.ShouldBeEmpty();
    }

    [Fact]
    public void An_element_too_large_for_a_message_is_alone_in_its_event()
    {
        var changed = _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b", "h1", ("Text", new string('x', 70_000))), Graphs.Node("c")]), HostState.CauseSync, 100);

        changed.ShouldContain(c => c.Changes.Count == 1 && c.Changes[0].NodeSet.Id == "b");
        Applied(_empty, changed).Graph.NodeCount.ShouldBe(3);
    }

    private static HostState Applied(HostState state, IReadOnlyList<GraphChanged> changed) => changed.Aggregate(state, (before, one) => before.Apply(one));
}
