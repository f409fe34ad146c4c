using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps on values, metrics and raw packets.</summary>
internal static class ValueSteps
{
    public static readonly IReadOnlyList<StepDefinition> All =
    [
        Step<ValuesTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Values.Count);
        }),
        Step<ValuesTraversal, ValuesTraversal>("Dedup", arguments =>
        {
            arguments.None();
            return input => new ValuesTraversal([.. input.Values.Distinct()]);
        }),
        Step<ValuesTraversal, ValuesTraversal>("Limit", arguments =>
        {
            var slice = Common.Slice(arguments, limit: true);
            return input => new ValuesTraversal(Common.Cut(input.Values, slice));
        }),
        Step<ValuesTraversal, ValueTraversal>("Sum", arguments =>
        {
            arguments.None();
            return input => Common.Sum(input.Values, arguments);
        }),
        Step<RawPacketsTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Packets.Count);
        }),
        Step<MetricsTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Metrics.Count);
        }),
        Step<MetricsTraversal, ValueTraversal>("Sum", arguments =>
        {
            arguments.Between(0, 1, "one key at most");
            if (arguments.Count == 0) { return input => new ValueTraversal(Total(input)); } var key = arguments.Text(0);
            return input => Common.Sum(
                input.Metrics.SelectMany(m => m.Value).Select(m => m.TryLookup(key, out var value)
                    ? value
                    : throw new GremlinException(arguments.Column, $"metrics have no field '{key}'")),
                arguments);
        }),
    ];

    // Counters add up; the time they cover reaches from the first start to the last end.
    private static Metadata Total(MetricsTraversal input)
    {
        var total = Metadata.Empty;
        foreach (var metric in input.Metrics.SelectMany(m => m.Value))
        {
            foreach (var (key, value) in metric)
            {
                if (value.Kind != MetaKind.Integer)
                {
                    continue;
                }

                var known = total.TryGet(key, out var before) ? before.Integer : (long?)null;
                total = total.Set(key, key switch
                {
                    "Start" => Math.Min(known ?? long.MaxValue, value.Integer),
                    "Last" => Math.Max(known ?? long.MinValue, value.Integer),
                    _ => (long)Int128.Clamp((Int128)(known ?? 0) + value.Integer, long.MinValue, long.MaxValue),
                });
            }
        }

        return total;
    }
}
