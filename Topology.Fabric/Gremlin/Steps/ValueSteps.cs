using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps on values.</summary>
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
        Step<ValuesTraversal, ValuesTraversal>("Has", arguments =>
        {
            arguments.Between(1, int.MaxValue, "a key, and a value if wanted");
            var matches = arguments.All();
            return (input, run) => new ValuesTraversal(run.Gather(input.Values, arguments, value => value.Kind == MetaKind.Map && matches.Holds(new MapFields(value.Fields))));
        }),
    ];
}
