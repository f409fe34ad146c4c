using Shared.Messages.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin;

/// <summary>A flow's place in an order, without the flow.</summary>
internal readonly record struct FlowRank(bool HasKey, MetaValue Key, long Last, ulong Uuid);

/// <summary>The order of a plan: by a field, what lacks it last; then those last seen first. What comes first is less.</summary>
internal sealed class FlowOrder(FlowPlan plan) : IComparer<FlowRank>
{
    private readonly RowField? _field = plan.Order is { } order ? RowField.Find(order.Key) : null;

    /// <summary>The place of the flow the fields are at.</summary>
    public FlowRank RankOf(in FlowRow row, RowFields fields)
    {
        var value = default(MetaValue);
        var hasKey = false;
        if (_field is not null)
        {
            hasKey = _field.IsIn(row, fields);
            value = hasKey ? _field.Value(row, fields) : default;
        }
        else if (plan.Order is { } order)
        {
            hasKey = fields.TryGet(order.Key, out value);
        }

        return new FlowRank(hasKey, value, row.Last, row.Uuid);
    }

    public int Compare(FlowRank one, FlowRank other)
    {
        if (one.HasKey != other.HasKey)
        {
            return one.HasKey ? -1 : 1;
        }

        var byKey = one.HasKey ? Predicates.Order(one.Key, other.Key) : 0;
        if (byKey != 0)
        {
            return plan.Order is { Descending: true } ? -byKey : byKey;
        }

        return one.Last != other.Last ? other.Last.CompareTo(one.Last) : one.Uuid.CompareTo(other.Uuid);
    }
}
