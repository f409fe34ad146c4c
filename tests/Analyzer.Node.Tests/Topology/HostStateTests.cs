using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Shared.Messages.Topology;

namespace Analyzer.Node.Tests.Topology;

public sealed class HostStateTests
{
    private readonly HostState _empty = HostState.Empty("h1");

    [Fact]
    public void The_first_whole_graph_is_all_new()
    {
        var changed = _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b")], [Graphs.Edge("a", "b")]), HostState.CauseSync, 100)!;

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

        state.Decide(sync, HostState.CauseSync, 200).ShouldBeNull();
    }

    [Fact]
    public void What_a_whole_graph_leaves_out_is_deleted()
    {
        var state = Applied(_empty, _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b")]), HostState.CauseSync, 100));
        var changed = state.Decide(Graphs.Sync("t", 1, [Graphs.Node("b", "h1", ("MTU", "9000")), Graphs.Node("c")]), HostState.CauseSync, 200)!;

        changed.Changes.Where(c => c.ChangeCase == GraphChange.ChangeOneofCase.NodeDeleted).Select(c => c.NodeDeleted).ShouldBe(["a"]);
        changed.Changes.Where(c => c.ChangeCase == GraphChange.ChangeOneofCase.NodeSet).Select(c => c.NodeSet.Id).ShouldBe(["b", "c"], ignoreOrder: true);
        Applied(state, changed).Graph.Nodes.Select(n => n.Id).ShouldBe(["b", "c"], ignoreOrder: true);
    }

    [Fact]
    public void An_update_that_says_what_is_known_changes_nothing()
    {
        var state = Applied(_empty, _empty.Decide(Graphs.Sync("s", 1, [Graphs.Node("a")]), HostState.CauseSync, 100));

        state.Decide(Graphs.Update("s", 2, Graphs.Set(Graphs.Node("a"))), 200).ShouldBeNull();
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
        var changed = state.DecideAgentLost(200)!;
        var after = Applied(state, changed);

        changed.Cause.ShouldBe("agent lost");
        after.Graph.NodeCount.ShouldBe(0);
        after.Graph.AllEdges.ShouldBeEmpty();
        after.Revision.ShouldBe(2);
        after.DecideAgentLost(300).ShouldBeNull();
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

    private static HostState Applied(HostState state, GraphChanged? changed) => state.Apply(changed.ShouldNotBeNull());
}
