using Agent.Node.Flows;
using Topology.Fabric.Gremlin;

namespace Cli.Flows;

/// <summary>What one run of the command is to do.</summary>
internal sealed record FlowsRequest
{
    /// <summary>Files, or "-" for standard input.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>table, json, csv, parquet or none.</summary>
    public string Output { get; init; } = "table";

    /// <summary>Which flows, in which order; null: all.</summary>
    public FlowQuery? Filter { get; init; }

    /// <summary>Which packets, as libpcap's filters say it; null: all.</summary>
    public string? PacketFilter { get; init; }

    public FlowOptions Options { get; init; } = new() { ReportUpdates = false };

    /// <summary>How many engines share the packets, at most.</summary>
    public int Engines { get; init; } = FlowEngines.Usual;

    /// <summary>The table shows addresses by the names the captures have for them.</summary>
    public bool Names { get; init; }

    /// <summary>Columns of the terminal the table should fit; null: as wide as it needs.</summary>
    public int? Width { get; init; }
}
