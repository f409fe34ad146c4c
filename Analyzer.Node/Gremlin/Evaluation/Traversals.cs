using Shared.Messages.Flows;
using Topology.Fabric.Model;

namespace Analyzer.Node.Gremlin.Evaluation;

/// <summary>What one step hands to the next; the last one is the query's result.</summary>
internal abstract record Traversal
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
        _ => kind.Name,
    };
}

/// <summary>A whole graph: the start, and what SubGraph cuts out.</summary>
internal sealed record GraphTraversal(Graph Graph) : Traversal;

/// <summary>Nodes of a graph.</summary>
internal sealed record NodesTraversal(Graph Graph, IReadOnlyList<TopologyNode> Nodes) : Traversal;

/// <summary>Edges of a graph.</summary>
internal sealed record EdgesTraversal(Graph Graph, IReadOnlyList<Edge> Edges) : Traversal;

/// <summary>Flows, and the graph whose nodes saw them.</summary>
internal sealed record FlowsTraversal(Graph Graph, IReadOnlyList<Flow> Flows) : Traversal;

/// <summary>Values of fields.</summary>
internal sealed record ValuesTraversal(IReadOnlyList<MetaValue> Values) : Traversal;

/// <summary>One value: a count, a sum.</summary>
internal sealed record ValueTraversal(MetaValue Value) : Traversal;

/// <summary>Paths, each from its start to its end.</summary>
internal sealed record PathsTraversal(Graph Graph, IReadOnlyList<IReadOnlyList<TopologyNode>> Paths) : Traversal;

/// <summary>Counters by node id or flow UUID.</summary>
internal sealed record MetricsTraversal(IReadOnlyList<KeyValuePair<string, IReadOnlyList<Metadata>>> Metrics) : Traversal;
