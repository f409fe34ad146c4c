using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>What single packets change in a flow: round-trip time and the end of a connection.</summary>
internal static class FlowTransitions
{
    /// <summary>Whether this packet starts a new connection on the same ports.</summary>
    internal static bool OpensAgain(in PacketLayers layers) =>
        layers.Transport == LayerType.Tcp && (layers.TcpFlags & (TcpHeader.Syn | TcpHeader.Ack)) == TcpHeader.Syn;

    /// <summary>True when the flow is closed by this packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Apply(ref FlowRecord record, in PacketLayers layers, bool fromA, long time)
    {
        if (layers.Transport == LayerType.Tcp)
        {
            return (layers.TcpFlags & (TcpHeader.Syn | TcpHeader.Fin | TcpHeader.Rst)) != 0 && ApplyTcp(ref record, layers.TcpFlags, fromA, time);
        }

        if (layers.IsEcho)
        {
            ApplyEcho(ref record, layers, time);
        }

        return false;
    }

    private static bool ApplyTcp(ref FlowRecord record, byte flags, bool fromA, long time)
    {
        // Whoever asks: the flow's A is not the client when a packet of the server's was seen first.
        if ((flags & TcpHeader.Syn) != 0)
        {
            if ((flags & TcpHeader.Ack) == 0)
            {
                record.RequestedAt = time;
            }
            else if (record.RequestedAt != 0 && record.RoundTrip == 0 && time >= record.RequestedAt)
            {
                record.RoundTrip = time - record.RequestedAt;
            }
        }
        if ((flags & TcpHeader.Rst) != 0)
        {
            if (record.FinishType == FinishType.NotFinished)
            {
                record.FinishType = FinishType.TcpRst;
            }

            return true;
        }
        if ((flags & TcpHeader.Fin) != 0)
        {
            record.Flags |= fromA ? FlowFlags.AbFin : FlowFlags.BaFin;
        }

        if (!record.Has(FlowFlags.AbFin) || !record.Has(FlowFlags.BaFin))
        {
            return false;
        }

        if (record.FinishType == FinishType.NotFinished)
        {
            record.FinishType = FinishType.TcpFin;
        }

        return true;
    }

    private static void ApplyEcho(ref FlowRecord record, in PacketLayers layers, long time)
    {
        if (!layers.IsEchoReply)
        {
            record.RequestedAt = time;
            record.RequestSequence = layers.IcmpSequence;
        }
        else if (record.RequestedAt != 0 && record.RequestSequence == layers.IcmpSequence && time >= record.RequestedAt)
        {
            record.RoundTrip = time - record.RequestedAt;
            record.RequestedAt = 0;
        }
    }
}
