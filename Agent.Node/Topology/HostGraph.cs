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

    // What this was built by: what it has need not be made, or even looked at, again. The latest graph's alone is right.
    private HostGraphBuilder? _built;

    /// <summary>The graph these facts make, and what changed. Costs what changed; where who owns or is wired to what may have, a look at all there is.</summary>
    /// <param name="facts">All the probes know.</param>
    /// <param name="now">Unix milliseconds.</param>
    public (HostGraph Graph, IReadOnlyList<GraphChange> Changes) Update(HostFacts facts, long now)
    {
        var changes = new List<GraphChange>();
        var builder = Graph.ToBuilder();
        if (_built?.Follow(facts) is { } made)
        {
            Set(builder, made.Nodes, changes, now);
            Set(builder, made.Edges, changes, now);
            return (changes.Count == 0 ? this : this with { Graph = builder.ToGraph(), Places = Places.SetItems(made.Places) }, changes);
        }

        var built = HostGraphBuilder.Build(facts, _built);
        foreach (var id in Gone(_built?.AllEdges, built.AllEdges))
        {
            builder.RemoveEdge(id);
            changes.Add(new GraphChange { EdgeDeleted = id });
        }

        foreach (var id in Gone(_built?.AllNodes, built.AllNodes))
        {
            builder.RemoveNode(id);
            changes.Add(new GraphChange { NodeDeleted = id });
        }

        Set(builder, New(_built?.AllNodes, built.AllNodes), changes, now);
        Set(builder, New(_built?.AllEdges, built.AllEdges), changes, now);
        var places = Places.ToBuilder();
        places.RemoveRange(Gone(_built?.AllPlaces, built.AllPlaces));
        foreach (var (id, place) in built.AllPlaces)
        {
            if (_built is null || !_built.AllPlaces.TryGetValue(id, out var before) || !ReferenceEquals(before, place))
            {
                places[id] = place;
            }
        }

        return (new HostGraph(builder.ToGraph(), places.ToImmutable()) { _built = built }, changes);
    }

    private void Set(Graph.Builder builder, IEnumerable<global::Topology.Fabric.Model.Node> nodes, List<GraphChange> changes, long now)
    {
        foreach (var node in nodes)
        {
            if (Next(Graph.Node(node.Id), node, now) is { } changed)
            {
                builder.Set(changed);
                changes.Add(new GraphChange { NodeSet = changed.ToMessage() });
            }
        }
    }

    private void Set(Graph.Builder builder, IEnumerable<Edge> edges, List<GraphChange> changes, long now)
    {
        foreach (var edge in edges)
        {
            if (Next(Graph.Edge(edge.Id), edge, now) is { } changed)
            {
                builder.Set(changed);
                changes.Add(new GraphChange { EdgeSet = changed.ToMessage() });
            }
        }
    }

    private static IEnumerable<string> Gone<T>(IReadOnlyDictionary<string, T>? before, IReadOnlyDictionary<string, T> now) =>
        before is null ? [] : before.Keys.Where(id => !now.ContainsKey(id));

    // What's the same object as before is the same.
    private static IEnumerable<T> New<T>(Dictionary<string, T>? before, Dictionary<string, T> now)
        where T : GraphElement =>
        before is null ? now.Values : now.Values.Where(element => !before.TryGetValue(element.Id, out var known) || !ReferenceEquals(known, element));

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
