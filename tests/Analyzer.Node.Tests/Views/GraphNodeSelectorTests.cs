using Akka.Actor;
using Akka.TestKit.Xunit2;
using Analyzer.Node.Selection;
using Analyzer.Node.Views;
using Topology.Fabric.Model;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Views;

/// <summary>Selections that registries make again and again, of queries that people wrote when the graph was small.</summary>
public sealed class GraphNodeSelectorTests : TestKit
{
    private const int Nodes = 41;

    [Fact]
    public async Task A_selection_that_grows_without_end_is_refused()
    {
        var error = await Should.ThrowAsync<NodeSelectionException>(() => Selector().Select("G.V()" + string.Concat(Enumerable.Repeat(".Both()", 11))));
        error.Message.ShouldContain("Both results in more than 1000000 elements");
    }

    [Fact]
    public async Task A_selection_that_takes_too_long_is_refused()
    {
        // 65,600 nodes, each looked at 240 times.
        var slow = "G.V().Both().Both()" + string.Concat(Enumerable.Repeat(".Has('Name', Regex('(n|x)*[0-9]+y?'))", 240));
        (await Should.ThrowAsync<NodeSelectionException>(() => Selector().Select(slow))).Message.ShouldEndWith("takes longer than 1 s");
    }

    private GraphNodeSelector Selector()
    {
        var builder = Graph.Empty.ToBuilder();
        for (var i = 0; i < Nodes; i++)
        {
            builder.Set(new TopologyNode { Id = $"{i}", Metadata = Metadata.Create(("Name", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn1")) });
            for (var j = 0; j < i; j++)
            {
                builder.Set(new Edge { Id = $"{i}-{j}", Parent = $"{i}", Child = $"{j}" });
            }
        }

        var current = new CurrentGraph(builder.ToGraph(), new Dictionary<string, HostView>());
        return new GraphNodeSelector(Sys.ActorOf(Props.Create(() => new View(current))), TimeSpan.FromSeconds(60));
    }

    private sealed class View : ReceiveActor
    {
        public View(CurrentGraph graph) => Receive<GetGraph>(_ => Sender.Tell(graph));
    }
}
