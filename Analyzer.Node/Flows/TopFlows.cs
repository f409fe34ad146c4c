using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;

namespace Analyzer.Node.Flows;

/// <summary>The first few flows in an order.</summary>
internal sealed class TopFlows(int limit, FlowOrder order)
{
    // The last of them is at the front.
    private readonly PriorityQueue<int, FlowRank> _kept = new(Comparer<FlowRank>.Create((one, other) => order.Compare(other, one)));
    private FlowRank _last;

    /// <summary>Keeps a flow if it's one of them so far.</summary>
    public void Offer(in FlowRow row, RowFields fields, int number)
    {
        if (limit == 0 || (_kept.Count == limit && order.IsBehind(row, fields, _last)))
        {
            return;
        }

        var rank = order.RankOf(row, fields);
        if (_kept.Count < limit)
        {
            _kept.Enqueue(number, rank);
        }
        else if (order.Compare(rank, _last) < 0)
        {
            _kept.DequeueEnqueue(number, rank);
        }
        else
        {
            return;
        }

        _kept.TryPeek(out _, out _last);
    }

    /// <summary>Moves them on to be sorted.</summary>
    /// <returns>Whether there were some.</returns>
    public bool MoveTo(SortedFlows sorted)
    {
        var hasSome = _kept.Count > 0;
        while (_kept.TryDequeue(out var flow, out var rank))
        {
            sorted.Add(rank, flow);
        }

        return hasSome;
    }
}
