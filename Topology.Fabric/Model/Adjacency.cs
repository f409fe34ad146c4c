namespace Topology.Fabric.Model;

/// <summary>A graph's nodes by number, and which are linked: for who walks through most of it.</summary>
internal sealed class Adjacency
{
    private readonly Dictionary<string, int> _numbers;
    private readonly int[] _starts;
    private readonly (int Node, Edge Edge)[] _links;

    public Adjacency(Graph graph)
    {
        Nodes = [.. graph.Nodes];
        _numbers = new Dictionary<string, int>(Nodes.Length, StringComparer.Ordinal);
        for (var i = 0; i < Nodes.Length; i++)
        {
            _numbers.Add(Nodes[i].Id, i);
        }

        var ends = new List<(int Parent, int Child, Edge Edge)>();
        _starts = new int[Nodes.Length + 1];
        foreach (var edge in graph.AllEdges)
        {
            if (_numbers.TryGetValue(edge.Parent, out var parent) && _numbers.TryGetValue(edge.Child, out var child))
            {
                ends.Add((parent, child, edge));
                _starts[parent + 1]++;
                _starts[child + 1]++;
            }
        }

        for (var i = 0; i < Nodes.Length; i++)
        {
            _starts[i + 1] += _starts[i];
        }

        _links = new (int, Edge)[2 * ends.Count];
        var next = _starts[..^1];
        foreach (var (parent, child, edge) in ends)
        {
            _links[next[parent]++] = (child, edge);
            _links[next[child]++] = (parent, edge);
        }
    }

    /// <summary>The nodes.</summary>
    public Node[] Nodes { get; }

    /// <summary>A node's number; -1: there's no such node.</summary>
    public int Number(string id) => _numbers.GetValueOrDefault(id, -1);

    /// <summary>The other ends of a node's edges, and these.</summary>
    public ReadOnlySpan<(int Node, Edge Edge)> LinksOf(int number) => _links.AsSpan(_starts[number].._starts[number + 1]);
}
