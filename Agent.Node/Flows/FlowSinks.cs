using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>Takes the state of flows: new, changed and ended ones.</summary>
internal interface IFlowOutput
{
    /// <summary>The record and its details are only valid during the call.</summary>
    void Report(in FlowRecord record, FlowDetails? details);
}

/// <summary>Takes what tunnels carry when another engine is to decode it.</summary>
internal interface ITunnelSink
{
    /// <summary>A packet inside the tunnel of flow <paramref name="tunnel"/>; the span is only valid during the call.</summary>
    void Carry(ulong tunnel, LinkType link, long time, int originalLength, ReadOnlySpan<byte> packet, uint samplingRate);

    /// <summary>The tunnel's flow is over.</summary>
    void Ended(ulong tunnel);
}
