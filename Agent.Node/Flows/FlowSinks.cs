using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>Takes the state of flows: new, changed and ended ones.</summary>
internal interface IFlowOutput
{
    /// <summary>
    /// Reports it takes now without making anyone wait. With less, changes wait in the flow table, where they're one; what
    /// must leave the table is reported nevertheless.
    /// </summary>
    int Room => int.MaxValue;

    /// <summary>The record and its details are only valid during the call.</summary>
    /// <param name="record">The flow as it is now.</param>
    /// <param name="since">What it was when it was reported before.</param>
    /// <param name="details">What only some flows have.</param>
    void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details);
}

/// <summary>What passes between two reports of a flow. Times are nanoseconds since 1970, as packets' are.</summary>
/// <param name="Counters">At the report before; zeros the first time.</param>
/// <param name="From">When that was; the flow's start the first time.</param>
/// <param name="Until">How far an update of a flow that goes on reaches: up to now, as the next one starts from there. 0 with the last report, which reaches up to the last packet.</param>
internal readonly record struct FlowSpan(FlowCounters Counters, long From, long Until);

/// <summary>Takes what tunnels carry when another engine is to decode it.</summary>
internal interface ITunnelSink
{
    /// <summary>A packet inside the tunnel of flow <paramref name="tunnel"/>, captured at <paramref name="time"/>, by the engine's <paramref name="clock"/>; the span is only valid during the call.</summary>
    void Carry(ulong tunnel, LinkType link, long time, EngineClock clock, int originalLength, ReadOnlySpan<byte> packet, uint samplingRate);

    /// <summary>The tunnel's flow is over.</summary>
    void Ended(ulong tunnel);
}

/// <summary>For those who only count.</summary>
internal sealed class NoOutput : IFlowOutput
{
    internal static readonly NoOutput Instance = new();

    public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
    {
    }
}
