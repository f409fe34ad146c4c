using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>What single packets change in a flow: round-trip time and the end of a connection.</summary>
internal static class FlowTransitions
{
    /// <summary>How late the first packet of a connection may be behind those after it: capture points put packets of several queues in their order only so well.</summary>
    private const long Disorder = 1_000_000_000;

    /// <summary>Asks to open a connection.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Opens(in PacketLayers layers) => (layers.TcpFlags & (TcpHeader.Syn | TcpHeader.Ack)) == TcpHeader.Syn;

    /// <summary>
    /// Whether this packet, which asks to open a connection, opens another one than the flow's, between the same ports: by its
    /// sequence number, which a repeated one has, too (RFC 9293, 3.4.1).
    /// </summary>
    internal static bool OpensAnother(in FlowRecord record, in PacketLayers layers, bool fromA, long time)
    {
        if (record.Has(fromA ? FlowFlags.AbSyn : FlowFlags.BaSyn))
        {
            return layers.TcpSequence != record.SynSequence;
        }

        // Both may open it at once (RFC 9293, 3.5).
        return record.Has(FlowFlags.AbSyn | FlowFlags.BaSyn) ? record.List == FlowTable.Closing : time - record.Last > Disorder;
    }

    /// <summary>True when the flow is closed by this packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Apply(ref FlowRecord record, in PacketLayers layers, bool fromA, long time)
    {
        if (layers.Transport == LayerType.Tcp)
        {
            return (layers.TcpFlags & (TcpHeader.Syn | TcpHeader.Fin | TcpHeader.Rst)) != 0 && ApplyTcp(ref record, layers, fromA, time);
        }

        if (layers.IsIcmpExchange)
        {
            ApplyExchange(ref record, layers, time);
        }

        return false;
    }

    private static bool ApplyTcp(ref FlowRecord record, in PacketLayers layers, bool fromA, long time)
    {
        var flags = layers.TcpFlags;
        // Whoever asks: the flow's A is not the client when a packet of the server's was seen first.
        if ((flags & TcpHeader.Syn) != 0)
        {
            if ((flags & TcpHeader.Ack) == 0)
            {
                record.RequestedAt = time;
                if (!record.Has(FlowFlags.AbSyn | FlowFlags.BaSyn))
                {
                    record.Flags |= fromA ? FlowFlags.AbSyn : FlowFlags.BaSyn;
                    record.SynSequence = layers.TcpSequence;
                }
            }
            else
            {
                ApplyAnswer(ref record, layers, fromA, time);
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

    private static void ApplyAnswer(ref FlowRecord record, in PacketLayers layers, bool fromA, long time)
    {
        if (record.RequestedAt != 0 && record.RoundTrip == 0 && time >= record.RequestedAt)
        {
            record.RoundTrip = time - record.RequestedAt;
        }

        if (record.Has(fromA ? FlowFlags.BaSyn : FlowFlags.AbSyn) && !record.Has(FlowFlags.Answered))
        {
            record.Flags |= FlowFlags.Answered;
            record.AnswerSequence = layers.TcpSequence;
        }
    }

    private static void ApplyExchange(ref FlowRecord record, in PacketLayers layers, long time)
    {
        if (layers.IcmpRole == IcmpRole.Query)
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
