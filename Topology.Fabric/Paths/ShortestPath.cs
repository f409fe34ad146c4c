using Topology.Fabric.Model;

namespace Topology.Fabric.Paths;

/// <summary>Shortest paths by number of edges, along edges in either direction.</summary>
public static class ShortestPath
{
    /// <summary>The nodes from a start to the nearest node that satisfies a condition, both included; empty when none is reachable.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="from">Id of the start. If it satisfies the condition the path is itself.</param>
    /// <param name="isTarget">The condition.</param>
    /// <param name="through">Which edges may be used; null: all.</param>
    /// <param name="stop">Ends a long search.</param>
    public static IReadOnlyList<Node> Find(
        Graph graph, string from, Func<Node, bool> isTarget, Func<Edge, bool>? through = null, CancellationToken stop = default)
    {
        if (graph.Node(from) is not { } start)
        {
            return [];
        }

        var cameFrom = new Dictionary<string, Node?>(StringComparer.Ordinal) { [from] = null };
        var queue = new Queue<Node>([start]);
        while (queue.TryDequeue(out var node))
        {
            stop.ThrowIfCancellationRequested();
            if (isTarget(node))
            {
                return Unwind(node, cameFrom);
            }

            foreach (var next in graph.Neighbours(node.Id, Graph.Direction.Both, through))
            {
                if (cameFrom.TryAdd(next.Id, node))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return [];
    }

    private static List<Node> Unwind(Node? last, Dictionary<string, Node?> cameFrom)
    {
        var path = new List<Node>();
        for (; last is not null; last = cameFrom[last.Id])
        {
            path.Add(last);
        }

        path.Reverse();
        return path;
    }
}
