using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps on flows.</summary>
internal static class FlowSteps
{
    private const string Last = "Last";
    private const string DefaultSort = Last;
    private const string DefaultGroup = "TrackingID";

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
        Since,
        Nodes("CaptureNode", _ => false),
        Nodes("Node", _ => false),
        Nodes("Hops", _ => false),
        Nodes("Nodes", _ => true),
        Ends("In", f => [f.Link?.A]),
        Ends("Out", f => [f.Link?.B]),
        Ends("Both", f => [f.Link?.A, f.Link?.B]),
    ];

    /// <summary>Conditions on flows, whose keys must be a flow's. Before them may be Since(…), of when a flow was last seen.</summary>
    public static Condition Conditions(Arguments arguments)
    {
        var (since, rest) = arguments.SplitOff("Since");
        return since is null ? arguments.All(CheckKey) : new Condition.Matching(Last, since).And(rest.All(CheckKey));
    }

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

    /// <summary>A counter of Metrics(); null: there's no such counter.</summary>
    public static string? MetricKey(Arguments sum) => sum is { Count: 1 } && sum.Text(0) is var key && RowField.FindLatest(key) is not null ? key : null;

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

    private static StepDefinition Since => Filter("Since", arguments => new Condition.Matching(Last, Predicates.Since(arguments.Call())));

    private static StepDefinition Filter(string name, Func<Arguments, Condition> compile) =>
        Step<FlowsTraversal, FlowsTraversal>(name, arguments =>
        {
            var matches = compile(arguments);
            return (input, run) => input with { Flows = run.Gather(input.Flows, arguments, f => matches.Holds(FieldsOf(f))) };
        }) with
        { Condition = compile };

    // The nodes flows were seen on, and for "Nodes" those with the flow's addresses too; of nodes that are alike the first that's wanted.
    private static StepDefinition Nodes(string name, Func<Flow, bool> withEnds) =>
        Step<FlowsTraversal, NodesTraversal>(name, arguments =>
        {
            var matches = arguments.All();
            return (input, run) =>
            {
                var wanted = Wanted(input.Graph, matches, run);
                var byTid = By(wanted, "TID");
                var byMac = By(wanted, "MAC");
                return Found(input, arguments, run, flow => withEnds(flow)
                    ? [Find(byTid, flow.NodeTid), Find(byMac, flow.Link?.A), Find(byMac, flow.Link?.B)]
                    : [Find(byTid, flow.NodeTid)]);
            };
        });

    // A container's interface may tell the address of its peer only.
    private static StepDefinition Ends(string name, Func<Flow, string?[]> macsOf) =>
        Step<FlowsTraversal, NodesTraversal>(name, arguments =>
        {
            var matches = arguments.All();
            return (input, run) =>
            {
                var byMac = By(Wanted(input.Graph, matches, run), "MAC", "PeerIntfMAC");
                return Found(input, arguments, run, flow => macsOf(flow).Select(mac => Find(byMac, mac)));
            };
        });

    private static List<Node> Wanted(Graph graph, Condition matches, Run run)
    {
        var wanted = new List<Node>();
        foreach (var node in graph.Nodes)
        {
            run.Stop.ThrowIfCancellationRequested();
            if (matches.Holds(NodeSteps.FieldsOf(node)))
            {
                wanted.Add(node);
            }
        }

        return wanted;
    }

    private static NodesTraversal Found(FlowsTraversal input, Arguments arguments, Run run, Func<Flow, IEnumerable<Node?>> nodesOf) =>
        new(input.Graph, run.Gather(input.Flows.SelectMany(nodesOf).OfType<Node>(), arguments));

    private static Node? Find(Dictionary<string, Node> index, string? text) => string.IsNullOrEmpty(text) ? null : index.GetValueOrDefault(text);

    private static Dictionary<string, Node> By(List<Node> nodes, params ReadOnlySpan<string> keys)
    {
        var index = new Dictionary<string, Node>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in keys)
        {
            foreach (var node in nodes)
            {
                if (node.Metadata[key] is { Kind: MetaKind.Text, Text: { Length: > 0 } text })
                {
                    index.TryAdd(text, node);
                }
            }
        }

        return index;
    }
}
