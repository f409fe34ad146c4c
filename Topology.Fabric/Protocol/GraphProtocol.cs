using System.Collections.Immutable;
using Shared.Messages.Topology;
using Topology.Fabric.Model;

namespace Topology.Fabric.Protocol;

/// <summary>The graph's elements as wire and journal messages, and back. The messages made here are never changed afterwards.</summary>
public static class GraphProtocol
{
    // A graph from the network may nest as deep as protobuf lets it, which is 100 levels: recursion is safe.

    /// <summary>A node's message.</summary>
    public static GraphNode ToMessage(this Node node) => new()
    {
        Id = node.Id,
        Host = node.Host,
        Origin = node.Origin,
        Metadata = ToMessage(node.Metadata),
        CreatedAt = node.CreatedAt,
        UpdatedAt = node.UpdatedAt,
        Revision = node.Revision,
    };

    /// <summary>An edge's message.</summary>
    public static GraphEdge ToMessage(this Edge edge) => new()
    {
        Id = edge.Id,
        Parent = edge.Parent,
        Child = edge.Child,
        Host = edge.Host,
        Origin = edge.Origin,
        Metadata = ToMessage(edge.Metadata),
        CreatedAt = edge.CreatedAt,
        UpdatedAt = edge.UpdatedAt,
        Revision = edge.Revision,
    };

    /// <summary>A message's node.</summary>
    public static Node ToModel(this GraphNode message) => new()
    {
        Id = message.Id,
        Host = message.Host,
        Origin = message.Origin,
        Metadata = ToModel(message.Metadata),
        CreatedAt = message.CreatedAt,
        UpdatedAt = message.UpdatedAt,
        Revision = message.Revision,
    };

    /// <summary>A message's edge.</summary>
    public static Edge ToModel(this GraphEdge message) => new()
    {
        Id = message.Id,
        Parent = message.Parent,
        Child = message.Child,
        Host = message.Host,
        Origin = message.Origin,
        Metadata = ToModel(message.Metadata),
        CreatedAt = message.CreatedAt,
        UpdatedAt = message.UpdatedAt,
        Revision = message.Revision,
    };

    /// <summary>Metadata as a message.</summary>
    public static MetadataMap ToMessage(this Metadata metadata)
    {
        var map = new MetadataMap();
        foreach (var (key, value) in metadata)
        {
            map.Fields[key] = ToMessage(value);
        }

        return map;
    }

    /// <summary>A message's metadata; null is none.</summary>
    public static Metadata ToModel(this MetadataMap? map) =>
        map is null || map.Fields.Count == 0 ? Metadata.Empty : Metadata.Create(map.Fields.Select(f => (f.Key, ToModel(f.Value))));

    /// <summary>The graph with these changes, in their order. A change that says nothing is skipped.</summary>
    public static Graph Apply(this Graph graph, IEnumerable<GraphChange> changes)
    {
        var builder = graph.ToBuilder();
        foreach (var change in changes)
        {
            switch (change.ChangeCase)
            {
                case GraphChange.ChangeOneofCase.NodeSet:
                    builder.Set(change.NodeSet.ToModel());
                    break;
                case GraphChange.ChangeOneofCase.EdgeSet:
                    builder.Set(change.EdgeSet.ToModel());
                    break;
                case GraphChange.ChangeOneofCase.NodeDeleted:
                    builder.RemoveNode(change.NodeDeleted);
                    break;
                case GraphChange.ChangeOneofCase.EdgeDeleted:
                    builder.RemoveEdge(change.EdgeDeleted);
                    break;
                case GraphChange.ChangeOneofCase.None:
                default:
                    break;
            }
        }

        return builder.ToGraph();
    }

    /// <summary>
    /// The changes that make one graph the other, edges deleted first and set last. Elements that differ only in times or revision count as equal.
    /// </summary>
    public static IReadOnlyList<GraphChange> Difference(Graph before, Graph after) => Difference((before, before.Nodes, before.AllEdges), (after, after.Nodes, after.AllEdges));

    /// <summary>The same of graphs that differ in one host's elements only: others aren't looked at.</summary>
    internal static IReadOnlyList<GraphChange> Difference(Graph before, Graph after, string host)
    {
        var nodes = before.NodesOfHost(host);
        // Others' edges stay when a node goes.
        var others = nodes.Where(node => after.Node(node.Id) is null).SelectMany(node => before.AllEdgesAt(node.Id)).Where(edge => edge.Host != host).DistinctBy(edge => edge.Id).ToList();
        return Difference((before, nodes, before.EdgesOfHost(host).Concat(others)), (after, after.NodesOfHost(host), after.EdgesOfHost(host).Concat(others)));
    }

