using FsCheck;
using FsCheck.Fluent;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Topology.Fabric.Tests;

/// <summary>Graphs written shortly, and random ones.</summary>
internal static class Graphs
{
    public static Node Node(string id, params (string, MetaValue)[] metadata) =>
        new() { Id = id, Host = "h", Metadata = Metadata.Create([("Name", id), .. metadata]) };

    public static Edge Edge(string parent, string child, string relation = Relations.Layer2, string host = "h") =>
        new() { Id = Relations.EdgeId(parent, child, relation), Parent = parent, Child = child, Host = host, Metadata = Metadata.Create(("RelationType", relation)) };

    /// <summary>"a-b b-c": nodes of the names and edges between them.</summary>
    public static Graph Of(string links)
    {
        var graph = Graph.Empty;
        foreach (var link in links.Split(' '))
        {
            var ends = link.Split('-');
            graph = graph.With(Node(ends[0])).With(Node(ends[1])).With(Edge(ends[0], ends[1]));
        }

        return graph;
    }

    /// <summary>Random metadata values, nested up to a few levels.</summary>
    public static Gen<MetaValue> Values(int depth = 3)
    {
        var texts = Gen.Elements("", "a", "eth0", "10.0.0.1/24", "größe", "\u0000\"\\");
        var leaves = Gen.OneOf(
            Gen.Constant(default(MetaValue)),
            Gen.Elements(true, false).Select(b => (MetaValue)b),
            Gen.Elements(0L, 1, -1, long.MaxValue, long.MinValue, (1L << 53) + 1).Select(l => (MetaValue)l),
            Gen.Elements(0.5, -1e300, 3.0).Select(d => (MetaValue)d),
            texts.Select(t => (MetaValue)t));
        return depth == 0
            ? leaves
            : Gen.OneOf(
                leaves,
                Values(depth - 1).ListOf().Select(l => (MetaValue)System.Collections.Immutable.ImmutableArray.CreateRange(l.Take(4))),
                Maps(depth - 1).Select(m => (MetaValue)m));
    }

    public static Gen<Metadata> Maps(int depth = 3) =>
        Gen.Elements("Name", "Type", "MTU", "Ovs", "IPV4").Zip(Values(depth)).ListOf().Select(l => Metadata.Create(l.Take(5).Select(p => (p.Item1, p.Item2))));

    /// <summary>A random run of changes over a few ids, deletions of what isn't there included.</summary>
    public static Gen<List<GraphChange>> Changes()
    {
        var ids = Gen.Elements("a", "b", "c", "d", "e");
        var nodes = ids.Zip(Maps(1)).Select(p => new GraphChange { NodeSet = new Node { Id = p.Item1, Host = "h", Metadata = p.Item2 }.ToMessage() });
        var edges = ids.Zip(ids).Select(p => new GraphChange { EdgeSet = Edge(p.Item1, p.Item2).ToMessage() });
        var nodeless = ids.Select(id => new GraphChange { NodeDeleted = id });
        var edgeless = ids.Zip(ids).Select(p => new GraphChange { EdgeDeleted = Relations.EdgeId(p.Item1, p.Item2, Relations.Layer2) });
        return Gen.OneOf(nodes, edges, nodeless, edgeless).ListOf().Select(l => l.ToList());
    }
}
