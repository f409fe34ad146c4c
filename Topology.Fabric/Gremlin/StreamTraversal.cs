using Shared.Messages.Flows;
using Topology.Fabric.Gremlin.Evaluation;

namespace Topology.Fabric.Gremlin;

/// <summary>A flow of a part of an answer. The fields are at another one as soon as the next is looked at.</summary>
internal readonly record struct PartRow(PartFields Part, int Index)
{
    /// <summary>Its fields.</summary>
    public PartFields Fields
    {
        get
        {
            Part.MoveTo(Index);
            return Part;
        }
    }
}

/// <summary>A query's result as it comes, not gathered. Once.</summary>
internal abstract record StreamTraversal : Traversal;

/// <summary>Flows or values in any order.</summary>
internal sealed record PartsStream(IAsyncEnumerable<FlowsPart> Parts) : StreamTraversal;

/// <summary>Flows in their order.</summary>
internal sealed record RowsStream(IAsyncEnumerable<PartRow> Rows) : StreamTraversal;

/// <summary>Flows in the order of a field, by that.</summary>
/// <param name="Rows">The flows.</param>
/// <param name="Key">The field.</param>
/// <param name="MoreThan">Only groups of more.</param>
internal sealed record GroupsStream(IAsyncEnumerable<PartRow> Rows, string Key, int MoreThan) : StreamTraversal;

/// <summary>The counters of flows in any order.</summary>
internal sealed record MetricsStream(IAsyncEnumerable<FlowsPart> Parts) : StreamTraversal;

/// <summary>Raw packets, those of a flow one after the other.</summary>
internal sealed record PacketsStream(IAsyncEnumerable<FlowsPart> Parts) : StreamTraversal;
