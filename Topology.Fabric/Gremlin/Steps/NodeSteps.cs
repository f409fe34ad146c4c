using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;
using Topology.Fabric.Paths;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps on nodes. In leads to parents, Out to children.</summary>
internal static class NodeSteps
{
    /// <summary>Targets of a path that are searched from as well, at most.</summary>
    private const int MostKnownTargets = 1_000;

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
        Filter("HasKey", HasKey),
        Filter("HasNot", arguments =>
        {
            var has = HasKey(arguments);
            return new Condition.Not(has);
        }),
        Neighbours("Out", Graph.Direction.Out),
        Neighbours("In", Graph.Direction.In),
        Neighbours("Both", Graph.Direction.Both),
        EdgesOf("OutE", Graph.Direction.Out),
        EdgesOf("InE", Graph.Direction.In),
        EdgesOf("BothE", Graph.Direction.Both),
        Step<NodesTraversal, NodesTraversal>("Dedup", arguments =>
        {
            IReadOnlyList<string> keys = arguments.Count == 0 ? ["ID"] : arguments.Texts();
            return input => input with { Nodes = Common.Dedup(input.Nodes, keys, FieldsOf) };
        }),
        Step<NodesTraversal, NodesTraversal>("Sort", arguments =>
        {
            var sort = Common.Sort<Node>(arguments, "CreatedAt", FieldsOf);
            return (input, run) => input with { Nodes = sort(input.Nodes, run.Stop) };
        }),
        Step<NodesTraversal, NodesTraversal>("Range", arguments =>
        {
            var slice = Common.Slice(arguments, limit: false);
            return input => input with { Nodes = Common.Cut(input.Nodes, slice) };
        }),
        Step<NodesTraversal, NodesTraversal>("Limit", arguments =>
        {
            var slice = Common.Slice(arguments, limit: true);
            return input => input with { Nodes = Common.Cut(input.Nodes, slice) };
        }),
        Step<NodesTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Nodes.Count);
        }),
        Step<NodesTraversal, ValuesTraversal>("Values", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var key = arguments.Text(0);
            return input => Common.Values(input.Nodes, key, FieldsOf);
        }),
        Step<NodesTraversal, ValuesTraversal>("ValueMap", arguments =>
        {
            var keys = arguments.Texts();
            return input => Common.ValueMaps(input.Nodes, keys, FieldsOf);
        }),
        Step<NodesTraversal, ValuesTraversal>("Keys", arguments =>
        {
            arguments.None();
            return input => Common.Keys(input.Nodes, FieldsOf);
        }),
        Step<NodesTraversal, ValueTraversal>("Sum", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var key = arguments.Text(0);
            return input => Common.Sum(Common.Values(input.Nodes, key, FieldsOf).Values.Select(value => Predicates.TryNumber(value, out var number) ? number : value), arguments);
        }),
        FlowSteps.Of<NodesTraversal>(input => new FlowsOf(input.Graph, TidsOf(input.Nodes))),
        Step<NodesTraversal, PathsTraversal>("ShortestPathTo", arguments =>
        {
            arguments.Between(1, 2, "Metadata(…) of the target, and Metadata(…) of the edges if wanted");
            var isTarget = arguments.Metadata(0);
            var through = arguments.Count == 2 ? arguments.Metadata(1) : null;
            return (input, run) => ShortestPaths(input, isTarget, through, arguments, run);
        }),
        Step<NodesTraversal, GraphTraversal>("SubGraph", arguments =>
        {
            var through = arguments.All();
            return input => new GraphTraversal(SubGraph(input.Graph, input.Nodes, through));
        }),
        Kin.Step("Descendants", Graph.Direction.Out, isZeroEndless: true),
        Kin.Step("Ascendants", Graph.Direction.In, isZeroEndless: true),
        Kin.Step("Neighbors", Graph.Direction.Both, isZeroEndless: false),
        NextHops.Step,
        Step<NodesTraversal, NodesTraversal>("As", arguments =>
        {
            arguments.Between(1, 1, "one name");
            var name = arguments.Text(0);
            return (input, run) =>
            {
                run.Named[name] = input.Nodes;
                return input;
            };
        }),
        Step<NodesTraversal, NodesTraversal>("Select", arguments =>
        {
            arguments.Between(1, int.MaxValue, "names that As gave");
            var names = arguments.Texts();
            return (input, run) => input with { Nodes = run.Gather(names.SelectMany(name => run.Named[name]), arguments) };
        }),
        Step<PathsTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Paths.Count);
        }),
        Step<PathsTraversal, PathsTraversal>("Limit", arguments =>
        {
            var slice = Common.Slice(arguments, limit: true);
            return input => input with { Paths = Common.Cut(input.Paths, slice) };
        }),
        Step<PathsTraversal, NodesTraversal>("Dedup", arguments =>
        {
            IReadOnlyList<string> keys = arguments.Count == 0 ? ["ID"] : arguments.Texts();
            return input => new NodesTraversal(input.Graph, Common.Dedup(input.Paths.SelectMany(p => p), keys, FieldsOf));
        }),
        Step<PathsTraversal, GraphTraversal>("SubGraph", arguments =>
        {
            arguments.None();
            return input => new GraphTraversal(SubGraph(input.Graph, input.Paths.SelectMany(p => p), Condition.Always));
        }),
        FlowSteps.Of<PathsTraversal>(input => new FlowsOf(input.Graph, TidsOf(input.Paths.SelectMany(p => p)))),
    ];

    public static IFields FieldsOf(Node node) => new ElementFields(node);

    /// <summary>A graph's nodes that satisfy a condition, by an index where one knows of it.</summary>
    public static IReadOnlyList<Node> Select(Graph graph, Condition condition, Arguments step, Run run) => condition.IsAlways && graph.NodeCount <= Run.MostElements
        ? graph.NodeList
        : run.Gather(Candidates(graph, condition) ?? graph.Nodes, step, n => condition.Holds(FieldsOf(n)));

    /// <summary>All nodes that can satisfy a condition, found without a look at each; null: there's no way to.</summary>
    private static IEnumerable<Node>? Candidates(Graph graph, Condition condition)
    {
        foreach (var (key, texts) in condition.TextsByKey())
        {
            if (graph.Candidates(key, texts) is { } candidates)
            {
                return candidates;
            }
        }

        return null;
    }

    public static Graph SubGraph(Graph graph, IEnumerable<Node> nodes, Condition through)
    {
        var builder = Graph.Empty.ToBuilder();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (ids.Add(node.Id))
            {
                builder.Set(node);
            }
        }

        foreach (var edge in ids.SelectMany(id => graph.EdgesOf(id, Graph.Direction.Out)).Where(e => ids.Contains(e.Child) && through.Holds(new ElementFields(e))))
        {
            builder.Set(edge);
        }

        return builder.ToGraph();
    }

    private static Condition HasKey(Arguments arguments)
    {
        arguments.Between(1, 1, "one key");
        return arguments.All();
    }

    private static StepDefinition Filter(string name, Func<Arguments, Condition> compile) =>
        Step<NodesTraversal, NodesTraversal>(name, arguments =>
        {
            var matches = compile(arguments);
            return (input, run) => input with { Nodes = run.Gather(input.Nodes, arguments, n => matches.Holds(FieldsOf(n))) };
        }) with
        { Condition = compile };

    private static StepDefinition Neighbours(string name, Graph.Direction direction) =>
        Step<NodesTraversal, NodesTraversal>(name, arguments =>
        {
            var matches = arguments.All();
            return (input, run) => input with
            {
                Nodes = run.Gather(input.Nodes.SelectMany(n => input.Graph.Neighbours(n.Id, direction)), arguments, n => matches.Holds(FieldsOf(n))),
            };
        });

    private static StepDefinition EdgesOf(string name, Graph.Direction direction) =>
        Step<NodesTraversal, EdgesTraversal>(name, arguments =>
        {
            var matches = arguments.All();
            return (input, run) => new EdgesTraversal(
                input.Graph, run.Gather(input.Nodes.SelectMany(n => input.Graph.EdgesOf(n.Id, direction)), arguments, e => matches.Holds(new ElementFields(e))));
        });

    private static PathsTraversal ShortestPaths(NodesTraversal input, Condition isTarget, Condition? through, Arguments arguments, Run run)
    {
        var paths = new List<IReadOnlyList<Node>>();
        var elements = 0;
        var targets = Candidates(input.Graph, isTarget)?.Where(n => isTarget.Holds(FieldsOf(n))).Select(n => n.Id).Take(MostKnownTargets + 1).ToHashSet(StringComparer.Ordinal);
        targets = targets is { Count: > MostKnownTargets } ? null : targets;
        foreach (var id in input.Nodes.Select(n => n.Id).Distinct(StringComparer.Ordinal))
        {
            run.Stop.ThrowIfCancellationRequested();
            Func<Edge, bool>? isWay = through is null ? null : e => through.Holds(new ElementFields(e));
            var path = targets is null
                ? ShortestPath.Find(input.Graph, id, n => isTarget.Holds(FieldsOf(n)), isWay, run.Stop)
                : ShortestPath.Find(input.Graph, id, targets, isWay, run.Stop);
            if (path.Count == 0)
            {
                continue;
            }

            elements += path.Count;
            if (elements > Run.MostElements)
            {
                throw Run.TooMany(arguments);
            }

            paths.Add(path);
        }

        return new PathsTraversal(input.Graph, paths);
    }

    private static HashSet<string> TidsOf(IEnumerable<Node> nodes) => nodes.Select(n => n.Tid).Where(t => t.Length > 0).ToHashSet(StringComparer.Ordinal);
}
