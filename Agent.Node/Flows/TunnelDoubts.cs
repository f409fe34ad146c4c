using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows;

/// <summary>Settles what a packet alone couldn't say by the flows there are. Only packets that leave doubts come here.</summary>
internal sealed class TunnelDoubts(FlowTable table, FlowDetailStore details, FlowOptions options)
{
    private readonly TunnelPairs _pairs = new(table, details, options.Ports);

    internal int Pairs => _pairs.Count;

    /// <param name="layers">The packet as it was decoded; changed where it's something else.</param>
    /// <param name="packet">The bytes captured of it; where it was put together from fragments, those of the IP payload.</param>
    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="key">Of the layers.</param>
    /// <param name="hash">Of the key.</param>
    /// <param name="fromHigh">Which way the packet goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Settle(ref PacketLayers layers, ReadOnlySpan<byte> packet, long time, ref FlowKey key, ref uint hash, ref bool fromHigh)
    {
        if ((layers.Doubts & FlowDoubts.EphemeralPort) != 0)
        {
            SettlePort(ref layers, packet, ref key, ref hash, ref fromHigh);
        }

        if ((layers.Doubts & FlowDoubts.DirectionalId) != 0)
        {
            _pairs.Follow(layers, packet, time, fromHigh, ref key, ref hash);
        }
    }

    /// <summary>A flow leaves the table.</summary>
    internal void Left(in FlowRecord record) => _pairs.Left(record);

    /// <summary>
    /// A datagram to a port that any program may have: of a tunnel that is known it's a packet whatever it carries, and where
    /// the other end was talked to from this port, and no tunnel's packets, it's none however much it looks like one.
    /// </summary>
    private void SettlePort(ref PacketLayers layers, ReadOnlySpan<byte> packet, ref FlowKey key, ref uint hash, ref bool fromHigh)
    {
        var isTunnel = layers.End == DecodeEnd.Tunnel;
        var other = layers;
        if (isTunnel)
        {
            if (_pairs.IsKnown(layers, key, fromHigh))
            {
                return;
            }

            other.LeaveTunnel();
        }
        else
        {
            var offset = layers.NetworkPayloadOffset + UdpHeader.Length;
            TunnelDecoder.DecodeTunnel(packet, offset, options.Ports[layers.DestinationPort], ref other);
        }
        FlowKey.Make(other, options.KeyMode, key.Parent, out var otherKey, out var otherFromHigh);
        var isOther = isTunnel
            ? IsAnswered(otherKey, otherFromHigh)
            : other.Path != layers.Path && _pairs.IsKnown(other, otherKey, otherFromHigh) && !IsAnswered(key, fromHigh);
        if (!isOther)
        {
            return;
        }

        (layers, key, fromHigh) = (other, otherKey, otherFromHigh);
        hash = KeyHash.Of(key);
    }

    /// <summary>Whether the flow has packets of the other direction.</summary>
    private bool IsAnswered(in FlowKey key, bool fromHigh)
    {
        ref var flow = ref table.Find(key, out var isFound);
        return isFound && (flow.Has(FlowFlags.AIsHigh) == fromHigh ? flow.Counters.BaPackets : flow.Counters.AbPackets) != 0;
    }
}
