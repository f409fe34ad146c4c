using System.Collections.Immutable;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin;

/// <summary>
/// A query on flows where there is no graph: "Has('Application', 'DNS').Sort(DESC, 'Metric.ABBytes').Limit(10)", with or
/// without "G.Flows()." before it. Steps and predicates are those of <see cref="GremlinQuery"/>.
/// </summary>
public sealed class FlowQuery
{
    private readonly ImmutableArray<Condition> _conditions;
    private readonly ImmutableArray<StepRun> _steps;

    private FlowQuery(ImmutableArray<Condition> conditions, ImmutableArray<StepRun> steps)
    {
        _conditions = conditions;
        _steps = steps;
    }

    /// <summary>Whether <see cref="Keeps"/> says it all: each flow is kept or not, whatever the others are, and in the order it comes.</summary>
    public bool IsConditionOnly => _steps.IsEmpty;

    /// <summary>Reads a query.</summary>
    /// <exception cref="GremlinException">It's wrong, or asks for nodes.</exception>
    public static FlowQuery Parse(string text)
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

    private static FlowQuery Read(string text)
    {
        var steps = StepsOnFlows(text);
        var kind = typeof(FlowsTraversal);
        var conditions = ImmutableArray.CreateBuilder<Condition>();
        var runs = ImmutableArray.CreateBuilder<StepRun>();
        foreach (var step in steps)
        {
            var definition = StepTable.Find(step, kind);
            if (definition.Output == typeof(NodesTraversal) || definition.Output == typeof(RawPacketsTraversal) || definition.Output == typeof(SocketsTraversal))
            {
                throw new GremlinException(step.Column, $"{definition.Name} asks for {Traversal.NameOf(definition.Output)}, and there are only flows here");
            }

            var arguments = new Arguments(step);
            if (runs.Count == 0 && definition.Condition?.Invoke(arguments) is { } condition)
            {
                conditions.Add(condition);
            }
            else
            {
                runs.Add(definition.Compile(arguments));
            }

            kind = definition.Output;
        }

        return new FlowQuery(conditions.ToImmutable(), runs.ToImmutable());
    }

    /// <summary>Whether a flow passes the conditions the query begins with.</summary>
    /// <exception cref="GremlinException">A regular expression takes too long.</exception>
    public bool Keeps(Flow flow)
    {
        var fields = FlowSteps.FieldsOf(flow);
        foreach (var condition in _conditions)
        {
            if (!condition.Holds(fields))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The steps after those conditions, on the flows that passed them.</summary>
    /// <exception cref="GremlinException">Something only the run could find.</exception>
    public Traversal Run(IReadOnlyList<Flow> kept)
    {
        Traversal current = new FlowsTraversal(Graph.Empty, kept);
        var run = new Run(FlowList.Empty, CancellationToken.None);
        foreach (var step in _steps)
        {
            var next = step(current, run);
            // Only asking for flows waits, and these are here.
            current = next.IsCompletedSuccessfully ? next.Result : next.AsTask().GetAwaiter().GetResult();
        }

        return current;
    }

    private static ImmutableArray<StepSyntax> StepsOnFlows(string text)
    {
        var begin = text.AsSpan().TrimStart();
        var isWhole = begin.StartsWith("G", StringComparison.OrdinalIgnoreCase) && (begin.Length == 1 || begin[1] is '.' or ' ');
        if (!isWhole)
        {
            return GremlinParser.ParseSteps(text);
        }

        var steps = GremlinParser.Parse(text);
        if (steps.IsEmpty || !steps[0].Name.Equals("Flows", StringComparison.OrdinalIgnoreCase))
        {
            throw new GremlinException(steps.IsEmpty ? text.Length + 1 : steps[0].Column, "there are only flows here: G.Flows() is where a query begins");
        }
        // Flows('Application', 'DNS') is short for Flows().Has('Application', 'DNS').
        return steps[0].Arguments.IsEmpty ? steps.RemoveAt(0) : steps.SetItem(0, steps[0] with { Name = "Has" });
    }
}
