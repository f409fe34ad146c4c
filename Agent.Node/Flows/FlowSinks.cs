using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>Takes the state of flows: new, changed and ended ones.</summary>
internal interface IFlowOutput
{
    /// <summary>The record and its details are only valid during the call.</summary>
    /// <param name="record">The flow as it is now.</param>
    /// <param name="reported">Its counters when it was reported before; zeros the first time.</param>
    /// <param name="details">What only some flows have.</param>
    void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details);
}

/// <summary>Takes what tunnels carry when another engine is to decode it.</summary>
internal interface ITunnelSink
{
    /// <summary>A packet inside the tunnel of flow <paramref name="tunnel"/>; the span is only valid during the call.</summary>
    void Carry(ulong tunnel, LinkType link, long time, int originalLength, ReadOnlySpan<byte> packet, uint samplingRate);

    /// <summary>The tunnel's flow is over.</summary>
    void Ended(ulong tunnel);
}
