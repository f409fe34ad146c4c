using System.Runtime.InteropServices;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Analyzer.Node.Flows;

/// <summary>Of the flows that are alike in some fields the first in an order; what has none of the fields is all kept.</summary>
internal sealed class FirstFlows(IReadOnlyList<string> keys, FlowOrder order)
{
    private readonly Dictionary<MetaValue, (FlowRank Rank, int Number)> _first = [];
    private readonly List<(FlowRank Rank, int Number)> _others = [];
    private IEnumerator<(FlowRank Rank, int Number)>? _left;

    public void Offer(in FlowRow row, RowFields fields, int number)
    {
        var rank = order.RankOf(row, fields);
        var key = FlowAnswer.DedupKey(fields, keys);
        if (key.Kind == MetaKind.Null)
        {
            _others.Add((rank, number));
            return;
        }

        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_first, key, out var isKnown);
        if (!isKnown || order.Compare(rank, first.Rank) < 0)
        {
            first = (rank, number);
        }
    }

    /// <summary>Moves some on to be sorted.</summary>
    /// <returns>Whether there were some.</returns>
    public bool MoveTo(SortedFlows sorted, int some)
    {
        _left ??= _first.Values.Concat(_others).GetEnumerator();
        var moved = 0;
        while (moved < some && _left.MoveNext())
        {
            sorted.Add(_left.Current.Rank, _left.Current.Number);
            moved++;
        }

        return moved > 0;
    }
}
