using Topology.Fabric.Model;

namespace Topology.Fabric.Paths;

/// <summary>Shortest paths by number of edges, along edges in either direction.</summary>
public static class ShortestPath
{
    private const int Unseen = -1;
    private const int Beginning = -2;

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

        if (isTarget(start))
        {
            return [start];
        }

        var ways = graph.Places;
        var cameFrom = Seen(ways, [graph.Number(from)]);
        var queue = new Queue<int>([graph.Number(from)]);
        while (queue.TryDequeue(out var node))
        {
            stop.ThrowIfCancellationRequested();
            if (isTarget(ways.NodeAt(node)!))
            {
                return [.. Unwound(node, cameFrom).Reverse().Select(number => ways.NodeAt(number)!)];
            }

            foreach (var (next, edge, _, _) in ways[node].Links)
            {
                if (cameFrom[next] == Unseen && ways.NodeAt(next) is not null && (through is null || through(edge)))
                {
                    cameFrom[next] = node;
                    queue.Enqueue(next);
                }
            }
        }

        return [];
    }

    /// <summary>The same where all targets are known: searched for from both ends, which meets long before all nodes are seen.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="from">Id of the start. If it's a target the path is itself.</param>
    /// <param name="targets">Ids of its nodes.</param>
    /// <param name="through">Which edges may be used; null: all.</param>
    /// <param name="stop">Ends a long search.</param>
    internal static IReadOnlyList<Node> Find(Graph graph, string from, IReadOnlySet<string> targets, Func<Edge, bool>? through = null, CancellationToken stop = default)
    {
        if (graph.Node(from) is not { } start)
        {
            return [];
        }

        if (targets.Contains(from))
        {
            return [start];
        }

        var ways = graph.Places;
        List<int> front = [graph.Number(from)];
        List<int> back = [.. targets.Select(graph.Number).Where(number => number >= 0)];
        var (cameFrom, leadsTo) = (Seen(ways, front), Seen(ways, back));
        while (front.Count > 0 && back.Count > 0)
        {
            // Who meets the others in a round is on a shortest path: until then no two of them were neighbours.
            var isForth = front.Count <= back.Count;
            var (own, others) = isForth ? (cameFrom, leadsTo) : (leadsTo, cameFrom);
            var reached = new List<int>();
            foreach (var node in isForth ? front : back)
            {
                stop.ThrowIfCancellationRequested();
                foreach (var (next, edge, _, _) in ways[node].Links)
                {
                    if (own[next] != Unseen || ways.NodeAt(next) is null || (through is not null && !through(edge)))
                    {
                        continue;
                    }

                    own[next] = node;
                    if (others[next] != Unseen)
                    {
                        return [.. Unwound(next, cameFrom).Reverse().Concat(Unwound(next, leadsTo).Skip(1)).Select(number => ways.NodeAt(number)!)];
                    }

                    reached.Add(next);
                }
            }

            (front, back) = isForth ? (reached, back) : (front, reached);
        }

        return [];
    }

    private static int[] Seen(Places ways, IEnumerable<int> beginnings)
    {
        var seen = new int[ways.End];
        Array.Fill(seen, Unseen);
        foreach (var beginning in beginnings)
        {
            seen[beginning] = Beginning;
        }

        return seen;
    }

    private static IEnumerable<int> Unwound(int last, int[] before)
    {
        for (var node = last; node != Beginning; node = before[node])
        {
            yield return node;
        }
    }
}
