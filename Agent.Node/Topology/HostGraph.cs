using System.Collections.Immutable;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Agent.Node.Topology;

/// <summary>The host's graph with its history: what a look at new facts changes gets a time and the next revision.</summary>
/// <param name="Graph">As it is.</param>
/// <param name="Places">What can be captured, by node id.</param>
internal sealed record HostGraph(Graph Graph, ImmutableDictionary<string, CapturePlace> Places)
{
    public static readonly HostGraph Empty = new(Graph.Empty, ImmutableDictionary<string, CapturePlace>.Empty);

    /// <summary>The graph these facts make, and what changed.</summary>
    /// <param name="facts">All the probes know.</param>
    /// <param name="now">Unix milliseconds.</param>
    public (HostGraph Graph, IReadOnlyList<GraphChange> Changes) Update(HostFacts facts, long now)
    {
        var (nodes, edges, places) = HostGraphBuilder.Build(facts);
        var builder = Graph.ToBuilder();
        foreach (var edge in Graph.AllEdges.Where(e => !edges.ContainsKey(e.Id)))
        {
            builder.RemoveEdge(edge.Id);
        }

        foreach (var node in Graph.Nodes.Where(n => !nodes.ContainsKey(n.Id)))
        {
            builder.RemoveNode(node.Id);
        }

        foreach (var node in nodes.Values)
        {
            if (Next(Graph.Node(node.Id), node, now) is { } changed)
            {
                builder.Set(changed);
            }
        }

        foreach (var edge in edges.Values)
        {
            if (Next(Graph.Edge(edge.Id), edge, now) is { } changed)
            {
                builder.Set(changed);
            }
        }

        var graph = builder.ToGraph();
        return (new HostGraph(graph, places), GraphProtocol.Difference(Graph, graph));
    }

    // Null when nothing changed.
    private static T? Next<T>(T? before, T now, long at)
        where T : GraphElement
    {
        if (before is null)
        {
            return now with { CreatedAt = at, UpdatedAt = at, Revision = 1 };
        }

        return before.Metadata.Equals(now.Metadata)
            ? null
            : now with { CreatedAt = before.CreatedAt, UpdatedAt = at, Revision = before.Revision + 1 };
    }
}
