using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>What a run of a query works with besides the traversal.</summary>
internal sealed record Run(IFlowSource Flows, CancellationToken Stop)
{
    /// <summary>Elements a step may result in. What grows by the mean degree with each step has no other end.</summary>
    public const int MostElements = 1_000_000;

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
            .ToLookup(d => d.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of all steps.</summary>
    public static IEnumerable<string> Names => Definitions.Select(d => d.Key);

    /// <summary>The step of this name on this kind of traversal.</summary>
    /// <exception cref="GremlinException">There's none.</exception>
    public static StepDefinition Find(StepSyntax step, Type input)
    {
        if (!Definitions.Contains(step.Name))
        {
            throw new GremlinException(step.Column, $"unknown step '{step.Name}'{Suggestion(step.Name)}");
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

    private static string Suggestion(string name)
    {
        var nearest = Names.Select(candidate => (candidate, Distance: Distance(candidate.ToUpperInvariant(), name.ToUpperInvariant())))
            .MinBy(c => c.Distance);
        return nearest.Distance <= 2 ? $", did you mean {nearest.candidate}?" : "";
    }

    // Levenshtein's distance; names are short, and long words are cut: they're near to nothing.
    private static int Distance(string left, string right)
    {
        if (right.Length > 20)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
