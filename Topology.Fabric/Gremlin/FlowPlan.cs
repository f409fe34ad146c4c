using System.Collections.Immutable;
using System.Text;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Gremlin.Language;
using Topology.Fabric.Gremlin.Steps;

namespace Topology.Fabric.Gremlin;

/// <summary>What is asked of the flows where they are.</summary>
internal enum FlowResult
{
    /// <summary>Themselves.</summary>
    Flows,

    /// <summary>How many they are.</summary>
    Count,

    /// <summary>The sum of a field.</summary>
    Sum,

    /// <summary>The values of a field.</summary>
    Values,

    /// <summary>The names of their fields.</summary>
    Keys,

    /// <summary>The packets kept of them.</summary>
    Packets,
}

/// <summary>
/// The steps of a query that run where the flows are, from Flows() on: conditions, an order, how many of it, and what of them is
/// asked for. Each partition's answer can be put together with the others'. It travels as the text of its steps.
/// </summary>
internal sealed record FlowPlan
{
    /// <summary>UTF-8 of its text at most: it has to fit into a message.</summary>
    public const int MostBytes = 40 << 10;

    private const string Start = "G.";

    private FlowPlan(Condition condition) => Condition = condition;

    /// <summary>Its steps as a query.</summary>
    public string Text { get; private init; } = "";

    /// <summary>How many columns further they stand in the query they're of.</summary>
    public int Shift { get; private init; }

    /// <summary>Of which flows.</summary>
    public Condition Condition { get; init; }

    /// <summary>In which order, those last seen first where it's the same; null: only that.</summary>
    public (string Key, bool Descending)? Order { get; private init; }

    /// <summary>How many of them, in that order; null: all, and the order doesn't matter unless there is one.</summary>
    public int? Limit { get; private init; }

    /// <summary>How many of those aren't wanted, from the first on.</summary>
    public int Skip { get; private init; }

    /// <summary>What of them.</summary>
    public FlowResult Result { get; private init; }

    /// <summary>Of which field.</summary>
    public string Key { get; private init; } = "";

    /// <summary>The step that says what, for errors.</summary>
    public Arguments Step { get; private init; }

    /// <summary>Reads a plan's text.</summary>
    /// <exception cref="GremlinException">It isn't one's.</exception>
    public static FlowPlan Parse(string text)
    {
        var steps = GremlinParser.Parse(text);
        if (steps.IsEmpty || !steps[0].Name.Equals("Flows", StringComparison.OrdinalIgnoreCase))
        {
            throw new GremlinException(1, "a plan for flows begins with Flows");
        }

        return Read(text, steps, 0).Plan;
    }

    /// <summary>Takes as many steps of a query as can run where the flows are.</summary>
    /// <param name="text">The query.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="first">The one that leads to flows.</param>
    /// <returns>The plan, and the first step that has to run on its answer.</returns>
    /// <exception cref="GremlinException">They don't fit into a message.</exception>
    public static (FlowPlan Plan, int Next) Read(string text, ImmutableArray<StepSyntax> steps, int first)
    {
        var (plan, next, end) = Take(steps, first);
        var from = steps[first].Column - 1;
        var to = end < steps.Length ? text.LastIndexOf('.', steps[end].Column - 2) : text.Length;
        var own = Start + text[from..to].TrimEnd();
        if (Encoding.UTF8.GetByteCount(own) > MostBytes)
        {
            throw new GremlinException(steps[first].Column, $"the steps on flows may have {MostBytes} bytes");
        }

        return (plan with { Text = own, Shift = from - Start.Length }, next);
    }

    // What is read last may be needed to understand what runs there, and yet run on its answer: end is behind next then.
    private static (FlowPlan Plan, int Next, int End) Take(ImmutableArray<StepSyntax> steps, int first)
    {
        var plan = new FlowPlan(FlowSteps.Conditions(new Arguments(steps[first]))) { Step = new Arguments(steps[first]) };
        for (var next = first + 1; next < steps.Length; next++)
        {
            var definition = StepTable.Find(steps[next], typeof(FlowsTraversal));
            var step = new Arguments(steps[next]);
            var rest = steps.AsSpan()[(next + 1)..];
            switch (definition.Name)
            {
                case var _ when definition.Condition?.Invoke(step) is { } condition:
                    plan = plan with { Condition = plan.Condition.And(condition) };
                    continue;
                case "Sort" when plan.Order is null:
                    plan = plan with { Order = FlowSteps.SortKey(step) };
                    continue;
                case "Limit" or "Range":
                    var (from, to) = Common.Slice(step, definition.Name == "Limit");
                    return Until(plan with { Skip = from, Limit = Math.Max(from, to) });
                case "Count":
                    return Until(plan with { Result = FlowResult.Count, Order = null, Step = step });
                case "Sum":
                    return Until(plan with { Result = FlowResult.Sum, Order = null, Key = step.Text(0), Step = step });
                case "Keys" when plan.Order is null:
                    return Until(plan with { Result = FlowResult.Keys });
                case "RawPackets" when plan.Order is null:
                    return Until(plan with { Result = FlowResult.Packets });
                case "Values" when plan.Order is null && IsUnordered(rest):
                    return Until(plan with { Result = FlowResult.Values, Key = step.Text(0) });
                case "Values" when rest is [var limit, ..] && Is(limit, "Limit"):
                    var filled = plan.Condition.And(new Condition.Filled(step.Text(0)));
                    return (plan with { Condition = filled, Limit = new Arguments(limit).Index(0) }, next, next + 2);
                default:
                    return (plan, next, next);
            }

            (FlowPlan, int, int) Until(FlowPlan done) => (done, next + 1, next + 1);
        }

        return (plan, steps.Length, steps.Length);
    }

    // What follows is the same whatever the order of the values.
    private static bool IsUnordered(ReadOnlySpan<StepSyntax> rest) => rest is [] || (rest is [var one] && (Is(one, "Count") || Is(one, "Sum") || Is(one, "Dedup")));

    private static bool Is(StepSyntax step, string name) => step.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
