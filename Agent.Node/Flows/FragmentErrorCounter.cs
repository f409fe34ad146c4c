using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>Told of packets that couldn't be put together.</summary>
internal interface IFragmentLoss
{
    /// <param name="layers">Of one of the fragments.</param>
    /// <param name="payload">The start of the IP payload, as far as it was there; empty when its first fragment wasn't.</param>
    /// <param name="parent">UUID of the tunnel's flow; 0 on the outside.</param>
    void Lost(in PacketLayers layers, ReadOnlySpan<byte> payload, ulong parent);
}

/// <summary>
/// Counts a packet that couldn't be put together at its flow: known when the first fragment, which has the ports, was
/// there, and only when the flow has other packets. What isn't known counts in the total alone.
/// </summary>
internal sealed class FragmentErrorCounter(FlowTable table, FlowDetailStore details, FlowOptions options) : IFragmentLoss
{
    public void Lost(in PacketLayers layers, ReadOnlySpan<byte> payload, ulong parent)
    {
        if (payload.IsEmpty)
            return;
        var whole = layers;
        PacketDecoder.DecodeReassembled(payload, options.Ports, ref whole);
        FlowKey.Make(whole, options.KeyMode, parent, out var key, out _);
        ref var record = ref table.Find(key, out var isFound);
        if (!isFound)
            return;
        details.Of(ref record).FragmentErrors++;
        record.Flags |= FlowFlags.Changed;
    }
}
