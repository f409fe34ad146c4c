using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Agent.Node.Decoding.Applications;
using Agent.Node.Flows.Details;

namespace Agent.Node.Flows.Applications;

/// <summary>
/// Recognizes applications by what packets carry. A flow's <see cref="FlowRecord.Looks"/> says how many more packets with
/// a payload are looked at, a count for each direction: it's 0 for what has none of these applications, and once all is
/// known or a few packets have said nothing, and then a packet costs this one check. DNS over UDP, DHCP and VRRP have a
/// message in every packet, and every one is looked at. TCP isn't put together: what a segment starts with is read.
/// </summary>
internal sealed class ApplicationInspector(FlowDetailStore details, FlowTable table, ApplicationTimeouts timeouts)
{
    private const byte FewLooks = 0x44;
    private const byte ManyLooks = 0xff;
    private const int DirectionBits = 4;
    private const byte DirectionMask = 0xf;
    private const int TcpLengthOffset = 12;
    private const ushort DnsPort = 53;
    private const ushort MulticastDnsPort = 5353;
    private const ushort LinkLocalDnsPort = 5355;
    private const ushort DhcpServerPort = 67;
    private const ushort DhcpClientPort = 68;

    /// <summary>How often the packets of a new flow are to be looked at.</summary>
    internal static byte LooksOf(in PacketLayers layers) => layers switch
    {
        { End: DecodeEnd.Tunnel } => 0,
        { Transport: LayerType.Tcp or LayerType.Udp } => FewLooks,
        { IpProtocol: IpProtocols.Vrrp, IsFragment: false } => FewLooks,
        _ => 0,
    };

    /// <summary>
    /// Whether there's more than a transport header of the shortest length: most packets of a connection that is being opened
    /// or acknowledged have none. A length that isn't there says nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool HasPayload(in PacketLayers layers)
    {
        var header = layers.Transport == LayerType.Tcp ? TcpHeader.MinimumLength : UdpHeader.Length;
        return layers.IsReassembled || (uint)(layers.NetworkPayloadLength - 1) >= (uint)header;
    }

    /// <summary>As <see cref="PacketInspector.Inspect"/>, for a flow that has looks left.</summary>
    internal void Inspect(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> packet, bool fromA, long time)
    {
        if ((record.Looks & MaskOf(fromA)) == 0 || !TryGetPayload(layers, packet, out var payload, out var isWhole))
        {
            return;
        }

        switch (layers.Transport)
        {
            case LayerType.Udp:
                InspectUdp(ref record, layers, payload, isWhole, fromA, time);
                break;
            case LayerType.Tcp:
                InspectTcp(ref record, layers, payload, isWhole, fromA, time);
                break;
            case LayerType.None:
                InspectVrrp(ref record, layers, payload);
                break;
        }
    }

    private void InspectUdp(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> payload, bool isWhole, bool fromA, long time)
    {
        var known = details.Find(record)?.Application;
        if (known is null or DnsFacts && DnsMessage.TryRead(payload, out var dns) && IsDns(dns, layers, payload.Length, isWhole))
        {
            FactsOf<DnsFacts>(ref record, known).Take(dns, fromA, time);
        }
        else if (known is null or Dhcpv4Facts && Dhcpv4Message.TryRead(payload, out var dhcp) && (dhcp.HasCookie || IsDhcpPort(layers)))
        {
            FactsOf<Dhcpv4Facts>(ref record, known).Take(dhcp);
        }
        else if (known is null)
        {
            LookLess(ref record, fromA);
        }
    }

    private void InspectTcp(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> payload, bool isWhole, bool fromA, long time)
    {
        var known = details.Find(record)?.Application;
        LookLess(ref record, fromA);
        if (known is null or TlsFacts && TlsHello.TryRead(payload, out var hello))
        {
            FactsOf<TlsFacts>(ref record, known).Take(hello);
            LookNoMore(ref record, fromA);
        }
        else if (known is null or HttpFacts && HttpRequest.TryRead(payload, out var request))
        {
            FactsOf<HttpFacts>(ref record, known).Take(request);
            LookNoMore(ref record, fromA);
        }
        else if (known is null or HttpFacts && HttpResponse.TryRead(payload, out var status))
        {
            if (FactsOf<HttpFacts>(ref record, known).Take(status))
            {
                LookNoMore(ref record, fromA);
            }
            // The request was before the capture: the next one isn't what this answers.
            if (known is null)
            {
                LookNoMore(ref record, !fromA);
            }
        }
        else if (known is null or DnsFacts && TryReadDnsOverTcp(layers, payload, isWhole, out var dns))
        {
            if (known is null)
            {
                record.Looks = ManyLooks;
            }

            FactsOf<DnsFacts>(ref record, known).Take(dns, fromA, time);
        }
    }

