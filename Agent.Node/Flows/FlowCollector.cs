using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>Collects reports as messages until they are taken.</summary>
internal sealed class FlowCollector(FlowOrigin origin) : IFlowOutput
{
    private List<Flow> _flows = [];
    private List<RawPacket> _rawPackets = [];

    internal int Count => _flows.Count;

    public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
    {
        var flow = FlowMessages.ToMessage(record, since, details, origin);
        _flows.Add(flow);
        foreach (var packet in details?.RawPackets?.Take() ?? [])
        {
            _rawPackets.Add(FlowMessages.ToMessage(packet, flow));
        }
    }

    /// <summary>The flows collected; the list is the caller's.</summary>
    internal IReadOnlyList<Flow> Take()
    {
        var taken = _flows;
        _flows = [];
        return taken;
    }

    /// <summary>The packets that were kept of flows collected since the last call; the list is the caller's.</summary>
    internal IReadOnlyList<RawPacket> TakeRawPackets()
    {
        if (_rawPackets.Count == 0)
        {
            return [];
        }

        var taken = _rawPackets;
        _rawPackets = [];
        return taken;
    }
}
