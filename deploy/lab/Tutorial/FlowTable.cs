using System.Globalization;
using Spectre.Console;

namespace Lab.Tutorial;

/// <summary>Flows as a table, each inner flow indented below its tunnel's.</summary>
internal static class FlowTable
{
    public static Table Draw(IReadOnlyList<FlowRecord> flows, IReadOnlyDictionary<string, string> nodeNames)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in new[] { "flow", "endpoints", "ID", "A→B", "B→A", "seen on", "UUID", "ParentUUID", "L3TrackingID" })
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        var children = flows.ToLookup(f => f.ParentUuid);
        var known = flows.Select(f => f.Uuid).ToHashSet();
        foreach (var flow in flows.Where(f => !known.Contains(f.ParentUuid)).OrderBy(f => Where(f), StringComparer.Ordinal).ThenBy(f => f.Start))
        {
            Add(flow, 0);
        }

        return table;

        void Add(FlowRecord flow, int depth)
        {
            table.AddRow(
                Markup.Escape(new string(' ', depth * 2) + (depth > 0 ? "└ " : "") + flow.LayersPath), Markup.Escape(flow.Endpoints),
                flow.NetworkId == 0 ? "" : flow.NetworkId.ToString(CultureInfo.InvariantCulture),
                Packets(flow.AbPackets, flow.AbBytes), Packets(flow.BaPackets, flow.BaBytes), Markup.Escape(Where(flow)),
                Short(flow.Uuid), Short(flow.ParentUuid), Short(flow.L3TrackingId));
            foreach (var inner in children[flow.Uuid].OrderBy(f => f.Start))
            {
                Add(inner, depth + 1);
            }
        }

        string Where(FlowRecord flow) => nodeNames.GetValueOrDefault(flow.NodeTid, flow.NodeTid);
    }

    private static string Packets(long packets, long bytes) => string.Create(CultureInfo.InvariantCulture, $"{packets}/{bytes} B");

    /// <summary>Enough of an identifier to tell equal from different by eye.</summary>
    private static string Short(string id) => id.Length > 8 ? id[..8] : id;
}
