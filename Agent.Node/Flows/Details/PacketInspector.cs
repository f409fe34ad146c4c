using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Agent.Node.Flows.Applications;

namespace Agent.Node.Flows.Details;

/// <summary>Looks at packets beyond their headers' keys, for those flows and options that ask for it. Called after the packet is counted.</summary>
internal sealed class PacketInspector(FlowDetailStore details, FlowOptions options, Defragmenter? defragmenter, ApplicationInspector applications, IcmpErrorCounter icmpErrors)
{
    /// <summary>For a flow's <see cref="FlowRecord.Looks"/>: every packet is looked at.</summary>
    internal const byte AlwaysLook = 0xff;

    private readonly bool _followsTcp = options.ExtraTcpMetric;
    private readonly RawPacketBudget _rawPackets = new(options.RawPacketLimit, options.RawPacketCapacity);

    private readonly bool _wantsAll = options.ExtraTcpMetric || options.RawPacketLimit != 0;

    /// <summary>Packets that weren't kept for want of room.</summary>
    internal long RawPacketsRefused => _rawPackets.Refused;

    /// <summary>The engine asks first: most packets are of flows all is known of, or carry nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Wants(in FlowRecord record, in PacketLayers layers) => _wantsAll || (ApplicationInspector.HasPayload(layers) && record.Looks != 0);

    /// <summary>The same of an ICMP error, whose flow is another engine's.</summary>
    internal bool WantsError(in PacketLayers layers) => _wantsAll || ApplicationInspector.HasPayload(layers);

    /// <param name="record">The packet's flow, this packet counted in it.</param>
    /// <param name="layers">What was decoded; offsets are into <paramref name="packet"/>.</param>
    /// <param name="link">The first layer.</param>
    /// <param name="packet">The packet from the flow's first layer on, as far as it was captured; the payload of the IP packet where it was put together from fragments.</param>
    /// <param name="originalLength">Its length on the wire.</param>
    /// <param name="fromA">Whether the flow's A sent it.</param>
    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="now">The engine's clock.</param>
    internal void Inspect(ref FlowRecord record, in PacketLayers layers, LinkType link, ReadOnlySpan<byte> packet, int originalLength, bool fromA, long time, long now)
    {
        if (_followsTcp && layers.Transport == LayerType.Tcp)
        {
            (details.Of(ref record).Tcp ??= new TcpDetails()).Add(TcpSegment.Of(layers, packet, originalLength, time), fromA, record.SamplingRate);
        }

        if (_rawPackets.Limit > 0)
        {
            Keep(ref record, layers, link, packet, originalLength, time);
        }

        if (layers.IcmpRole == IcmpRole.Error)
        {
            icmpErrors.Count(ref record, layers, packet, now);
        }
        else if (record.Looks != 0 && ApplicationInspector.HasPayload(layers))
        {
            applications.Inspect(ref record, layers, packet, fromA, time);
        }
    }

    private void Keep(ref FlowRecord record, in PacketLayers layers, LinkType link, ReadOnlySpan<byte> packet, int originalLength, long time)
    {
        var kept = details.Of(ref record).RawPackets ??= new RawPackets(_rawPackets);
        // What calls itself Ethernet and is none starts with its IP header.
        var first = link == LinkType.Ethernet && !layers.HasLink ? LinkType.Ip : link;
        if (!layers.IsReassembled)
        {
            kept.Keep(time, first, originalLength, packet);
            return;
        }
        foreach (var frame in defragmenter!.LastFrames)
        {
            kept.Keep(frame.Time, first, frame.OriginalLength, frame.Bytes);
        }
    }
}
