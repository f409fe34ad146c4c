using FsCheck;
using FsCheck.Fluent;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Topology.Fabric.Tests.Protocol;

public class GraphProtocolTests
{
    [Fact]
    public void Any_metadata_comes_back_from_the_wire_as_it_was() =>
        Prop.ForAll(Graphs.Maps().ToArbitrary(), metadata =>
        {
            var node = new Node { Id = "n", Host = "h", Origin = "agent.h", Metadata = metadata, CreatedAt = 1, UpdatedAt = 2, Revision = 3 };
            GraphNode.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(node.ToMessage())).ToModel().ShouldBe(node);
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void An_edge_comes_back_as_it_was()
    {
        var edge = Graphs.Edge("a", "b") with { Origin = "agent.h", CreatedAt = 5, UpdatedAt = 6, Revision = 7 };
        edge.ToMessage().ToModel().ShouldBe(edge);
    }

    [Fact]
    public void Changes_are_cut_into_groups_of_a_size_in_their_order()
    {
        var changes = Enumerable.Range(0, 1000).Select(i => new GraphChange { NodeDeleted = $"node {i}" }).ToList();
        changes.Insert(500, new GraphChange { NodeDeleted = new string('x', 5000) });

        var groups = changes.Cut(4096).ToList();

        groups.SelectMany(group => group).ShouldBe(changes);
        groups.Where(group => group.Count > 1).ShouldAllBe(group => new UpdateGraph { Changes = { group } }.CalculateSize() <= 4096);
        groups.Where(group => group.Count == 1).ShouldHaveSingleItem().ShouldBe([changes[500]]);
        groups.Count.ShouldBeInRange(5, 12);
        Enumerable.Empty<GraphChange>().Cut(4096).ShouldBeEmpty();
    }

    [Fact]
    public void Times_and_revisions_alone_make_no_difference()
    {
        var graph = Graphs.Of("a-b");
        GraphProtocol.Difference(graph, graph.With(Graphs.Node("a") with { UpdatedAt = 99, Revision = 4 })).ShouldBeEmpty();
    }
}
