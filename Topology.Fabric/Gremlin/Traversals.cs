using Shared.Messages.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin;

/// <summary>What one step hands to the next; the last one is the query's result.</summary>
public abstract record Traversal
{
    /// <summary>What users call it in errors.</summary>
    public static string NameOf(Type kind) => kind.Name switch
    {
        nameof(GraphTraversal) => "the graph",
        nameof(NodesTraversal) => "nodes",
        nameof(EdgesTraversal) => "edges",
        nameof(FlowsTraversal) => "flows",
        nameof(ValuesTraversal) => "values",
        nameof(ValueTraversal) => "a single value",
        nameof(PathsTraversal) => "paths",
        nameof(MetricsTraversal) => "metrics",
        nameof(RawPacketsTraversal) => "raw packets",
        nameof(GroupsTraversal) => "groups of flows",
        nameof(NextHopsTraversal) => "next hops",
        nameof(SocketsTraversal) => "sockets",
        _ => kind.Name,
    };
}

/// <summary>A whole graph: the start, and what SubGraph cuts out.</summary>
public sealed record GraphTraversal(Graph Graph) : Traversal;

/// <summary>Nodes of a graph.</summary>
public sealed record NodesTraversal(Graph Graph, IReadOnlyList<Node> Nodes) : Traversal;

/// <summary>Edges of a graph.</summary>
public sealed record EdgesTraversal(Graph Graph, IReadOnlyList<Edge> Edges) : Traversal;

/// <summary>Flows, and the graph whose nodes saw them.</summary>
public sealed record FlowsTraversal(Graph Graph, IReadOnlyList<Flow> Flows) : Traversal;

/// <summary>Values of fields.</summary>
public sealed record ValuesTraversal(IReadOnlyList<MetaValue> Values) : Traversal;

/// <summary>One value: a count, a sum.</summary>
public sealed record ValueTraversal(MetaValue Value) : Traversal;

/// <summary>Paths, each from its start to its end.</summary>
public sealed record PathsTraversal(Graph Graph, IReadOnlyList<IReadOnlyList<Node>> Paths) : Traversal;

/// <summary>Counters by node id or flow UUID.</summary>
public sealed record MetricsTraversal(IReadOnlyList<KeyValuePair<string, IReadOnlyList<Metadata>>> Metrics) : Traversal;

/// <summary>Packets as captured, by flow in the order of their capture.</summary>
public sealed record RawPacketsTraversal(IReadOnlyList<RawPacket> Packets) : Traversal;

/// <summary>Flows by what they have in common.</summary>
internal sealed record GroupsTraversal(IReadOnlyList<KeyValuePair<string, IReadOnlyList<Flow>>> Groups) : Traversal;

/// <summary>Next hops by node id.</summary>
internal sealed record NextHopsTraversal(IReadOnlyList<KeyValuePair<string, Metadata>> Hops) : Traversal;

/// <summary>Sockets by node id or flow UUID.</summary>
internal sealed record SocketsTraversal(IReadOnlyList<KeyValuePair<string, IReadOnlyList<Metadata>>> Sockets) : Traversal;
