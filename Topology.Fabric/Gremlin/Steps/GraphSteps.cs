using Topology.Fabric.Gremlin.Evaluation;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps on the whole graph.</summary>
internal static class GraphSteps
{
    public static readonly IReadOnlyList<StepDefinition> All =
    [
        Step<GraphTraversal, NodesTraversal>("V", arguments =>
        {
            if (arguments.Count == 1)
            {
                var id = arguments.Text(0);
                return (input, _) => new NodesTraversal(input.Graph, input.Graph.Node(id) is { } node ? [node] : []);
            }

            var matches = arguments.All();
            return (input, run) => new NodesTraversal(input.Graph, NodeSteps.Select(input.Graph, matches, arguments, run));
        }) with
        { Condition = arguments => arguments.Count == 1 ? null : arguments.All() },
        Step<GraphTraversal, EdgesTraversal>("E", arguments =>
        {
            if (arguments.Count == 1)
            {
                var id = arguments.Text(0);
                return (input, _) => new EdgesTraversal(input.Graph, input.Graph.Edge(id) is { } edge ? [edge] : []);
            }

            var matches = arguments.All();
            return (input, run) => new EdgesTraversal(input.Graph, run.Gather(input.Graph.Edges, arguments, e => matches.Holds(new ElementFields(e))));
        }),
        FlowSteps.Of<GraphTraversal>(input => new FlowsOf(input.Graph, null)),
        Step<GraphTraversal, GraphTraversal>("Context", NoHistory),
        Step<GraphTraversal, GraphTraversal>("At", NoHistory),
    ];

    // The present is the one point in time a view holds.
    private static Func<GraphTraversal, GraphTraversal> NoHistory(Arguments arguments)
    {
        arguments.Between(1, 2, "a time, and a duration if wanted");
        return arguments.Word(0) == "NOW" && arguments.Count == 1
            ? input => input
            : throw arguments.Wrong(arguments.Column, "can only ask for NOW: this analyzer answers queries about the present");
    }
}
