using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Flows;

/// <summary>A flow in its partition's table: its newest row, what the last update added, and its places in the table's lists.</summary>
internal struct FlowEntry
{
    /// <summary>As it was last told, with the table's texts.</summary>
    internal FlowRow Row;

    /// <summary>What the last update added.</summary>
    internal FlowUpdate Update;

    /// <summary>When it was stored, by the analyzer's clock: Unix milliseconds.</summary>
    internal long StoredAt;

    internal FlowLinks ByAge;
    internal FlowLinks ByNode;
    internal int NextOfTracking;
    internal int NextOfL3Tracking;

    /// <summary>How many flows had come to the table when this one did; of a flow that came back, the last time.</summary>
    internal long Born;
}

/// <summary>A flow's neighbours in a list, by their numbers; -1 where there's none.</summary>
internal struct FlowLinks
{
    internal int Before;
    internal int After;
}
