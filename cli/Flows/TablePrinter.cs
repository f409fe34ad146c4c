using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;

namespace Cli.Flows;

/// <summary>
/// A table for people, as wide as the terminal: flows in the order they come or began, what a tunnel carries below it
/// as a tree, and the sums of the outermost flows.
/// </summary>
/// <param name="output">Where it goes.</param>
/// <param name="width">The terminal's; null: as wide as it needs to be.</param>
/// <param name="keepsOrder">Flows come in the order they are to be shown in; else they are shown in the order they began.</param>
/// <param name="names">What to show instead of an address.</param>
internal sealed class TablePrinter(TextWriter output, int? width, bool keepsOrder, IReadOnlyDictionary<string, string> names) : IFlowPrinter
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly List<Flow> _flows = [];

    public void Print(Flow flow) => _flows.Add(flow);

    public void Print(Traversal result)
    {
        foreach (var line in ResultText.Lines(result))
        {
            output.Write(line + "\n");
        }
    }

    public void Finish()
    {
        if (_flows.Count > 0)
        {
            WriteTable();
        }

        output.Flush();
    }

    private void WriteTable()
    {
        var rows = Rows();
        var columns = TableColumns.Fit(
            [.. TableColumns.Names.Select((name, column) => WidestOf(rows, name, column))],
            rows.Max(row => Math.Min(row.Cells[0].Length, row.Tree.Length + "…".Length + row.Cells[0].Length - Math.Max(0, row.Cells[0].LastIndexOf('/')))),
            width);
        WriteRow(columns, "", TableColumns.Names);
        foreach (var row in rows)
        {
            WriteRow(columns, row.Tree, row.Cells);
        }

        WriteSums(rows);
    }

    private static int WidestOf(List<Row> rows, string name, int column)
    {
        var widest = rows.Max(row => row.Cells[column].Length + (column == 0 ? row.Tree.Length : 0));
        return widest == 0 ? 0 : Math.Max(widest, name.Length);
    }

    private List<Row> Rows()
    {
        var known = _flows.Select(flow => flow.Uuid).ToHashSet(StringComparer.Ordinal);
        var ordered = keepsOrder ? _flows : [.. _flows.OrderBy(flow => flow.Start)];
        var byParent = ordered.ToLookup(flow => known.Contains(flow.ParentUuid) ? flow.ParentUuid : "", StringComparer.Ordinal);
        var rows = new List<Row>(_flows.Count);
        foreach (var flow in byParent[""])
        {
            rows.Add(new Row(flow, "", Cells(flow)));
            AddInner(rows, byParent, flow.Uuid, "");
        }
        return rows;
    }

    private void AddInner(List<Row> rows, ILookup<string, Flow> byParent, string parent, string tree)
    {
        var left = byParent[parent].Count();
        foreach (var flow in byParent[parent])
        {
            var isLast = --left == 0;
            rows.Add(new Row(flow, tree + (isLast ? "└─ " : "├─ "), Cells(flow)));
            AddInner(rows, byParent, flow.Uuid, tree + (isLast ? "   " : "│  "));
        }
    }

    private string[] Cells(Flow flow) =>
    [
        flow.LayersPath,
        FlowText.End(flow, a: true, names),
        FlowText.End(flow, a: false, names),
        FlowText.About(flow),
        FlowText.Traffic(flow.Metric.AbPackets, flow.Metric.AbBytes),
        FlowText.Traffic(flow.Metric.BaPackets, flow.Metric.BaBytes),
        flow.RttNs > 0 ? FlowText.Duration(flow.RttNs) : "",
        flow.Last > flow.Start ? FlowText.Duration((flow.Last - flow.Start) * NanosecondsPerMillisecond) : "",
    ];

    private void WriteRow(TableColumns columns, string tree, IReadOnlyList<string> cells)
    {
        var line = new System.Text.StringBuilder();
        for (var i = 0; i < cells.Count; i++)
        {
            var column = (TableColumn)i;
            var room = columns.WidthOf(column);
            if (room == 0)
            {
                continue;
            }

            if (line.Length > 0)
            {
                line.Append(' ', columns.Gap);
            }

            switch (column)
            {
                case TableColumn.Layers:
                    line.Append((tree + FlowText.ShortPath(cells[i], Math.Max(room - tree.Length, 1))).PadRight(room));
                    break;
                case TableColumn.A or TableColumn.B or TableColumn.About:
                    line.Append(FlowText.ShortMiddle(cells[i], room).PadRight(room));
                    break;
                default:
                    line.Append(cells[i].PadLeft(room));
                    break;
            }
        }
        output.Write(line.ToString().TrimEnd() + "\n");
    }

    // What a tunnel carries is in the tunnel's own counters already.
    private void WriteSums(List<Row> rows)
    {
        var outer = rows.Where(row => row.Tree.Length == 0).Select(row => row.Flow.Metric).ToList();
        var packets = outer.Sum(metric => metric.AbPackets + metric.BaPackets);
        var bytes = outer.Sum(metric => metric.AbBytes + metric.BaBytes);
        var time = _flows.Max(flow => flow.Last) - _flows.Min(flow => flow.Start);
        var inner = _flows.Count(flow => flow.ParentUuid.Length > 0);
        output.Write(
            $"{Counted(_flows.Count, "flow")}{(inner > 0 ? $" ({FlowText.Number(inner)} in tunnels)" : "")}, {Counted(packets, "packet")}, {FlowText.Bytes(bytes)}"
            + $"{(time > 0 ? " in " + FlowText.Duration(time * NanosecondsPerMillisecond) : "")}\n");
    }

    private static string Counted(long count, string what) => $"{FlowText.Number(count)} {what}{(count == 1 ? "" : "s")}";

    private sealed record Row(Flow Flow, string Tree, string[] Cells);
}
