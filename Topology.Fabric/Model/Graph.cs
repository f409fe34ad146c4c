using System.Collections;
using System.Collections.Immutable;

namespace Topology.Fabric.Model;

/// <summary>
/// An immutable graph. A change makes a new one that shares all it didn't touch, so a reader's graph never moves under it.
/// An edge whose ends aren't both there is kept but not shown: it shows as soon as they are, whatever order hosts report in.
/// </summary>
public sealed partial class Graph
{
    private const int None = -1;

    private readonly ImmutableDictionary<string, int> _numbers;
    private readonly Places _places;
    private readonly ImmutableDictionary<string, Edge> _edges;
    // By host: ids of its edges that may not be at a node of its own.
    private readonly ImmutableDictionary<string, ImmutableHashSet<string>> _strays;
    private readonly NodeIndex? _index;
    private readonly int _free;

    private Graph(
        ImmutableDictionary<string, int> numbers, Places places, ImmutableDictionary<string, Edge> edges, ImmutableDictionary<string, ImmutableHashSet<string>> strays, NodeIndex? index, int free)
    {
        _numbers = numbers;
        _places = places;
        _edges = edges;
        _strays = strays;
        _index = index;
        _free = free;
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
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal),
        Places.Empty,
        ImmutableDictionary.Create<string, Edge>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ImmutableHashSet<string>>(StringComparer.Ordinal),
        null,
        None);

    /// <summary>The same; it and what comes of it find nodes by an index.</summary>
    internal static Graph EmptyIndexed { get; } = new(Empty._numbers, Empty._places, Empty._edges, Empty._strays, NodeIndex.Empty, None);

    /// <summary>How many nodes there are.</summary>
    public int NodeCount { get; private init; }

    /// <summary>How many edges are shown.</summary>
    public int EdgeCount { get; private init; }

    /// <summary>All nodes.</summary>
    public IEnumerable<Node> Nodes => NodeList;

    internal IReadOnlyList<Node> NodeList => new AllNodes(this);

    private IEnumerable<Node> EachNode
    {
        get
        {
            for (var number = 0; number < _places.End; number++)
            {
                if (_places.NodeAt(number) is { } node)
                {
                    yield return node;
                }
            }
        }
    }

    /// <summary>All edges with both ends.</summary>
    public IEnumerable<Edge> Edges => EachEdge(ofShown: true);

    /// <summary>All edges, those that wait for an end as well.</summary>
    public IEnumerable<Edge> AllEdges => EachEdge(ofShown: false);

    /// <summary>The nodes and links by number.</summary>
    internal Places Places => _places;

    /// <summary>The node of this id, or null.</summary>
    public Node? Node(string id) => _numbers.TryGetValue(id, out var number) ? _places.NodeAt(number) : null;

    /// <summary>The edge of this id if both its ends are there, or null.</summary>
    public Edge? Edge(string id) => _edges.TryGetValue(id, out var edge) && Node(edge.Parent) is not null && Node(edge.Child) is not null ? edge : null;

    /// <summary>A node's number; -1: there's no such node.</summary>
    internal int Number(string id) => _numbers.TryGetValue(id, out var number) && _places.NodeAt(number) is not null ? number : None;

    /// <summary>The nodes that have one of these texts under a key, or in a list there; null: there's no index of it.</summary>
    internal IEnumerable<Node>? Candidates(string key, IEnumerable<string> texts) => _index?.Find(key, texts)?.Select(number => _places.NodeAt(number)!);

    /// <summary>The edges at a node: <see cref="Direction.Out"/> those it's the parent of.</summary>
    public IEnumerable<Edge> EdgesOf(string nodeId, Direction direction = Direction.Both) => LinksOf(nodeId, direction).Select(link => link.Edge);

    /// <summary>The nodes at the other ends of a node's edges. A node linked twice comes twice.</summary>
    public IEnumerable<Node> Neighbours(string nodeId, Direction direction = Direction.Both, Func<Edge, bool>? through = null)
    {
        foreach (var link in LinksOf(nodeId, direction))
        {
            if (through is null || through(link.Edge))
            {
                yield return _places.NodeAt(link.Other)!;
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
        foreach (var edge in EdgesOfHost(host))
        {
            if (!edgeIds.Contains(edge.Id))
            {
                builder.RemoveEdge(edge.Id);
            }
        }

        foreach (var node in NodesOfHost(host))
        {
            if (!nodeIds.Contains(node.Id))
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

    private IEnumerable<Link> LinksOf(string nodeId, Direction direction)
    {
        if (Number(nodeId) is not (>= 0 and var number))
        {
            yield break;
        }

        for (var i = 0; i < _places[number].Count; i++)
        {
            var link = _places[number].Links[i];
            if ((direction switch
            {
                Direction.Out => link.IsParent,
                Direction.In => link.IsChild,
                _ => true,
            }) && _places.NodeAt(link.Other) is not null)
            {
                yield return link;
            }
        }
    }

    private IEnumerable<Edge> EachEdge(bool ofShown)
    {
        for (var number = 0; number < _places.End; number++)
        {
            if (ofShown && _places.NodeAt(number) is null)
            {
                continue;
            }

            for (var i = 0; i < _places[number].Links.Length; i++)
            {
                var link = _places[number].Links[i];
                if (link.IsParent && (!ofShown || _places.NodeAt(link.Other) is not null))
                {
                    yield return link.Edge;
                }
            }
        }
    }

    /// <summary>Whether a host told any node.</summary>
    internal bool HasNodesOf(string host) => _index?.OfHost(host).Any(number => _places.NodeAt(number)!.Host == host) ?? Nodes.Any(node => node.Host == host);

    /// <summary>The nodes a host told.</summary>
    internal List<Node> NodesOfHost(string host) => [.. (Candidates("Host", [host]) ?? Nodes).Where(node => node.Host == host)];

    /// <summary>The edges at a node, also those whose other end isn't there.</summary>
    internal IEnumerable<Edge> AllEdgesAt(string nodeId) => _numbers.TryGetValue(nodeId, out var number) ? [.. _places[number].Links.ToArray().Select(link => link.Edge)] : [];

    /// <summary>The edges a host told.</summary>
    internal HashSet<Edge> EdgesOfHost(string host)
    {
        // At nodes of its own, or else remembered.
        var edges = new HashSet<Edge>(ReferenceEqualityComparer.Instance);
        foreach (var node in NodesOfHost(host))
        {
            foreach (var link in _places[_numbers[node.Id]].Links)
            {
                if (link.Edge.Host == host)
                {
                    edges.Add(link.Edge);
                }
            }
        }

        edges.UnionWith(_strays.GetValueOrDefault(host)?.Select(id => _edges[id]) ?? []);
        return edges;
    }

    private sealed class AllNodes(Graph graph) : IReadOnlyList<Node>
    {
        private List<Node>? _list;

        public int Count => graph.NodeCount;

        public Node this[int index] => (_list ??= [.. graph.EachNode])[index];

        public IEnumerator<Node> GetEnumerator() => graph.EachNode.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
