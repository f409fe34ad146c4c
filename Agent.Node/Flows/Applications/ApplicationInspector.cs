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
/// message in every packet, and every one is looked at. Of TCP what a segment starts with is read; only where that is cut
/// short, or isn't the beginning of its stream, the first bytes are put in order (<see cref="StreamStart"/>).
/// </summary>
internal sealed class ApplicationInspector(FlowDetailStore details, FlowTable table, ApplicationTimeouts timeouts, StreamStarts streams)
{
    private const byte FewLooks = 0x44;
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
        else if (known is null or QuicFacts && QuicInitial.IsLikely(payload))
        {
            LookLess(ref record, fromA);
            InspectQuic(ref record, known, payload, fromA);
        }
        else if (known is null)
        {
            LookLess(ref record, fromA);
        }
    }

    /// <summary>A ClientHello may take several packets; a server's have keys that follow from the client's first.</summary>
    private void InspectQuic(ref FlowRecord record, ApplicationFacts? known, ReadOnlySpan<byte> payload, bool fromA)
    {
        Span<byte> frames = stackalloc byte[QuicInitial.LongestPayload];
        if (!QuicInitial.TryDecrypt(payload, frames, out var length))
        {
            return;
        }

        var facts = FactsOf<QuicFacts>(ref record, known);
        if ((details.Find(record)!.Starts?.Of(fromA) ?? Begin(ref record, fromA, 0)) is not { } start)
        {
            LookNoMore(ref record, fromA);
            return;
        }

        for (var reader = new QuicFrames(frames[..length]); reader.MoveNext();)
        {
            start.Add(reader.Offset, reader.Data);
        }

        if (!TlsHello.TryReadClient(start.Ready, out var hello))
        {
            return;
        }

        facts.Take(hello);
        if (hello.IsWhole)
        {
            details.Find(record)!.Starts!.End(fromA);
            LookNoMore(ref record, fromA);
        }
    }

    private void InspectTcp(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> payload, bool isWhole, bool fromA, long time)
    {
        var begun = fromA ? FlowFlags.AbBegun : FlowFlags.BaBegun;
        // RFC 9293, 3.4: a SYN takes a number itself.
        var sequence = TcpSequence.Add(layers.TcpSequence, (layers.TcpFlags & TcpHeader.Syn) != 0 ? 1 : 0);
        var start = details.Find(record)?.Starts?.Of(fromA);
        if (start is null && !record.Has(begun) && IsBehindTheBeginning(record, sequence, fromA, out var first))
        {
            start = Begin(ref record, fromA, first);
        }

        record.Flags |= begun;
        if (start is not null)
        {
            InspectStart(ref record, layers, start, sequence, payload, isWhole, fromA, time);
            return;
        }

        LookLess(ref record, fromA);
        var rest = payload;
        if (Look(ref record, layers, ref rest, isWhole, fromA, time) != Content.Incomplete)
        {
            return;
        }

        if (isWhole && Begin(ref record, fromA, TcpSequence.Add(sequence, payload.Length - rest.Length)) is { } rests)
        {
            rests.Add(TcpSequence.Add(sequence, payload.Length - rest.Length), rest);
        }
        else
        {
            LookNoMoreForTheRest(ref record, fromA);
        }
    }

    private void InspectStart(ref FlowRecord record, in PacketLayers layers, StreamStart start, uint sequence, ReadOnlySpan<byte> payload, bool isWhole, bool fromA, long time)
    {
        var content = Content.Incomplete;
        var isKept = start.Add(sequence, payload);
        if (start.Ready is { Length: > 0 } ready)
        {
            var rest = ready;
            content = Look(ref record, layers, ref rest, isWhole, fromA, time);
            start.Read(ready.Length - rest.Length);
        }

        // A hole where the capture cut a segment is never filled.
        if (content == Content.Incomplete && isKept && isWhole && !start.IsOver)
        {
            return;
        }

        details.Find(record)!.Starts!.End(fromA);
        if (content == Content.Unknown)
        {
            LookLess(ref record, fromA);
        }
        else
        {
            LookNoMoreForTheRest(ref record, fromA);
        }
    }

    /// <summary>DNS goes on, message by message; of the others what is known by now is all there will be.</summary>
    private void LookNoMoreForTheRest(ref FlowRecord record, bool fromA)
    {
        if (details.Find(record)?.Application is not (DnsFacts or HttpFacts))
        {
            LookNoMore(ref record, fromA);
        }
    }

    private StreamStart? Begin(ref FlowRecord record, bool fromA, uint first) => (details.Of(ref record).Starts ??= new FlowStarts(streams)).Begin(fromA, first);

    private static bool IsBehindTheBeginning(in FlowRecord record, uint sequence, bool fromA, out uint first)
    {
        first = 0;
        if (record.Has(fromA ? FlowFlags.AbSyn : FlowFlags.BaSyn))
        {
            first = TcpSequence.Add(record.SynSequence, 1);
        }
        else if (record.Has(FlowFlags.Answered))
        {
            first = TcpSequence.Add(record.AnswerSequence, 1);
        }
        else
        {
            return false;
        }

        return TcpSequence.Distance(first, sequence) is > 0 and < StreamStart.Capacity;
    }

    private enum Content
    {
        Unknown,

        /// <summary>It may be, or is, what we know; more of it is to come.</summary>
        Incomplete,
        Known,
    }

    /// <summary>Looks at what a direction says, from some message's beginning on.</summary>
    /// <param name="record">The flow.</param>
    /// <param name="layers">The last segment's.</param>
    /// <param name="data">The bytes; those that have been read are taken away.</param>
    /// <param name="isWhole">The last segment was captured whole.</param>
    /// <param name="fromA">Whose direction it is.</param>
    /// <param name="time">Of the last segment.</param>
    private Content Look(ref FlowRecord record, in PacketLayers layers, ref ReadOnlySpan<byte> data, bool isWhole, bool fromA, long time)
    {
        var known = details.Find(record)?.Application;
        if (known is null or TlsFacts && TlsHello.TryRead(data, out var hello))
        {
            FactsOf<TlsFacts>(ref record, known).Take(hello);
            return hello.IsWhole || !isWhole ? Enough(ref record, fromA) : Content.Incomplete;
        }

        if (known is null or HttpFacts)
        {
            if (HttpRequest.TryRead(data, out var request))
            {
                FactsOf<HttpFacts>(ref record, known).Take(request);
                return request.IsWhole || !isWhole ? Enough(ref record, fromA) : Content.Incomplete;
            }

            if (data.StartsWith(HttpRequest.Preface2))
            {
                FactsOf<HttpFacts>(ref record, known);
                LookNoMore(ref record, !fromA);
                return Enough(ref record, fromA);
            }

            if (HttpResponse.TryRead(data, out var status))
            {
                var isFinal = FactsOf<HttpFacts>(ref record, known).Take(status);
                // The request was before the capture: the next one isn't what this answers.
                if (known is null)
                {
                    LookNoMore(ref record, !fromA);
                }

                return isFinal ? Enough(ref record, fromA) : Content.Known;
            }
        }

        if (known is null or DnsFacts && LookForDns(ref record, layers, ref data, isWhole, fromA, time) is var dns and not Content.Unknown)
        {
            return dns;
        }

        var mayBecome = (known is null or TlsFacts && TlsHello.MayBegin(data)) || (known is null or HttpFacts && (HttpRequest.MayBegin(data) || HttpResponse.MayBegin(data)));
        return mayBecome ? Content.Incomplete : Content.Unknown;
    }

    private static Content Enough(ref FlowRecord record, bool fromA)
    {
        LookNoMore(ref record, fromA);
        return Content.Known;
    }

    // RFC 7766, 8: each message behind its length; several may be under way.
    private Content LookForDns(ref FlowRecord record, in PacketLayers layers, ref ReadOnlySpan<byte> data, bool isWhole, bool fromA, long time)
    {
        var content = Content.Unknown;
        while (!data.IsEmpty)
        {
            var known = details.Find(record)?.Application;
            var isExpected = known is DnsFacts || IsDnsPort(layers.SourcePort) || IsDnsPort(layers.DestinationPort);
            var length = data.Length < sizeof(ushort) ? DnsMessage.HeaderLength : BinaryPrimitives.ReadUInt16BigEndian(data);
            var isThere = data.Length >= sizeof(ushort) + length;
            if (!isThere && isWhole)
            {
                return isExpected && length >= DnsMessage.HeaderLength ? Content.Incomplete : content;
            }

            var message = data[Math.Min(sizeof(ushort), data.Length)..];
            message = message[..Math.Min(length, message.Length)];
            if (!DnsMessage.TryRead(message, out var dns) || !IsDns(dns, layers, message.Length, isThere))
            {
                return content;
            }

            if (known is null)
            {
                record.Looks = PacketInspector.AlwaysLook;
            }

            FactsOf<DnsFacts>(ref record, known).Take(dns, fromA, time);
            content = Content.Known;
            data = data[Math.Min(sizeof(ushort) + length, data.Length)..];
        }

        return content;
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
