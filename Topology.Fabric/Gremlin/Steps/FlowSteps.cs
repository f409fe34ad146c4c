using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps on flows.</summary>
internal static class FlowSteps
{
    private const string DefaultSort = "Last";

    public static readonly IReadOnlyList<StepDefinition> All =
    [
        Filter("Has", arguments =>
        {
            arguments.Between(1, int.MaxValue, "a key, and a value if wanted");
            return Conditions(arguments);
        }),
        Filter("HasEither", arguments =>
        {
            arguments.Between(1, int.MaxValue, "keys and values");
            return arguments.Either(CheckKey);
        }),
        Filter("HasKey", arguments =>
        {
            arguments.Between(1, 1, "one key");
            return Conditions(arguments);
        }),
        Filter("HasNot", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var has = Conditions(arguments);
            return new Condition.Not(has);
        }),
        Step<FlowsTraversal, FlowsTraversal>("Dedup", arguments =>
        {
            // Skydive's default: the same traffic seen in several places is one flow.
            IReadOnlyList<string> keys = arguments.Count == 0 ? ["TrackingID"] : arguments.Texts();
            foreach (var key in keys)
            {
                CheckKey(key, arguments.Column);
            }

            return input => input with { Flows = Common.Dedup(input.Flows, keys, FieldsOf) };
        }),
        Step<FlowsTraversal, FlowsTraversal>("Sort", arguments =>
        {
            CheckKey(SortKey(arguments).Key, arguments.Column);
            var sort = Common.Sort<Flow>(arguments, DefaultSort, FieldsOf);
            return input => input with { Flows = sort(input.Flows) };
        }),
        Step<FlowsTraversal, FlowsTraversal>("Range", arguments =>
        {
            var slice = Common.Slice(arguments, limit: false);
            return input => input with { Flows = Common.Cut(input.Flows, slice) };
        }),
        Step<FlowsTraversal, FlowsTraversal>("Limit", arguments =>
        {
            var slice = Common.Slice(arguments, limit: true);
            return input => input with { Flows = Common.Cut(input.Flows, slice) };
        }),
        Step<FlowsTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Flows.Count);
        }),
        Step<FlowsTraversal, ValuesTraversal>("Values", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var key = CheckKey(arguments.Text(0), arguments.Column);
            return input => Common.Values(input.Flows, key, FieldsOf);
        }),
        Step<FlowsTraversal, ValuesTraversal>("Keys", arguments =>
        {
            arguments.None();
            return input => Common.Keys(input.Flows, FieldsOf);
        }),
        Step<FlowsTraversal, ValueTraversal>("Sum", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var key = CheckKey(arguments.Text(0), arguments.Column);
            return input => Common.Sum(Common.Values(input.Flows, key, FieldsOf).Values, arguments);
        }),
        Step<FlowsTraversal, MetricsTraversal>("Metrics", arguments =>
        {
            arguments.None();
            return input => new MetricsTraversal([.. input.Flows
                .Select(f => (f.Uuid, Metric: FlowView.MetricOf(f)))
                .Where(f => f.Metric is not null)
                .Select(f => new KeyValuePair<string, IReadOnlyList<Metadata>>(f.Uuid, [f.Metric!]))]);
        }),
        Step<FlowsTraversal, RawPacketsTraversal>("RawPackets", arguments =>
        {
            arguments.None();
            return async (input, run) => new RawPacketsTraversal(await run.Flows.GetRawPacketsAsync(input.Flows, run.Stop).ConfigureAwait(false));
        }),
        Nodes("CaptureNode", _ => false),
        Nodes("Hops", _ => false),
        Nodes("Nodes", _ => true),
        Ends("In", f => [f.Link?.A]),
        Ends("Out", f => [f.Link?.B]),
        Ends("Both", f => [f.Link?.A, f.Link?.B]),
    ];

    /// <summary>Conditions on flows, whose keys must be a flow's.</summary>
    public static Condition Conditions(Arguments arguments) => arguments.All(CheckKey);

    /// <summary>By what flows are sorted.</summary>
    public static (string Key, bool Descending) SortKey(Arguments arguments) => Common.SortKey(arguments, DefaultSort);

    /// <summary>The step from something to its flows; the conditions in its parentheses are a filter's of what comes from there.</summary>
    public static StepDefinition Of<TInput>(Func<TInput, FlowsOf> flowsOf)
        where TInput : Traversal =>
        Filter("Flows", Conditions) with { Input = typeof(TInput), Flows = input => flowsOf((TInput)input) };

    public static IFields FieldsOf(Flow flow) => new FlowFields(flow);

    private static string CheckKey(string key, int column) =>
        FlowView.IsKnown(key) ? key : throw new GremlinException(column, $"a flow has no field '{key}'");

    private static StepDefinition Filter(string name, Func<Arguments, Condition> compile) =>
        Step<FlowsTraversal, FlowsTraversal>(name, arguments =>
        {
            var matches = compile(arguments);
            return (input, run) => input with { Flows = run.Gather(input.Flows, arguments, f => matches.Holds(FieldsOf(f))) };
        }) with
        { Condition = compile };

    // The nodes flows were seen on, and for "Nodes" those with the flow's addresses too.
    private static StepDefinition Nodes(string name, Func<Flow, bool> withEnds) =>
        Step<FlowsTraversal, NodesTraversal>(name, arguments =>
        {
            var matches = arguments.All();
            return (input, run) =>
            {
                var byTid = ByText(input.Graph, n => n.Tid);
                var byMac = ByMac(input.Graph);
                return Found(input, matches, arguments, run, flow => withEnds(flow)
                    ? [byTid.GetValueOrDefault(flow.NodeTid), Mac(byMac, flow.Link?.A), Mac(byMac, flow.Link?.B)]
                    : [byTid.GetValueOrDefault(flow.NodeTid)]);
            };
        });

    private static StepDefinition Ends(string name, Func<Flow, string?[]> macsOf) =>
        Step<FlowsTraversal, NodesTraversal>(name, arguments =>
        {
            var matches = arguments.All();
            return (input, run) =>
            {
                var byMac = ByMac(input.Graph);
                return Found(input, matches, arguments, run, flow => macsOf(flow).Select(mac => Mac(byMac, mac)));
            };
        });

    private static NodesTraversal Found(FlowsTraversal input, Condition matches, Arguments arguments, Run run, Func<Flow, IEnumerable<Node?>> nodesOf) =>
        new(input.Graph, run.Gather(input.Flows.SelectMany(nodesOf).OfType<Node>(), arguments, n => matches.Holds(NodeSteps.FieldsOf(n))));

    private static Node? Mac(Dictionary<string, Node> byMac, string? mac) => string.IsNullOrEmpty(mac) ? null : byMac.GetValueOrDefault(mac);

    private static Dictionary<string, Node> ByMac(Graph graph) =>
        ByText(graph, n => n.Metadata["MAC"] is { Kind: MetaKind.Text, Text: var mac } ? mac : "");

    private static Dictionary<string, Node> ByText(Graph graph, Func<Node, string> keyOf)
    {
        var index = new Dictionary<string, Node>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in graph.Nodes)
        {
            if (keyOf(node) is { Length: > 0 } key)
            {
                index.TryAdd(key, node);
            }
        }

        return index;
    }
}
