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
    private const string DefaultGroup = "TrackingID";
    private const string Metric = "Metric.";

    /// <summary>Flows of a group that are held until it's known to be large enough, at most.</summary>
    private const int LargestMoreThan = 100_000;

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
            var keys = DedupKeys(arguments);
            return input => input with { Flows = Common.Dedup(input.Flows, keys, FieldsOf) };
        }),
        Step<FlowsTraversal, GroupsTraversal>("Group", arguments =>
        {
            var key = GroupKey(arguments);
            return input => new GroupsTraversal(Grouped(input.Flows, key));
        }),
        Step<GroupsTraversal, GroupsTraversal>("MoreThan", arguments =>
        {
            var count = MoreThan(arguments);
            return input => new GroupsTraversal([.. input.Groups.Where(group => group.Value.Count > count)]);
        }),
        Step<GroupsTraversal, ValuesTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => ByName(input.Groups.Select(group => (group.Key, (MetaValue)(long)group.Value.Count)));
        }),
        Step<GroupsTraversal, ValuesTraversal>("Sum", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var key = CheckKey(arguments.Text(0), arguments.Column);
            return input => ByName(input.Groups.Select(group => (group.Key, Common.Sum(Common.Values(group.Value, key, FieldsOf).Values, arguments).Value)));
        }),
        Step<FlowsTraversal, FlowsTraversal>("Sort", arguments =>
        {
            CheckKey(SortKey(arguments).Key, arguments.Column);
            var sort = Common.Sort<Flow>(arguments, DefaultSort, FieldsOf);
            return (input, run) => input with { Flows = sort(input.Flows, run.Stop) };
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

    /// <summary>By what flows are told apart. Skydive's default: the same traffic seen in several places is one flow.</summary>
    public static IReadOnlyList<string> DedupKeys(Arguments arguments)
    {
        IReadOnlyList<string> keys = arguments.Count == 0 ? [DefaultGroup] : arguments.Texts();
        foreach (var key in keys)
        {
            CheckKey(key, arguments.Column);
        }

        return keys;
    }

    /// <summary>By what flows are grouped.</summary>
    public static string GroupKey(Arguments arguments)
    {
        arguments.Between(0, 1, "one key at most");
        return arguments.Count == 0 ? DefaultGroup : CheckKey(arguments.Text(0), arguments.Column);
    }

    /// <summary>Groups of more flows than this are kept.</summary>
    public static int MoreThan(Arguments arguments)
    {
        arguments.Between(0, 1, "one number at most");
        return arguments.Count == 0 ? 1 : arguments.Index(0) is <= LargestMoreThan and var count ? count : throw arguments.Wrong(arguments.Column, $"takes {LargestMoreThan} at most");
    }

    /// <summary>A counter of Metrics() as a flow's own field; null: there's no such counter.</summary>
    public static string? MetricKey(Arguments sum) =>
        sum is { Count: 1 } && Metric + sum.Text(0) is var key && RowField.Find(key) is not null ? key : null;

    /// <summary>Values by name, as one map; none without any.</summary>
    public static ValuesTraversal ByName(IEnumerable<(string Name, MetaValue Value)> values) =>
        Model.Metadata.Create(values) is { Count: > 0 } byName ? new ValuesTraversal([byName]) : new ValuesTraversal([]);

    /// <summary>The step from something to its flows; the conditions in its parentheses are a filter's of what comes from there.</summary>
    public static StepDefinition Of<TInput>(Func<TInput, FlowsOf> flowsOf)
        where TInput : Traversal =>
        Filter("Flows", Conditions) with { Input = typeof(TInput), Flows = input => flowsOf((TInput)input) };

    public static IFields FieldsOf(Flow flow) => new FlowFields(flow);

    private static string CheckKey(string key, int column) =>
        FlowView.IsKnown(key) ? key : throw new GremlinException(column, $"a flow has no field '{key}'");

    // Groups in the order of their values; what has none is in no group.
    private static List<KeyValuePair<string, IReadOnlyList<Flow>>> Grouped(IEnumerable<Flow> flows, string key)
    {
        var groups = new Dictionary<string, (MetaValue Value, List<Flow> Flows)>(StringComparer.Ordinal);
        foreach (var flow in flows)
        {
            if (FieldsOf(flow).TryGet(key, out var value))
            {
                var name = value.ToString();
                if (!groups.TryGetValue(name, out var group))
                {
                    groups.Add(name, group = (value, []));
                }

                group.Flows.Add(flow);
            }
        }

        return [.. groups.OrderBy(group => group.Value.Value, Comparer<MetaValue>.Create(Predicates.Order)).Select(group => KeyValuePair.Create<string, IReadOnlyList<Flow>>(group.Key, group.Value.Flows))];
    }

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
