using Shared.Messages.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin;

/// <summary>A flow's place in an order, without the flow.</summary>
/// <param name="Kind">Whether it has what it's ordered by, and whether that's a whole number.</param>
/// <param name="Number">Then that.</param>
/// <param name="Key">Else that.</param>
/// <param name="Last">When it was last seen.</param>
/// <param name="Uuid">Its UUID.</param>
internal readonly record struct FlowRank(RankKind Kind, long Number, MetaValue Key, long Last, ulong Uuid);

/// <summary>What a flow is ordered by.</summary>
internal enum RankKind : byte
{
    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Something else.</summary>
    Other,

    /// <summary>Nothing: it hasn't got it.</summary>
    Lacking,
}

/// <summary>The order of a plan: by a field, what lacks it last; then those last seen first. What comes first is less.</summary>
internal sealed class FlowOrder(FlowPlan plan) : IComparer<FlowRank>
{
    private readonly RowField? _field = plan.Order is { } order ? RowField.Find(order.Key) : null;
    private readonly string? _key = plan.Order?.Key;
    private readonly bool _isDescending = plan.Order is { Descending: true };

    /// <summary>The place of the flow the fields are at.</summary>
    public FlowRank RankOf(in FlowRow row, RowFields fields)
    {
        if (_key is null || (_field is not null && !_field.IsIn(row, fields)))
        {
            return new FlowRank(RankKind.Lacking, 0, default, row.Last, row.Uuid);
        }

        if (_field is { Kind: RowKind.Number })
        {
            return new FlowRank(RankKind.Number, (long)_field.Get(row, fields), default, row.Last, row.Uuid);
        }

        MetaValue value;
        if (_field is not null)
        {
            value = _field.Value(row, fields);
        }
        else if (!fields.TryGet(_key, out value))
        {
            return new FlowRank(RankKind.Lacking, 0, default, row.Last, row.Uuid);
        }

        return value.Kind == MetaKind.Integer
            ? new FlowRank(RankKind.Number, value.Integer, default, row.Last, row.Uuid)
            : new FlowRank(RankKind.Other, 0, value, row.Last, row.Uuid);
    }

    /// <summary>Whether a row surely comes behind, told with a look at as little of it as can be.</summary>
    public bool IsBehind(in FlowRow row, RowFields fields, in FlowRank rank)
    {
        if (_key is null)
        {
            return row.Last < rank.Last;
        }

        if (rank.Kind != RankKind.Number || _field is not { Kind: RowKind.Number, Needs: FlowParts.None, IsOfUpdate: false })
        {
            return false;
        }

        var number = (long)_field.Get(row, fields);
        return _isDescending ? number < rank.Number : number > rank.Number;
    }

    public int Compare(FlowRank one, FlowRank other) => Compare(in one, in other);

    /// <inheritdoc cref="Compare(FlowRank, FlowRank)"/>
    public int Compare(in FlowRank one, in FlowRank other)
    {
        int byKey;
        if (one.Kind == RankKind.Number && other.Kind == RankKind.Number)
        {
            byKey = one.Number.CompareTo(other.Number);
        }
        else if (one.Kind == RankKind.Lacking || other.Kind == RankKind.Lacking)
        {
            if (one.Kind != other.Kind)
            {
                return one.Kind == RankKind.Lacking ? 1 : -1;
            }

            byKey = 0;
        }
        else
        {
            byKey = Predicates.Order(KeyOf(one), KeyOf(other));
        }

        if (byKey != 0)
        {
            return _isDescending ? -byKey : byKey;
        }

        return one.Last != other.Last ? other.Last.CompareTo(one.Last) : one.Uuid.CompareTo(other.Uuid);
    }

    private static MetaValue KeyOf(in FlowRank rank) => rank.Kind == RankKind.Number ? rank.Number : rank.Key;
}
