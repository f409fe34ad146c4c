using System.Globalization;
using Topology.Fabric.Model;

namespace Analyzer.Node.Views;

/// <summary>Something a capture on a node didn't count, or couldn't tell.</summary>
/// <param name="Node">Name and host of the node: "eth1@agent1".</param>
/// <param name="Capture">The capture's UUID.</param>
/// <param name="What">What was lost: "updates", "packets", "flows".</param>
/// <param name="Count">How many.</param>
/// <param name="Since">When the first was, Unix milliseconds; 0: since the capture's start.</param>
/// <param name="Why">The cause, for people.</param>
internal sealed record CaptureLoss(string Node, string Capture, string What, long Count, long Since, string Why)
{
    private static readonly (string Key, string What, string Why)[] Kinds =
    [
        ("UpdatesLost", "updates", "its analyzer was too slow, or gone for too long"),
        ("PacketsDropped", "packets", "the agent was too slow for its kernel ring"),
        ("PacketsIfDropped", "packets", "the interface or its driver dropped them"),
        ("PacketsAgentDropped", "packets", "its tunnels are too many, or carry more than the agent keeps up with"),
        ("FlowsEvicted", "flows", "its table was full: they ended early"),
        ("RawPacketsRefused", "raw packets", "they were too many at once"),
    ];

    /// <summary>"1,204 updates lost on eth1@agent1 since 10:12:04 UTC: its analyzer was too slow, or gone for too long".</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count:N0} {What} lost on {Node}{(Since == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" since {DateTimeOffset.FromUnixTimeMilliseconds(Since):HH:mm:ss} UTC"))}: {Why}");

    /// <summary>Those of all captures, as their nodes tell.</summary>
    public static IEnumerable<CaptureLoss> Of(Graph graph) =>
        from node in graph.Nodes
        let captures = node.Metadata["Captures"]
        where captures.Kind == MetaKind.List
        from capture in captures.Items
        where capture.Kind == MetaKind.Map
        from kind in Kinds
        let count = capture.Fields[kind.Key]
        where count is { Kind: MetaKind.Integer, Integer: > 0 }
        select new CaptureLoss(
            $"{node.Name}@{node.Host}", capture.Fields["ID"].ToString(), kind.What, count.Integer,
            capture.Fields[$"{kind.Key}Since"] is { Kind: MetaKind.Integer } since ? since.Integer : 0, kind.Why);
}
