using Agent.Node.Flows.Details;
using System.Globalization;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Command;

/// <summary>A table for people: flows in the order they began, what a tunnel carries indented below it.</summary>
internal sealed class TablePrinter(TextWriter output, FlowOrigin origin) : IFlowPrinter
{
    private const int Columns = 8;
    private const int FirstNumber = 4;

    private static readonly string[] Header = ["LAYERS", "A", "B", "ID", "AB PACKETS", "AB BYTES", "BA PACKETS", "BA BYTES"];

    private readonly List<Flow> _flows = [];

    public void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details) => _flows.Add(FlowMessages.ToMessage(record, reported, details, origin));

    public void Finish()
    {
        if (_flows.Count == 0)
            return;
        var known = _flows.Select(flow => flow.Uuid).ToHashSet();
        var byParent = _flows.OrderBy(flow => flow.Start).ToLookup(flow => known.Contains(flow.ParentUuid) ? flow.ParentUuid : "");
        List<string[]> rows = [Header];
        AddRows(rows, byParent, "", 0);
        var widths = Enumerable.Range(0, Columns).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => column < FirstNumber ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))));
        output.Flush();
    }

    private static void AddRows(List<string[]> rows, ILookup<string, Flow> byParent, string parent, int depth)
    {
        foreach (var flow in byParent[parent])
        {
            rows.Add(
            [
                new string(' ', 2 * depth) + flow.LayersPath, FlowText.End(flow, a: true), FlowText.End(flow, a: false), FlowText.Id(flow),
                Number(flow.Metric.AbPackets), Number(flow.Metric.AbBytes), Number(flow.Metric.BaPackets), Number(flow.Metric.BaBytes),
            ]);
            AddRows(rows, byParent, flow.Uuid, depth + 1);
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
