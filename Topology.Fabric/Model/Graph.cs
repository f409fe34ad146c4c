using System.Collections.Immutable;

namespace Topology.Fabric.Model;

/// <summary>
/// An immutable graph. A change makes a new one that shares all it didn't touch, so a reader's graph never moves under it.
/// An edge whose ends aren't both there is kept but not shown: it shows as soon as they are, whatever order hosts report in.
/// </summary>
public sealed partial class Graph
{
    private readonly ImmutableDictionary<string, Node> _nodes;
    private readonly ImmutableDictionary<string, Edge> _edges;
    // Ids of the edges at each node, shown or not.
    private readonly ImmutableDictionary<string, ImmutableHashSet<string>> _incident;

    private readonly GraphStep _step;
    // The same nodes, quicker to walk through: made when that's first done.
    private Node[]? _all;
    private Adjacency? _adjacency;

    private Graph(ImmutableDictionary<string, Node> nodes, ImmutableDictionary<string, Edge> edges, ImmutableDictionary<string, ImmutableHashSet<string>> incident, GraphStep step)
    {
        _step = step;
        _nodes = nodes;
        _edges = edges;
        _incident = incident;
    }

    /// <summary>Which relation to follow from a node.</summary>
    public enum Direction
    {
        /// <summary>To children.</summary>
        Out,
        /// <summary>To parents.</summary>
        In,
        /// <summary>To both.</summary>
        Both,
    }

    /// <summary>No nodes, no edges.</summary>
    public static Graph Empty { get; } = new(
        ImmutableDictionary.Create<string, Node>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, Edge>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ImmutableHashSet<string>>(StringComparer.Ordinal),
        GraphStep.First);

    /// <summary>How many nodes there are.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>How many edges are shown. Counts them.</summary>
    public int EdgeCount => Edges.Count();

    /// <summary>All nodes.</summary>
    public IEnumerable<Node> Nodes => _all ??= [.. _nodes.Values];

    /// <summary>All edges with both ends.</summary>
    public IEnumerable<Edge> Edges => _edges.Values.Where(IsShown);

    /// <summary>All edges, those that wait for an end as well.</summary>
    public IEnumerable<Edge> AllEdges => _edges.Values;

    /// <summary>The node of this id, or null.</summary>
    public Node? Node(string id) => _nodes.GetValueOrDefault(id);

    /// <summary>The edge of this id if both its ends are there, or null.</summary>
    public Edge? Edge(string id) => _edges.TryGetValue(id, out var edge) && IsShown(edge) ? edge : null;

    /// <summary>Who is linked with whom, made when that's first asked.</summary>
    internal Adjacency Adjacency => _adjacency ??= new Adjacency(this);

    /// <summary>The nodes that may have one of these texts under a key, among others; null: all may.</summary>
    internal IEnumerable<Node>? Candidates(string key, IEnumerable<string> texts) =>
        NodeIndex.Has(key) ? NodeIndex.Find(this, _step, key, texts).Select(Node).OfType<Node>() : null;

    /// <summary>The edges at a node: <see cref="Direction.Out"/> those it's the parent of.</summary>
    public IEnumerable<Edge> EdgesOf(string nodeId, Direction direction = Direction.Both)
    {
        if (!_nodes.ContainsKey(nodeId) || !_incident.TryGetValue(nodeId, out var ids))
        {
            yield break;
        }

        foreach (var id in ids)
        {
            var edge = _edges[id];
            if (IsShown(edge) && direction switch
            {
                Direction.Out => edge.Parent == nodeId,
                Direction.In => edge.Child == nodeId,
                _ => true,
            })
            {
                yield return edge;
            }
        }
    }

    /// <summary>The nodes at the other ends of a node's edges. A node linked twice comes twice.</summary>
    public IEnumerable<Node> Neighbours(string nodeId, Direction direction = Direction.Both, Func<Edge, bool>? through = null)
    {
        foreach (var edge in EdgesOf(nodeId, direction))
        {
            if (through is null || through(edge))
            {
                yield return _nodes[edge.OtherEnd(nodeId)];
            }
        }
    }

    /// <summary>A builder that makes many changes at once.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>With this node, new or in place of the one with its id.</summary>
    public Graph With(Node node) => Changed(b => b.Set(node));

    /// <summary>With this edge, new or in place of the one with its id.</summary>
    public Graph With(Edge edge) => Changed(b => b.Set(edge));

    /// <summary>Without a node and its host's edges at it.</summary>
    public Graph WithoutNode(string id) => Changed(b => b.RemoveNode(id));

    /// <summary>Without an edge.</summary>
    public Graph WithoutEdge(string id) => Changed(b => b.RemoveEdge(id));

    /// <summary>With these as all of one host's nodes and edges; the other hosts' stay.</summary>
    public Graph WithHost(string host, IEnumerable<Node> nodes, IEnumerable<Edge> edges)
    {
        var builder = ToBuilder();
        Node[] newNodes = [.. nodes];
        Edge[] newEdges = [.. edges];
        var nodeIds = newNodes.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        var edgeIds = newEdges.Select(e => e.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var edge in _edges.Values)
        {
            if (edge.Host == host && !edgeIds.Contains(edge.Id))
            {
                builder.RemoveEdge(edge.Id);
            }
        }

        foreach (var node in _nodes.Values)
        {
            if (node.Host == host && !nodeIds.Contains(node.Id))
            {
                builder.RemoveNode(node.Id);
            }
        }

        foreach (var node in newNodes)
        {
            builder.Set(node);
        }

        foreach (var edge in newEdges)
        {
            builder.Set(edge);
        }

        return builder.ToGraph();
    }

    private Graph Changed(Action<Builder> change)
    {
        var builder = ToBuilder();
        change(builder);
        return builder.ToGraph();
    }

    private bool IsShown(Edge edge) => _nodes.ContainsKey(edge.Parent) && _nodes.ContainsKey(edge.Child);
}