    private static List<GraphChange> Difference((Graph Graph, IEnumerable<Node> Nodes, IEnumerable<Edge> Edges) from, (Graph Graph, IEnumerable<Node> Nodes, IEnumerable<Edge> Edges) to)
    {
        var (before, after) = (from.Graph, to.Graph);
        var changes = new List<GraphChange>();
        var edgesBefore = from.Edges.ToDictionary(e => e.Id, StringComparer.Ordinal);
        var edgesAfter = to.Edges.ToDictionary(e => e.Id, StringComparer.Ordinal);
        foreach (var id in edgesBefore.Keys)
        {
            if (!edgesAfter.ContainsKey(id))
            {
                changes.Add(new GraphChange { EdgeDeleted = id });
            }
        }

        foreach (var node in from.Nodes)
        {
            if (after.Node(node.Id) is null)
            {
                changes.Add(new GraphChange { NodeDeleted = node.Id });
            }
        }

        foreach (var node in to.Nodes)
        {
            if (before.Node(node.Id) is not { } old || !SameContent(old, node))
            {
                changes.Add(new GraphChange { NodeSet = node.ToMessage() });
            }
        }

        foreach (var edge in edgesAfter.Values)
        {
            // An edge that stays although its node goes would be taken along by the node's deletion.
            if (!edgesBefore.TryGetValue(edge.Id, out var old) || !SameContent(old, edge) || old.Parent != edge.Parent || old.Child != edge.Child
                || IsDeleted(edge.Parent) || IsDeleted(edge.Child))
            {
                changes.Add(new GraphChange { EdgeSet = edge.ToMessage() });
            }
        }

        return changes;

        bool IsDeleted(string node) => before.Node(node) is not null && after.Node(node) is null;
    }

    /// <summary>The changes in their order, in groups that as messages are not larger than that; what's larger itself is alone.</summary>
    public static IEnumerable<IReadOnlyList<GraphChange>> Cut(this IEnumerable<GraphChange> changes, int bytes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        // The message around the changes, and each one's tag and length.
        const int around = 1024;
        const int perChange = 8;
        var group = new List<GraphChange>();
        var room = bytes - around;
        foreach (var change in changes)
        {
            var size = change.CalculateSize() + perChange;
            if (size > room && group.Count > 0)
            {
                yield return group;
                group = [];
                room = bytes - around;
            }

            group.Add(change);
            room -= size;
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    private static bool SameContent(GraphElement one, GraphElement other) =>
        one.Host == other.Host && one.Origin == other.Origin && one.Metadata.Equals(other.Metadata);

    internal static MetadataValue ToMessage(MetaValue value)
    {
        switch (value.Kind)
        {
            case MetaKind.Boolean:
                return new MetadataValue { BoolValue = value.Boolean };
            case MetaKind.Integer:
                return new MetadataValue { IntValue = value.Integer };
            case MetaKind.Double:
                return new MetadataValue { DoubleValue = value.Double };
            case MetaKind.Text:
                return new MetadataValue { StringValue = value.Text };
            case MetaKind.List:
                var list = new MetadataList();
                foreach (var item in value.Items)
                {
                    list.Items.Add(ToMessage(item));
                }

                return new MetadataValue { ListValue = list };
            case MetaKind.Map:
                return new MetadataValue { MapValue = ToMessage(value.Fields) };
            case MetaKind.Null:
            default:
                return new MetadataValue();
        }
    }

    internal static MetaValue ToModel(MetadataValue value) => value.KindCase switch
    {
        MetadataValue.KindOneofCase.BoolValue => value.BoolValue,
        MetadataValue.KindOneofCase.IntValue => value.IntValue,
        MetadataValue.KindOneofCase.DoubleValue => value.DoubleValue,
        MetadataValue.KindOneofCase.StringValue => value.StringValue,
        MetadataValue.KindOneofCase.ListValue => value.ListValue.Items.Select(ToModel).ToImmutableArray(),
        MetadataValue.KindOneofCase.MapValue => ToModel(value.MapValue),
        _ => default,
    };
}
