using Analyzer.Node.Flows;
using Google.Protobuf;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;

namespace Analyzer.Node.Tests.Kit;

/// <summary>Flows as agents tell them. Ids are short here: up to 16 hexadecimal digits.</summary>
internal static class TestFlows
{
    public static Flow Flow(
        string uuid, string tracking = "7", string l3 = "1", string node = "n", long last = 10_000, long packets = 1, FinishType finish = FinishType.NotFinished) => new()
        {
            Uuid = uuid,
            TrackingId = tracking,
            L3TrackingId = l3,
            NodeTid = node,
            Start = 5_000,
            Last = last,
            FinishType = finish,
            Metric = new FlowMetric { AbPackets = packets },
        };

    /// <summary>Flows that have little in common: they don't compress well. Their UUIDs count from 1.</summary>
    public static List<Flow> Unlike(int count)
    {
        var random = new Random(1);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return [.. Enumerable.Range(1, count).Select(i =>
        {
            var flow = Flow(i.ToString("x"), Any(), Any(), last: now + random.Next(1000), packets: random.Next());
            flow.Host = "h";
            (flow.Metric.AbBytes, flow.Metric.BaPackets, flow.Metric.BaBytes) = (random.NextInt64(), random.Next(), random.NextInt64());
            return flow;
        })];

        string Any() => random.NextInt64(1, long.MaxValue).ToString("x16");
    }

    public static UpdateFlows Update(params IReadOnlyCollection<Flow> flows) =>
        new() { Partition = 3, Host = "h1", Session = "s", Sequence = 7, Flows = flows.Count, Block = Block(flows) };

    public static ByteString Block(IReadOnlyCollection<Flow> flows) => flows.Count == 0 ? ByteString.Empty : ByteString.CopyFrom(FlowBlock.Write(Rows(flows)));

    public static FlowRows Rows(IReadOnlyCollection<Flow> flows)
    {
        var rows = new FlowRows(flows.Count + 1);
        foreach (var flow in flows)
        {
            rows.Add(flow);
        }

        return rows;
    }

    /// <summary>An id as it's shown.</summary>
    public static string Id(string id) => id.PadLeft(16, '0');

    /// <summary>Ids as they're shown.</summary>
    public static string[] Ids(params string[] ids) => [.. ids.Select(Id)];

    /// <summary>An id as it's written here.</summary>
    public static string Short(string id) => id.TrimStart('0');

    /// <summary>All parts of the answer to a query, of a table that nobody changes meanwhile.</summary>
    public static List<FlowsPart> Scan(FlowTable table, RawPacketStore packets, QueryFlows query)
    {
        var scan = new FlowScan(query, table, packets);
        var parts = new List<FlowsPart>();
        do
        {
            if (scan.Next(long.MaxValue) is { } part)
            {
                parts.Add(part);
            }
        }
        while (parts is [] || !parts[^1].IsLast);
        return parts;
    }

    /// <summary>The flows of parts, each as its fields.</summary>
    public static IEnumerable<PartFields> Fields(IEnumerable<FlowsPart> parts)
    {
        foreach (var part in parts.Where(part => !part.Block.IsEmpty))
        {
            var (fields, count) = FlowAnswer.RowsOf(part);
            for (var i = 0; i < count; i++)
            {
                fields.MoveTo(i);
                yield return fields;
            }
        }
    }

    /// <summary>The UUIDs of the flows in parts, as they're written here.</summary>
    public static string[] Uuids(IEnumerable<FlowsPart> parts) => [.. Fields(parts).Select(fields => Short(FlowForms.Id(fields.Row.Uuid)))];
}
