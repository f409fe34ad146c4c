using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps to metrics and on them. The metric of now is what the last update added, of interfaces and of flows.</summary>
internal static class MetricSteps
{
    private const string LastUpdate = "LastUpdateMetric";
    private const int DefaultSlice = 30;

    private static readonly HashSet<string> InterfaceCounters = new(StringComparer.Ordinal)
    {
        "Collisions", "Multicast", "RxBytes", "RxCompressed", "RxCrcErrors", "RxDropped", "RxErrors", "RxFifoErrors", "RxFrameErrors", "RxLengthErrors", "RxMissedErrors", "RxOverErrors", "RxPackets",
        "TxAbortedErrors", "TxBytes", "TxCarrierErrors", "TxCompressed", "TxDropped", "TxErrors", "TxFifoErrors", "TxHeartbeatErrors", "TxPackets", "TxWindowErrors",
    };

    public static readonly IReadOnlyList<StepDefinition> All =
    [
        Step<NodesTraversal, MetricsTraversal>("Metrics", arguments =>
        {
            var key = KeyOf(arguments);
            return input => new MetricsTraversal([.. input.Nodes
                .DistinctBy(node => node.Id)
                .OrderBy(node => node.Id, StringComparer.Ordinal)
                .Select(node => (node.Id, IsThere: node.Metadata.TryLookup(key, out var metric) && metric.Kind == MetaKind.Map, metric))
                .Where(node => node.IsThere)
                .Select(node => new KeyValuePair<string, IReadOnlyList<Metadata>>(node.Id, [node.metric.Fields]))]);
        }),
        Step<FlowsTraversal, MetricsTraversal>("Metrics", arguments =>
        {
            KeyOf(arguments);
            return input => new MetricsTraversal([.. input.Flows
                .Select(f => (f.Uuid, Metric: FlowView.LatestMetricOf(f)))
                .Where(f => f.Metric is not null)
                .Select(f => new KeyValuePair<string, IReadOnlyList<Metadata>>(f.Uuid, [f.Metric!]))]);
        }),
        Step<MetricsTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Metrics.Count);
        }),
        Step<MetricsTraversal, ValuesTraversal>("Keys", arguments =>
        {
            arguments.None();
            return input => new ValuesTraversal([.. input.Metrics.SelectMany(m => m.Value).Take(1).SelectMany(m => m.Keys()).Select(key => (MetaValue)key)]);
        }),
        Step<MetricsTraversal, ValueTraversal>("Sum", arguments =>
        {
            arguments.Between(0, 1, "one key at most");
            if (arguments.Count == 0)
            {
                return input => new ValueTraversal(Total(input));
            }

            var key = arguments.Text(0);
            return input => Common.Sum(
                input.Metrics.SelectMany(m => m.Value).Select(m => m.TryLookup(key, out var value)
                    ? value
                    : IsOfInterface(m) && InterfaceCounters.Contains(key) ? 0 : throw new GremlinException(arguments.Column, $"metrics have no field '{key}'")),
                arguments);
        }),
        // Aggregates(), Aggregates(seconds), Aggregates(seconds, start).
        Step<MetricsTraversal, MetricsTraversal>("Aggregates", arguments =>
        {
            arguments.Between(0, 2, "the length of a slice in seconds, and when the first begins if wanted");
            var length = arguments.Count == 0 ? DefaultSlice : arguments.Index(0);
            if (length == 0)
            {
                throw arguments.Wrong(arguments.ColumnOf(0), "takes a number of seconds from 1 here");
            }

            var begin = arguments.Count == 2 ? arguments.Time(1) : (PointInTime?)null;
            return (input, run) =>
            {
                var (start, last) = run.Slice is { } slice ? (slice.Start, slice.Last) : MetricSlices.Span(input.Metrics.SelectMany(m => m.Value));
                start = begin?.At(DateTimeOffset.UtcNow) ?? start;
                var slices = MetricSlices.Of(input.Metrics.Select(m => m.Value), start, last, length * 1_000L, arguments, run.Stop);
                return new MetricsTraversal([new KeyValuePair<string, IReadOnlyList<Metadata>>("Aggregated", slices)]);
            };
        }),
    ];

    // Skydive's names, short or long; of flows they all mean the same.
    private static string KeyOf(Arguments arguments)
    {
        arguments.Between(0, 1, "one kind of metric at most");
        return arguments.Count == 0 ? LastUpdate : arguments.Text(0) switch
        {
            LastUpdate => LastUpdate,
            "SFlow" or "SFlow." + LastUpdate => "SFlow." + LastUpdate,
            "Ovs" or "Ovs." + LastUpdate => "Ovs." + LastUpdate,
            var other => throw arguments.Wrong(arguments.ColumnOf(0), $"knows no metric '{other}'; there are {LastUpdate}, SFlow and Ovs"),
        };
    }

    // Counters add up; the time they cover reaches from the first start to the last end.
    private static Metadata Total(MetricsTraversal input)
    {
        var total = new Dictionary<string, Int128>(StringComparer.Ordinal);
        foreach (var metric in input.Metrics.SelectMany(m => m.Value))
        {
            foreach (var (key, value) in metric)
            {
                if (value.Kind == MetaKind.Integer)
                {
                    var isKnown = total.TryGetValue(key, out var known);
                    total[key] = key switch
                    {
                        "Start" => isKnown ? Int128.Min(known, value.Integer) : value.Integer,
                        "Last" => isKnown ? Int128.Max(known, value.Integer) : value.Integer,
                        _ => known + value.Integer,
                    };
                }
            }
        }

        return Metadata.Create(total.Select(sum => (sum.Key, new Common.Total { Integers = sum.Value }.Value)));
    }

    // Interfaces tell the counters that aren't zero.
    private static bool IsOfInterface(Metadata metric) => !metric.TryGet("ABPackets", out _);
}
