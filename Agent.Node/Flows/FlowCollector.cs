using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>Collects reports as messages until they are taken.</summary>
internal sealed class FlowCollector(FlowOrigin origin) : IFlowOutput
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private List<Flow> _flows = [];
    private List<RawPacket> _rawPackets = [];
    private long _advancingTo;

    internal int Count => _flows.Count;

    public void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details)
    {
        var flow = ToMessage(record, reported, details, origin, _advancingTo);
        _flows.Add(flow);
        foreach (var packet in details?.RawPackets?.Take() ?? [])
        {
            _rawPackets.Add(FlowMessages.ToMessage(packet, flow));
        }
    }

    /// <summary>
    /// A report as a message. An update of a flow that goes on covers the time up to now, as the next one starts from there; the
    /// last one of a flow ends with its last packet.
    /// </summary>
    internal static Flow ToMessage(in FlowRecord record, in FlowCounters reported, FlowDetails? details, FlowOrigin origin, long advancingTo)
    {
        var flow = FlowMessages.ToMessage(record, reported, details, origin);
        if (flow.LastUpdateMetric is { } update)
        {
            update.Last = Math.Max(record.FinishType == FinishType.NotFinished ? advancingTo / NanosecondsPerMillisecond : update.Start, update.Last);
        }

        return flow;
    }

    /// <summary>Lets the engine report what is due.</summary>
    internal void Advance(FlowEngine engine, long now)
    {
        _advancingTo = now;
        engine.AdvanceTo(now);
        _advancingTo = 0;
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
