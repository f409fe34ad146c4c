using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>Collects reports, and the packets kept of their flows, until they are taken: so many rows together.</summary>
/// <param name="origin">Whose flows they are.</param>
/// <param name="room">How many lots of rows may be collected now; null: any number.</param>
internal sealed class FlowCollector(FlowOrigin origin, Func<int>? room = null) : IFlowOutput
{
    /// <summary>Rows that are taken together at most.</summary>
    internal const int MostRows = 256;

    private List<CollectedFlows> _collected = [];

    public int Room => room is null ? int.MaxValue : Math.Max(room() - _collected.Count, 0) * MostRows;

    public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
    {
        if (_collected.Count == 0 || _collected[^1].Rows.Count == MostRows)
        {
            _collected.Add(new CollectedFlows(new FlowRows(), []));
        }

        _collected[^1].Add(record, since, details, origin);
    }

    /// <summary>What was collected; it's the caller's.</summary>
    internal IReadOnlyList<CollectedFlows> Take()
    {
        if (_collected.Count == 0)
        {
            return [];
        }

        var taken = _collected;
        _collected = [];
        return taken;
    }
}

/// <summary>Reports, and packets of their flows.</summary>
internal sealed record CollectedFlows(FlowRows Rows, List<RawPacket> RawPackets)
{
    internal void Add(in FlowRecord record, in FlowSpan since, FlowDetails? details, FlowOrigin origin)
    {
        ref readonly var row = ref FlowMessages.Add(Rows, record, since, details, origin);
        foreach (var packet in details?.RawPackets?.Take() ?? [])
        {
            RawPackets.Add(FlowMessages.ToMessage(packet, row.Uuid, row.L3TrackingId));
        }
    }
}
