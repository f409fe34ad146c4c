using System.Collections.Immutable;
using Analyzer.Node.Views;
using Topology.Fabric.Model;

namespace Analyzer.Node.Tests.Views;

public sealed class CaptureLossTests
{
    [Fact]
    public void Each_loss_is_told_with_its_place_its_cause_and_when_it_began()
    {
        var graph = GraphOf(
            ("UpdatesLost", 1204L), ("UpdatesLostSince", 1_800_000_000_000L), ("PacketsDropped", 7L), ("PacketsIfDropped", 0L));

        CaptureLoss.Of(graph).Select(loss => loss.Text).ShouldBe(
        [
            "1,204 updates lost on eth1@agent1 since 08:00:00 UTC: its analyzer was too slow, or gone for too long",
            "7 packets lost on eth1@agent1: the agent was too slow for its kernel ring",
        ]);
        CaptureLoss.Of(graph).ShouldAllBe(loss => loss.Capture == "c1");
    }

    [Fact]
    public void What_lost_nothing_isnt_told() => CaptureLoss.Of(GraphOf(("PacketsReceived", 9L))).ShouldBeEmpty();

    private static Graph GraphOf(params (string, MetaValue)[] counts)
    {
        MetaValue capture = Metadata.Create([("ID", "c1"), .. counts]);
        MetaValue captures = new[] { capture }.ToImmutableArray();
        var builder = Graph.Empty.ToBuilder();
        builder.Set(new global::Topology.Fabric.Model.Node { Id = "n", Host = "agent1", Origin = "o", Metadata = Metadata.Create(("Name", "eth1"), ("Captures", captures)) });
        return builder.ToGraph();
    }
}
