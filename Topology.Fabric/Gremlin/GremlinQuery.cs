using System.Collections.Immutable;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin;

/// <summary>
/// A query ready to run on any graph, as often as wanted. Reading it finds everything that's wrong with it: unknown steps, steps
/// where they make no sense, arguments that don't fit.
/// </summary>
public sealed class GremlinQuery
{
    private readonly ImmutableArray<StepRun> _steps;

    private GremlinQuery(string text, ImmutableArray<StepRun> steps, Type result, bool takesPackets)
    {
        TakesPackets = takesPackets;
        Text = text;
        _steps = steps;
        Result = result;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The kind of <see cref="Traversal"/> it results in.</summary>
    public Type Result { get; }

    /// <summary>What packets carried is looked at on its way.</summary>
    internal bool TakesPackets { get; }

    /// <summary>Reads a query.</summary>
    /// <exception cref="GremlinException">It's wrong.</exception>
    public static GremlinQuery Parse(string text)
    {
        try
        {
            return Read(text);
        }
        catch (GremlinException e)
        {
            throw e.In(text);
        }
    }

    private static GremlinQuery Read(string text)
    {
        var kind = typeof(GraphTraversal);
        var steps = GremlinParser.Parse(text);
        var runs = new StepRun[steps.Length];
        var definitions = new StepDefinition[steps.Length];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < steps.Length; i++)
        {
            var definition = StepTable.Find(steps[i], kind);
            (runs[i], definitions[i]) = (definition.Compile(new Arguments(steps[i])), definition);
            kind = definition.Output;
            CheckNames(definition, new Arguments(steps[i]), names);
        }

        return new GremlinQuery(text, Planned(text, steps, runs, definitions), kind, definitions.Any(definition => definition.Output == typeof(RawPacketsTraversal)));
    }

    /// <summary>Reads a query that selects nodes, as captures and injections do.</summary>
    /// <exception cref="GremlinException">It's wrong, or selects something else.</exception>
    public static GremlinQuery ParseNodes(string text)
    {
        var query = Parse(text);
        return query.Result == typeof(NodesTraversal)
            ? query
            : throw new GremlinException(1, $"the query should select nodes, it selects {Traversal.NameOf(query.Result)}");
    }

    /// <summary>Runs it.</summary>
    /// <param name="graph">The graph to run on.</param>
    /// <param name="flows">All flows there are, those last seen first.</param>
    /// <param name="stop">Ends a long run.</param>
    /// <exception cref="GremlinException">Something only the run could find, like a regular expression that takes too long.</exception>
    public Task<Traversal> RunAsync(Graph graph, IReadOnlyList<Flow> flows, CancellationToken stop) => RunAsync(graph, new FlowList(flows), stop);

    /// <summary>Runs it where flows come from elsewhere.</summary>
    internal async Task<Traversal> RunAsync(Graph graph, IFlowSource flows, CancellationToken stop, QuerySources? sources = null)
    {
        Traversal current = new GraphTraversal(graph);
        var run = new Run(flows, stop, sources);
        try
        {
            foreach (var step in _steps)
            {
                stop.ThrowIfCancellationRequested();
                current = await step(current, run).ConfigureAwait(false);
            }
        }
        catch (GremlinException e)
        {
            throw e.In(Text);
        }

        return current;
    }

    /// <summary>The nodes a query without flows selects.</summary>
    /// <param name="graph">Of this graph.</param>
    /// <param name="stop">Ends a long run.</param>
    /// <exception cref="GremlinException">Something only the run could find.</exception>
    public IReadOnlyList<Node> SelectNodes(Graph graph, CancellationToken stop)
    {
        var run = RunAsync(graph, NoFlows.Instance, stop);
        return run.IsCompleted
            ? ((NodesTraversal)run.GetAwaiter().GetResult()).Nodes
            : throw new InvalidOperationException("only flows make a query wait, and there are none here");
    }

    // What's selected must have been named before.
    private static void CheckNames(StepDefinition definition, Arguments step, HashSet<string> names)
    {
        if (definition.Name == "As")
        {
            names.Add(step.Text(0));
        }
        else if (definition.Name == "Select")
        {
            for (var i = 0; i < step.Count; i++)
            {
                if (!names.Contains(step.Text(i)))
                {
                    throw new GremlinException(step.ColumnOf(i), $"nothing has been named '{step.Text(i)}' before: As('{step.Text(i)}') does it");
                }
            }
        }
    }

    // Steps become one where that's less work: those on flows that can run where the flows are, and conditions on all nodes.
    private static ImmutableArray<StepRun> Planned(string text, ImmutableArray<StepSyntax> steps, StepRun[] runs, StepDefinition[] definitions)
    {
        var planned = ImmutableArray.CreateBuilder<StepRun>();
        for (var i = 0; i < runs.Length;)
        {
            if (definitions[i].Flows is { } flowsOf)
            {
                var (plan, next) = FlowPlan.Read(text, steps, i);
                ImmutableArray<StepRun> own = [.. runs.AsSpan()[i..next]];
                var isLast = next == runs.Length;
                planned.Add(async (input, run) => await run.Flows.AskAsync(new FlowQuestion(plan, flowsOf(input), isLast, own), run).ConfigureAwait(false));
                i = next;
                continue;
            }

            var step = new Arguments(steps[i]);
            if (definitions[i].Input != typeof(GraphTraversal) || ConditionOf(i) is not { } condition)
            {
                planned.Add(runs[i++]);
                continue;
            }

            while (++i < runs.Length && ConditionOf(i) is { } further)
            {
                condition = condition.And(further);
            }

            planned.Add((input, run) =>
            {
                var graph = ((GraphTraversal)input).Graph;
                return ValueTask.FromResult<Traversal>(new NodesTraversal(graph, NodeSteps.Select(graph, condition, step, run)));
            });
        }

        return planned.ToImmutable();

        Condition? ConditionOf(int i) => definitions[i] is { Flows: null, Condition: { } of } ? of(new Arguments(steps[i])) : null;
    }

    // Selecting capture points by flows would make what is captured depend on what was.
    private sealed class NoFlows : IFlowSource
    {
        public static readonly NoFlows Instance = new();

        public Task<Traversal> AskAsync(FlowQuestion question, Run run) =>
            throw new GremlinException(1, "a query that selects nodes for captures or injections can't use Flows");

        public Task<IReadOnlyList<RawPacket>> GetRawPacketsAsync(IReadOnlyCollection<Flow> flows, CancellationToken stop) =>
            throw new GremlinException(1, "a query that selects nodes for captures or injections can't use RawPackets");
    }
}
