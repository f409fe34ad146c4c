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
        History("Context"),
        History("At"),
        Step<NodesTraversal, GraphTraversal>("G", arguments =>
        {
            arguments.None();
            return input => new GraphTraversal(input.Graph);
        }),
        Step<EdgesTraversal, GraphTraversal>("G", arguments =>
        {
            arguments.None();
            return input => new GraphTraversal(input.Graph);
        }),
    ];

    // Context(time) is a moment, Context(time, duration) all that was in so long before it. NOW alone is what's at hand.
    private static StepDefinition History(string name) =>
        Step<GraphTraversal, GraphTraversal>(name, arguments =>
        {
            arguments.Between(1, 2, "a time, and a duration if wanted");
            var time = arguments.Time(0);
            var isMoment = arguments.Count == 1;
            var duration = isMoment ? TimeSpan.Zero : arguments.Duration(1);
            return async (input, run) =>
            {
                if (isMoment && time == PointInTime.Now)
                {
                    return input;
                }

                var last = time.At(DateTimeOffset.UtcNow);
                var start = duration is { } length ? Math.Max(0, last - (long)length.TotalMilliseconds) : 0;
                return new GraphTraversal(await run.GoToAsync(new TimeSlice(start, last, isMoment), arguments).ConfigureAwait(false));
            };
        });
}
