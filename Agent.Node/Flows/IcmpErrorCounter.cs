using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>
/// Counts an ICMP error in the flow whose packet it quotes, and says in the error's own flow which that is. Where link layers
/// tell flows apart, the error is taken to come back on the link the packet went out on.
/// </summary>
internal sealed class IcmpErrorCounter(FlowTable table, FlowDetailStore details, FlowOptions options)
{
    /// <summary>Flows that the flow of an error names.</summary>
    private const int MostNamed = 4;

    /// <param name="record">The error's own flow.</param>
    /// <param name="layers">The error's.</param>
    /// <param name="packet">From the flow's first layer on, or the payload of the IP packet where it was put together from fragments.</param>
    /// <param name="now">The engine's clock.</param>
    internal void Count(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> packet, long now)
    {
        var start = (layers.IsReassembled ? 0 : layers.NetworkPayloadOffset) + IcmpHeader.Length;
        if (start >= packet.Length)
        {
            return;
        }

        PacketDecoder.DecodeQuoted(packet[start..], layers, options.Ports, out var quoted);
        if (quoted.IpVersion == 0)
        {
            return;
        }

        FlowKey.Make(quoted, options.KeyMode, record.Key.Parent, out var key, out _);
        ref var subject = ref table.Use(key, now, out var isFound);
        if (!isFound || subject.Number == record.Number)
        {
            return;
        }

        (details.Of(ref subject).IcmpErrors ??= new IcmpErrors()).Add(layers);
        subject.Flags |= FlowFlags.Changed;
        var named = details.Of(ref record).Subjects ??= [];
        if (named.Count < MostNamed && !named.Contains(subject.Uuid))
        {
            named.Add(subject.Uuid);
        }
    }
}
