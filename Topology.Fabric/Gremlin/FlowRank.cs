using Shared.Messages.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin;

/// <summary>A flow's place in an order, without the flow.</summary>
/// <param name="First">By the field that counts most.</param>
/// <param name="Further">By the others; null: there are none.</param>
/// <param name="Last">When it was last seen.</param>
/// <param name="Uuid">Its UUID.</param>
internal readonly record struct FlowRank(FieldRank First, FieldRank[]? Further, long Last, ulong Uuid);

/// <summary>A flow's place by one field.</summary>
/// <param name="Kind">Whether it has what it's ordered by, and whether that's a whole number.</param>
/// <param name="Number">Then that.</param>
/// <param name="Key">Else that.</param>
internal readonly record struct FieldRank(RankKind Kind, long Number, MetaValue Key);

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

/// <summary>The order of a plan: by its fields, what lacks one last; then those last seen first. What comes first is less.</summary>
internal sealed class FlowOrder : IComparer<FlowRank>
{
    private static readonly FieldRank Lacking = new(RankKind.Lacking, 0, default);

    private readonly (string Key, RowField? Field, bool IsDescending)[] _by;

    public FlowOrder(FlowPlan plan) => _by = [.. plan.TellingOrder.Select(order => (order.Key, RowField.Find(order.Key), order.Descending))];

    /// <summary>The place of the flow the fields are at.</summary>
    public FlowRank RankOf(in FlowRow row, RowFields fields)
    {
        FieldRank[]? further = null;
        for (var i = 1; i < _by.Length; i++)
        {
            (further ??= new FieldRank[_by.Length - 1])[i - 1] = RankOf(i, row, fields);
        }

        return new FlowRank(_by.Length == 0 ? Lacking : RankOf(0, row, fields), further, row.Last, row.Uuid);
    }

    /// <summary>Whether a row surely comes behind, told with a look at as little of it as can be.</summary>
    public bool IsBehind(in FlowRow row, RowFields fields, in FlowRank rank)
    {
        if (_by.Length == 0)
        {
            return row.Last < rank.Last;
        }

        if (rank.First.Kind != RankKind.Number || _by[0].Field is not { Kind: RowKind.Number, Needs: FlowParts.None, IsOfUpdate: false } field)
        {
            return false;
        }

        var number = (long)field.Get(row, fields);
        return _by[0].IsDescending ? number < rank.First.Number : number > rank.First.Number;
    }

    public int Compare(FlowRank one, FlowRank other) => Compare(in one, in other);

    /// <inheritdoc cref="Compare(FlowRank, FlowRank)"/>
    public int Compare(in FlowRank one, in FlowRank other)
    {
        if (_by.Length > 0 && Compare(one.First, other.First, _by[0].IsDescending) is not 0 and var first)
        {
            return first;
        }

        for (var i = 1; i < _by.Length; i++)
        {
            if (Compare(one.Further![i - 1], other.Further![i - 1], _by[i].IsDescending) is not 0 and var further)
            {
                return further;
            }
        }

        return one.Last != other.Last ? other.Last.CompareTo(one.Last) : one.Uuid.CompareTo(other.Uuid);
    }

    private FieldRank RankOf(int place, in FlowRow row, RowFields fields)
    {
        var (key, field, _) = _by[place];
        if (field is not null && !field.IsIn(row, fields))
        {
            return Lacking;
        }

        if (field is { Kind: RowKind.Number })
        {
            return new FieldRank(RankKind.Number, (long)field.Get(row, fields), default);
        }

        MetaValue value;
        if (field is not null)
        {
            value = field.Value(row, fields);
        }
        else if (!fields.TryGet(key, out value))
        {
            return Lacking;
        }

        return value.Kind == MetaKind.Integer ? new FieldRank(RankKind.Number, value.Integer, default) : new FieldRank(RankKind.Other, 0, value);
    }

    private static int Compare(in FieldRank one, in FieldRank other, bool isDescending)
    {
        int order;
        if (one.Kind == RankKind.Number && other.Kind == RankKind.Number)
        {
            order = one.Number.CompareTo(other.Number);
        }
        else if (one.Kind == RankKind.Lacking || other.Kind == RankKind.Lacking)
        {
            return one.Kind.CompareTo(other.Kind);
        }
        else
        {
            order = Predicates.Order(KeyOf(one), KeyOf(other));
        }

        return isDescending ? -order : order;
    }

    private static MetaValue KeyOf(in FieldRank rank) => rank.Kind == RankKind.Number ? rank.Number : rank.Key;
}
