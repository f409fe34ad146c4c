using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Nodes with those around them up to a depth, over some edges: Ascendants, Descendants, Neighbors.</summary>
internal static class Kin
{
    private const int DefaultDepth = 1;

    private static readonly Condition Ownership = new Condition.Matching(Relations.Key, Predicates.Equal(Quantifier.Any, [Relations.Ownership]));

    /// <summary>Step('RelationType', 'layer2', …, depth): one of the conditions on edges has to hold, ownership unless there are any.</summary>
    /// <param name="name">The step's.</param>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="isZeroEndless">A depth of 0 is no limit, else it's where one stays.</param>
    public static StepDefinition Step(string name, Graph.Direction direction, bool isZeroEndless) =>
        StepTable.Step<NodesTraversal, NodesTraversal>(name, arguments =>
        {
            var (either, number) = arguments.EitherAndNumber();
            var through = either ?? Ownership;
            var depth = number ?? DefaultDepth;
            depth = depth == 0 && isZeroEndless ? int.MaxValue : depth;
            return (input, run) => input with { Nodes = run.Gather(Around(input, direction, e => through.Holds(new ElementFields(e)), depth, run), arguments) };
        });

    // Generation by generation: each node is met first at the least depth, so that its own neighbours have to be looked at once.
    private static IEnumerable<Node> Around(NodesTraversal input, Graph.Direction direction, Func<Edge, bool> through, int depth, Run run)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        List<Node> generation = [.. input.Nodes.Where(node => told.Add(node.Id))];
        for (var at = 0; generation.Count > 0; at++)
        {
            var next = new List<Node>();
            foreach (var node in generation)
            {
                run.Stop.ThrowIfCancellationRequested();
                yield return node;
                if (at < depth)
                {
                    next.AddRange(input.Graph.Neighbours(node.Id, direction, through).Where(neighbour => told.Add(neighbour.Id)));
                }
            }

            generation = next;
        }
    }
}
