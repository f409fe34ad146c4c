using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps on edges. As in Skydive InV is the parent, OutV the child.</summary>
internal static class EdgeSteps
{
    public static readonly IReadOnlyList<StepDefinition> All =
    [
        Filter("Has", arguments =>
        {
            arguments.Between(1, int.MaxValue, "a key, and a value if wanted");
            return arguments.All();
        }),
        Filter("HasEither", arguments =>
        {
            arguments.Between(1, int.MaxValue, "keys and values");
            return arguments.Either();
        }),
        Filter("HasKey", arguments =>
        {
            arguments.Between(1, 1, "one key");
            return arguments.All();
        }),
        Filter("HasNot", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var has = arguments.All();
            return new Condition.Not(has);
        }),
        Ends("InV", e => [e.Parent]),
        Ends("OutV", e => [e.Child]),
        Ends("BothV", e => [e.Parent, e.Child]),
        Step<EdgesTraversal, EdgesTraversal>("Dedup", arguments =>
        {
            IReadOnlyList<string> keys = arguments.Count == 0 ? ["ID"] : arguments.Texts();
            return input => input with { Edges = Common.Dedup(input.Edges, keys, FieldsOf) };
        }),
        Step<EdgesTraversal, EdgesTraversal>("Sort", arguments =>
        {
            var sort = Common.Sort<Edge>(arguments, "CreatedAt", FieldsOf);
            return (input, run) => input with { Edges = sort(input.Edges, run.Stop) };
        }),
        Step<EdgesTraversal, EdgesTraversal>("Range", arguments =>
        {
            var slice = Common.Slice(arguments, limit: false);
            return input => input with { Edges = Common.Cut(input.Edges, slice) };
        }),
        Step<EdgesTraversal, EdgesTraversal>("Limit", arguments =>
        {
            var slice = Common.Slice(arguments, limit: true);
            return input => input with { Edges = Common.Cut(input.Edges, slice) };
        }),
        Step<EdgesTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Edges.Count);
        }),
        Step<EdgesTraversal, ValuesTraversal>("Values", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var key = arguments.Text(0);
            return input => Common.Values(input.Edges, key, FieldsOf);
        }),
        Step<EdgesTraversal, ValuesTraversal>("ValueMap", arguments =>
        {
            var keys = arguments.Texts();
            return input => Common.ValueMaps(input.Edges, keys, FieldsOf);
        }),
        Step<EdgesTraversal, ValuesTraversal>("Keys", arguments =>
        {
            arguments.None();
            return input => Common.Keys(input.Edges, FieldsOf);
        }),
        Step<EdgesTraversal, GraphTraversal>("SubGraph", arguments =>
        {
            arguments.None();
            return input =>
            {
                var builder = Graph.Empty.ToBuilder();
                foreach (var edge in input.Edges)
                {
                    builder.Set(input.Graph.Node(edge.Parent)!);
                    builder.Set(input.Graph.Node(edge.Child)!);
                    builder.Set(edge);
                }

                return new GraphTraversal(builder.ToGraph());
            };
        }),
    ];

    private static IFields FieldsOf(Edge edge) => new ElementFields(edge);

    private static StepDefinition Filter(string name, Func<Arguments, Condition> compile) =>
        Step<EdgesTraversal, EdgesTraversal>(name, arguments =>
        {
            var matches = compile(arguments);
            return (input, run) => input with { Edges = run.Gather(input.Edges, arguments, e => matches.Holds(FieldsOf(e))) };
        });

    private static StepDefinition Ends(string name, Func<Edge, string[]> endsOf) =>
        Step<EdgesTraversal, NodesTraversal>(name, arguments =>
        {
            var matches = arguments.All();
            return (input, run) => new NodesTraversal(
                input.Graph, run.Gather(input.Edges.SelectMany(endsOf).Select(id => input.Graph.Node(id)!), arguments, n => matches.Holds(NodeSteps.FieldsOf(n))));
        });
}
