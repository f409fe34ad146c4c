using Analyzer.Node.Views;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;
using static Analyzer.Node.Views.MergedGraph.Outcome;

namespace Analyzer.Node.Tests.Views;

public class MergedGraphTests
{
    [Fact]
    public void Events_in_order_are_taken()
    {
        var (one, first, _) = MergedGraph.Empty.Take(Changed("h", 1, Set("a")));
        var (two, second, changes) = one.Take(Changed("h", 2, Set("b")));
        (first, second).ShouldBe((Taken, Taken));
        changes.Count.ShouldBe(1);
        two.Graph.NodeCount.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_forgotten_host_leaves_and_may_come_back(bool bySnapshot)
    {
        var (one, _, _) = MergedGraph.Empty.Take(Changed("h", 1, Set("a")));
        var forgotten = Changed("h", 3);
        forgotten.Cause = "forgotten";
        var (without, outcome, changes) = bySnapshot ? one.Take(new HostGraph { Host = "h", Revision = 3, Forgotten = true }) : one.Take(forgotten);

        (outcome, without.Revisions.Count, without.Graph.NodeCount).ShouldBe((Taken, 0, 0));
        changes.ShouldHaveSingleItem().NodeDeleted.ShouldBe("a");
        without.Take(Changed("h", 4, Set("a"))).Outcome.ShouldBe(Gap);
        without.Take(new HostGraph { Host = "h", Revision = 4, Nodes = { Node("a").ToMessage() } }).Outcome.ShouldBe(Taken);
    }

    [Fact]
    public void An_event_told_twice_changes_nothing()
    {
        var (one, _, _) = MergedGraph.Empty.Take(Changed("h", 1, Set("a")));
        one.Take(Changed("h", 1, Set("b"))).Outcome.ShouldBe(Known);
    }

    [Fact]
    public void A_missing_event_asks_for_the_whole_graph_which_fills_the_gap()
    {
        var (one, _, _) = MergedGraph.Empty.Take(Changed("h", 1, Set("a"), Set("x")));
        one.Take(Changed("h", 3, Set("c"))).Outcome.ShouldBe(Gap);

        var whole = new HostGraph { Host = "h", Revision = 3 };
        whole.Nodes.Add([Node("a").ToMessage(), Node("c").ToMessage()]);
        var (filled, outcome, changes) = one.Take(whole);
        outcome.ShouldBe(Taken);
        filled.Graph.Nodes.Select(n => n.Id).Order().ShouldBe(["a", "c"]);
        changes.Select(c => c.ChangeCase).Order().ShouldBe([GraphChange.ChangeOneofCase.NodeSet, GraphChange.ChangeOneofCase.NodeDeleted]);
        filled.Take(Changed("h", 4, Set("d"))).Outcome.ShouldBe(Taken);
    }

    [Fact]
    public void An_older_whole_graph_is_ignored()
    {
        var (one, _, _) = MergedGraph.Empty.Take(Changed("h", 1, Set("a")));
        one.Take(new HostGraph { Host = "h", Revision = 1 }).Outcome.ShouldBe(Known);
    }

    [Fact]
    public void Hosts_count_their_events_apart()
    {
        var (one, _, _) = MergedGraph.Empty.Take(Changed("h", 1, Set("a")));
        one.Take(Changed("i", 1, Set("b", "i"))).Graph.Graph.NodeCount.ShouldBe(2);
    }

    private static global::Topology.Fabric.Model.Node Node(string id, string host = "h") => new() { Id = id, Host = host };

    private static GraphChange Set(string id, string host = "h") => new() { NodeSet = Node(id, host).ToMessage() };

    private static GraphChanged Changed(string host, long revision, params GraphChange[] changes)
    {
        var changed = new GraphChanged { Host = host, Revision = revision };
        changed.Changes.Add(changes);
        return changed;
    }
}
