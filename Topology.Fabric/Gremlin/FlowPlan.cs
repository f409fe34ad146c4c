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

    /// <summary>Their counters, by UUID.</summary>
    Metrics,

    /// <summary>The sums of their counters.</summary>
    Totals,

    /// <summary>The values of a field, each once.</summary>
    DistinctValues,

    /// <summary>How many of them are unlike in some fields.</summary>
    DistinctCount,

    /// <summary>Themselves, by the value of a field.</summary>
    Groups,

    /// <summary>How many have each value of a field.</summary>
    GroupCounts,

    /// <summary>The sum of a field by the value of another.</summary>
    GroupSums,
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

    /// <summary>By which fields they're ordered, the one that counts most first; those last seen first where all are the same.</summary>
    public ImmutableArray<(string Key, bool Descending)> Orders { get; private init; } = [];

    /// <summary>The first of those alike in these fields only; null: all of them.</summary>
    public IReadOnlyList<string>? Dedup { get; private init; }

    /// <summary>How many of them, in that order; null: all.</summary>
    public int? Limit { get; private init; }

    /// <summary>How many of those aren't wanted, from the first on.</summary>
    public int Skip { get; private init; }

    /// <summary>What of them.</summary>
    public FlowResult Result { get; private init; }

    /// <summary>Of which field, or by which.</summary>
    public string Key { get; private init; } = "";

    /// <summary>The field is a counter of the latest metrics.</summary>
    public bool IsOfLatest { get; private init; }

    /// <summary>Of groups: of which field the sums are.</summary>
    public string SumKey { get; private init; } = "";

    /// <summary>Only groups of more flows.</summary>
    public int MoreThan { get; private init; }

    /// <summary>Whether flows are told in an order.</summary>
    public bool IsOrdered => (Result == FlowResult.Flows && (Orders.Length > 0 || Limit is not null || Dedup is not null)) || Result == FlowResult.Groups;

    /// <summary>In which: groups come one after the other.</summary>
    public ImmutableArray<(string Key, bool Descending)> TellingOrder => Result == FlowResult.Groups ? [(Key, false), .. Orders] : Orders;

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
                case "Limit" or "Range":
                    var (from, to) = Common.Slice(step, definition.Name == "Limit");
                    return Until(plan with { Skip = from, Limit = Math.Max(from, to) });
                case "Count" when plan.Dedup is not null:
                    return Until(plan with { Result = FlowResult.DistinctCount, Orders = [] });
                case var _ when plan.Dedup is not null:
                    return (plan, next, next);
                case var _ when definition.Condition?.Invoke(step) is { } condition:
                    plan = plan with { Condition = plan.Condition.And(condition) };
                    continue;
                case "Sort":
                    plan = plan with { Orders = plan.Orders.Insert(0, FlowSteps.SortKey(step)) };
                    continue;
                case "Dedup":
                    plan = plan with { Dedup = FlowSteps.DedupKeys(step), Step = step };
                    continue;
                case "Count":
                    return Until(plan with { Result = FlowResult.Count, Orders = [], Step = step });
                case "Sum":
                    return Until(plan with { Result = FlowResult.Sum, Orders = [], Key = step.Text(0), Step = step });
                case "Group":
                    return Grouped(plan with { Result = FlowResult.Groups, Key = FlowSteps.GroupKey(step), Step = step }, steps, next + 1);
                case "Metrics" when rest is [var count, ..] && Is(count, "Count"):
                    return Until(plan with { Result = FlowResult.Count, Orders = [], Step = step }, 1);
                case "Metrics" when rest is [{ Arguments.IsEmpty: true } sum, ..] && Is(sum, "Sum"):
                    return Until(plan with { Result = FlowResult.Totals, Orders = [], Step = step }, 1);
                case "Metrics" when rest is [var sum, ..] && Is(sum, "Sum") && FlowSteps.MetricKey(new Arguments(sum)) is { } metric:
                    return Until(plan with { Result = FlowResult.Sum, Orders = [], Key = metric, IsOfLatest = true, Step = new Arguments(sum) }, 1);
                case "Metrics" when plan.Orders.IsEmpty && rest.IsEmpty:
                    return Until(plan with { Result = FlowResult.Metrics });
                case "Keys" when plan.Orders.IsEmpty:
                    return Until(plan with { Result = FlowResult.Keys });
                case "RawPackets" when plan.Orders.IsEmpty:
                    return Until(plan with { Result = FlowResult.Packets });
                case "Values" when plan.Orders.IsEmpty && rest is [var dedup, ..] && Is(dedup, "Dedup") && IsUnordered(rest[1..]):
                    return Until(plan with { Result = FlowResult.DistinctValues, Key = step.Text(0), Step = step }, 1);
                case "Values" when plan.Orders.IsEmpty && IsUnordered(rest):
                    return Until(plan with { Result = FlowResult.Values, Key = step.Text(0), Step = step });
                case "Values" when rest is [var limit, ..] && Is(limit, "Limit"):
                    var filled = plan.Condition.And(new Condition.Filled(step.Text(0)));
                    return (plan with { Condition = filled, Limit = new Arguments(limit).Index(0) }, next, next + 2);
                default:
                    return (plan, next, next);
            }

            (FlowPlan, int, int) Until(FlowPlan done, int more = 0) => (done, next + 1 + more, next + 1 + more);
        }

        return (plan, steps.Length, steps.Length);
    }

    private static (FlowPlan Plan, int Next, int End) Grouped(FlowPlan plan, ImmutableArray<StepSyntax> steps, int next)
    {
        plan = plan with { Condition = plan.Condition.And(new Condition.Present(plan.Key)) };
        for (; next < steps.Length; next++)
        {
            var step = new Arguments(steps[next]);
            if (Is(steps[next], "MoreThan"))
            {
                plan = plan with { MoreThan = Math.Max(plan.MoreThan, FlowSteps.MoreThan(step)) };
            }
            else if (Is(steps[next], "Count"))
            {
                return (plan with { Result = FlowResult.GroupCounts, Orders = [] }, next + 1, next + 1);
            }
            else
            {
                return Is(steps[next], "Sum") ? (plan with { Result = FlowResult.GroupSums, Orders = [], SumKey = step.Text(0), Step = step }, next + 1, next + 1) : (plan, next, next);
            }
        }

        return (plan, next, next);
    }

    // What follows is the same whatever the order of the values.
    private static bool IsUnordered(ReadOnlySpan<StepSyntax> rest) => rest is [] || (rest is [var one] && (Is(one, "Count") || Is(one, "Sum") || Is(one, "Dedup")));

    private static bool Is(StepSyntax step, string name) => step.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
