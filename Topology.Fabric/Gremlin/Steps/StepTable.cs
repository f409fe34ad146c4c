using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>What a run of a query works with besides the traversal.</summary>
internal sealed class Run(IFlowSource flows, CancellationToken stop, QuerySources? sources = null)
{
    /// <summary>Elements a step may result in. What grows by the mean degree with each step has no other end.</summary>
    public const int MostElements = 1_000_000;

    /// <summary>The flows: those of now, or of the moment the query has gone to.</summary>
    public IFlowSource Flows { get; private set; } = flows;

    /// <summary>Nobody wants the answer any more.</summary>
    public CancellationToken Stop => stop;

    /// <summary>What else the query can be answered from.</summary>
    public QuerySources Sources { get; } = sources ?? QuerySources.Live;

    /// <summary>The time the query asks about; null: now.</summary>
    public TimeSlice? Slice { get; private set; }

    /// <summary>Nodes under the names As gave them.</summary>
    public Dictionary<string, IReadOnlyList<Node>> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>What follows is about another time.</summary>
    public async Task<Graph> GoToAsync(TimeSlice slice, Arguments step)
    {
        var past = await Sources.History.AtAsync(slice, step, Stop).ConfigureAwait(false);
        (Slice, Flows) = (slice, past.Flows);
        return past.Graph;
    }

    /// <summary>What a step results in, gathered with a look at the end of time.</summary>
    /// <exception cref="GremlinException">It's too much.</exception>
    public IReadOnlyList<T> Gather<T>(IEnumerable<T> items, Arguments step, Func<T, bool>? keep = null)
    {
        var gathered = new List<T>();
        foreach (var item in items)
        {
            Stop.ThrowIfCancellationRequested();
            if (keep is not null && !keep(item))
            {
                continue;
            }

            if (gathered.Count == MostElements)
            {
                throw TooMany(step);
            }

            gathered.Add(item);
        }

        return gathered;
    }

    /// <summary>A step results in more than it may.</summary>
    public static GremlinException TooMany(Arguments step) =>
        new(step.Column, $"{step.Step} results in more than {MostElements} elements: Dedup() before it, or select less");
}

/// <summary>One step of a query, ready to run.</summary>
internal delegate ValueTask<Traversal> StepRun(Traversal input, Run run);

/// <summary>A step on one kind of traversal.</summary>
internal sealed record StepDefinition(string Name, Type Input, Type Output, Func<Arguments, StepRun> Compile)
{
    /// <summary>Of a step that keeps or drops each item whatever the others are: what it keeps. Null of some arguments: it does something else with those.</summary>
    public Func<Arguments, Condition?>? Condition { get; init; }

    /// <summary>Of a step that leads to flows: whose they are.</summary>
    public Func<Traversal, FlowsOf>? Flows { get; init; }
}

/// <summary>Whose flows a query goes on with: those seen on some interfaces, or all.</summary>
/// <param name="Graph">The graph their nodes are in.</param>
/// <param name="NodeTids">The interfaces; null: all flows.</param>
internal sealed record FlowsOf(Graph Graph, IReadOnlyCollection<string>? NodeTids);

/// <summary>All steps by name and by what they work on.</summary>
internal static class StepTable
{
    private static readonly ILookup<string, StepDefinition> Definitions =
        GraphSteps.All.Concat(NodeSteps.All).Concat(EdgeSteps.All).Concat(FlowSteps.All).Concat(ValueSteps.All)
            .Concat(MetricSteps.All).Concat(PacketSteps.All).Concat(SocketSteps.All)
            .ToLookup(d => d.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of all steps.</summary>
    public static IEnumerable<string> Names => Definitions.Select(d => d.Key);

    /// <summary>The step of this name on this kind of traversal.</summary>
    /// <exception cref="GremlinException">There's none.</exception>
    public static StepDefinition Find(StepSyntax step, Type input)
    {
        if (!Definitions.Contains(step.Name))
        {
            throw new GremlinException(step.Column, $"unknown step '{step.Name}'{NearestName.Suggestion(Names, step.Name)}");
        }

        foreach (var definition in Definitions[step.Name])
        {
            if (definition.Input == input)
            {
                return definition;
            }
        }

        var onThis = Definitions.Where(d => d.Any(s => s.Input == input)).Select(d => d.Key).Order(StringComparer.Ordinal);
        throw new GremlinException(
            step.Column, $"{step.Name} can't follow {Traversal.NameOf(input)}; what can: {string.Join(", ", onThis)}");
    }

    /// <summary>Defines a step that needs nothing but its input.</summary>
    public static StepDefinition Step<TInput, TOutput>(string name, Func<Arguments, Func<TInput, TOutput>> compile)
        where TInput : Traversal
        where TOutput : Traversal =>
        new(name, typeof(TInput), typeof(TOutput), arguments =>
        {
            var apply = compile(arguments);
            return (input, run) => ValueTask.FromResult<Traversal>(apply((TInput)Stoppable.Of(input, run.Stop)));
        });

    /// <summary>Defines a step that can result in much.</summary>
    public static StepDefinition Step<TInput, TOutput>(string name, Func<Arguments, Func<TInput, Run, TOutput>> compile)
        where TInput : Traversal
        where TOutput : Traversal =>
        new(name, typeof(TInput), typeof(TOutput), arguments =>
        {
            var apply = compile(arguments);
            return (input, run) => ValueTask.FromResult<Traversal>(apply((TInput)Stoppable.Of(input, run.Stop), run));
        });

    /// <summary>Defines a step that waits.</summary>
    public static StepDefinition Step<TInput, TOutput>(string name, Func<Arguments, Func<TInput, Run, ValueTask<TOutput>>> compile)
        where TInput : Traversal
        where TOutput : Traversal =>
        new(name, typeof(TInput), typeof(TOutput), arguments =>
        {
            var apply = compile(arguments);
            return async (input, run) => await apply((TInput)input, run).ConfigureAwait(false);
        });
}