    private void InspectVrrp(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> payload)
    {
        if (VrrpAdvertisement.TryRead(payload, layers.IpVersion == 6, out var advertisement))
        {
            FactsOf<VrrpFacts>(ref record, details.Find(record)?.Application).Take(advertisement);
        }
    }

    /// <summary>What is known of the flow; when it's the first, the flow gets this application's timeout.</summary>
    private T FactsOf<T>(ref FlowRecord record, ApplicationFacts? known)
        where T : ApplicationFacts, new()
    {
        if (known is T facts)
        {
            return facts;
        }

        facts = new T();
        details.Of(ref record).Application = facts;
        if (timeouts.Lists > 0)
        {
            table.SetTimeout(ref record, timeouts.ListOf(facts.Name));
        }

        return facts;
    }

    // RFC 7766, 8: a message behind its length.
    private static bool TryReadDnsOverTcp(in PacketLayers layers, ReadOnlySpan<byte> payload, bool isWhole, out DnsMessage message)
    {
        message = default;
        if (payload.Length < sizeof(ushort))
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(payload);
        payload = payload[sizeof(ushort)..];
        isWhole &= payload.Length >= length;
        payload = payload[..Math.Min(length, payload.Length)];
        return DnsMessage.TryRead(payload, out message) && IsDns(message, layers, payload.Length, isWhole);
    }

    /// <summary>DNS has no mark of its own: on its ports a first question that can be one is enough, elsewhere it must be an ordinary one.</summary>
    private static bool IsDns(DnsMessage message, in PacketLayers layers, int length, bool isWhole)
    {
        var onItsPort = IsDnsPort(layers.SourcePort) || IsDnsPort(layers.DestinationPort);
        if (message.Questions == 0)
        {
            return onItsPort && message.IsResponse && message.Answers > 0 && (message.TryReadAnswer(out _) || !isWhole);
        }

        if (!message.TryReadQuestion(out var question))
        {
            return onItsPort && !isWhole;
        }

        Span<char> text = stackalloc char[DnsName.MaximumText];
        var name = message.WriteName(question.Name, text);
        if (name < 0 || !DnsNumbers.IsClass(question.Class))
        {
            return false;
        }

        return onItsPort || (IsOrdinary(message, question, text[..name]) && (!isWhole || message.Answers + message.Authorities + message.Additionals > 0 || message.Offset == length));
    }

    private static bool IsOrdinary(in DnsMessage message, in DnsQuestionHeader question, ReadOnlySpan<char> name) =>
        message is { Questions: 1, Additionals: <= 16, Authorities: <= 32, Answers: <= 128, OpCode: 0 } && question.Class == DnsNumbers.Internet
        && (message.IsResponse || message.Answers + message.Authorities == 0) && name.Length > 1 && DnsName.IsPlain(name) && DnsNumbers.HasName(question.Type);

    private static bool IsDnsPort(ushort port) => port is DnsPort or MulticastDnsPort or LinkLocalDnsPort;

    private static bool IsDhcpPort(in PacketLayers layers) =>
        layers.SourcePort is DhcpServerPort or DhcpClientPort && layers.DestinationPort is DhcpServerPort or DhcpClientPort;

    /// <summary>What the transport header is followed by, without what pads a frame; whole when all of it was captured.</summary>
    private static bool TryGetPayload(in PacketLayers layers, ReadOnlySpan<byte> packet, out ReadOnlySpan<byte> payload, out bool isWhole)
    {
        payload = default;
        isWhole = true;
        var start = layers.NetworkPayloadOffset;
        if (!layers.IsReassembled)
        {
            var end = start + layers.NetworkPayloadLength;
            // No length, or one that can't be: the sender's network card would have filled it in.
            isWhole = end > start && end <= packet.Length;
            if (isWhole)
            {
                packet = packet[..end];
            }
        }
        start += layers.Transport switch
        {
            LayerType.Udp => UdpHeader.Length,
            LayerType.Tcp when start + TcpLengthOffset < packet.Length => (packet[start + TcpLengthOffset] >> 4) * sizeof(uint),
            LayerType.Tcp => packet.Length,
            _ => 0,
        };
        if (start >= packet.Length)
        {
            return false;
        }

        payload = packet[start..];
        return true;
    }

    private static byte MaskOf(bool fromA) => fromA ? DirectionMask : (byte)(DirectionMask << DirectionBits);

    private static void LookLess(ref FlowRecord record, bool fromA) => record.Looks -= fromA ? (byte)1 : (byte)(1 << DirectionBits);

    private static void LookNoMore(ref FlowRecord record, bool fromA) => record.Looks &= (byte)~MaskOf(fromA);
}
