using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Export;

/// <summary>What is exported of the tunnel's flow that a flow travels in.</summary>
/// <param name="Addresses">Which kind of addresses it has.</param>
/// <param name="AHigh">Address of A, as a row has it.</param>
/// <param name="ALow">The lower half.</param>
/// <param name="BHigh">Address of B.</param>
/// <param name="BLow">The lower half.</param>
/// <param name="PortA">Port of A.</param>
/// <param name="PortB">Port of B.</param>
/// <param name="NetworkId">VNI, key, labels.</param>
/// <param name="Protocol">The last layer of its path: "VXLAN".</param>
internal sealed record OuterFlow(FlowParts Addresses, ulong AHigh, ulong ALow, ulong BHigh, ulong BLow, ushort PortA, ushort PortB, long NetworkId, string Protocol)
{
    public static OuterFlow Of(in FlowRow row, FlowTexts texts)
    {
        var path = texts[row.LayersPath];
        return new OuterFlow(
            row.Parts & (FlowParts.IPv4 | FlowParts.IPv6), row.NetworkAHigh, row.NetworkALow, row.NetworkBHigh, row.NetworkBLow, row.PortA, row.PortB, row.NetworkId,
            path[(path.LastIndexOf('/') + 1)..]);
    }
}

/// <summary>RFC 5102, 5.11.3.</summary>
internal enum IpfixEndReason : byte
{
    IdleTimeout = 1,
    ActiveTimeout = 2,
    EndDetected = 3,
    ForcedEnd = 4,
}

/// <summary>A flow with what one record says of it.</summary>
/// <param name="row">It.</param>
/// <param name="texts">Its texts.</param>
/// <param name="counted">What's counted.</param>
/// <param name="reason">Why it's told.</param>
/// <param name="outer">The tunnel's flow; null: none, or it isn't known.</param>
internal readonly ref struct IpfixFlow(ref readonly FlowRow row, FlowTexts texts, FlowUpdate counted, IpfixEndReason reason, OuterFlow? outer)
{
    public readonly ref readonly FlowRow Row = ref row;

    public FlowTexts Texts => texts;

    public FlowUpdate Counted => counted;

    public IpfixEndReason Reason => reason;

    public OuterFlow? Outer => outer;
}
