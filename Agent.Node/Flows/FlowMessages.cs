using System.Net;
using Agent.Node.Decoding;
using Agent.Node.Flows.Applications;
using Agent.Node.Flows.Details;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>Records as the protocol's messages.</summary>
internal static class FlowMessages
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>A message with a life of its own.</summary>
    internal static Flow ToMessage(in FlowRecord record, in FlowSpan since, FlowDetails? details, FlowOrigin origin)
    {
        var flow = new Flow
        {
            Uuid = FlowIdentity.Format(record.Uuid),
            ParentUuid = FlowIdentity.Format(record.Key.Parent),
            TrackingId = FlowIdentity.Format(FlowIdentity.TrackingId(record)),
            L3TrackingId = FlowIdentity.Format(FlowIdentity.L3TrackingId(record)),
            LayersPath = record.Path.ToString(),
            Application = origin.ApplicationPorts.NameOf(record.Transport, record.PortA, record.PortB) is { Length: > 0 } name ? name : LayersPath.NameOf(record.Path.Last),
            Metric = Metric(record.Counters, record.Start, record.Last, record.RoundTrip),
            Start = record.Start / NanosecondsPerMillisecond,
            Last = record.Last / NanosecondsPerMillisecond,
            NodeTid = origin.NodeTid,
            CaptureId = origin.CaptureId,
            Host = origin.Host,
            FinishType = record.FinishType,
            RttNs = record.RoundTrip,
            SamplingRate = record.SamplingRate > 1 ? record.SamplingRate : 0,
        };
        if (record.Has(FlowFlags.Changed))
        {
            flow.LastUpdateMetric = Metric(record.Counters - since.Counters, since.From, record.Last, record.RoundTrip);
            flow.LastUpdateMetric.Last = Math.Max(since.Until == 0 ? flow.LastUpdateMetric.Start : since.Until / NanosecondsPerMillisecond, flow.LastUpdateMetric.Last);
        }

        if (record.Has(FlowFlags.HasLink))
        {
            flow.Link = new FlowLayer { Protocol = "ETHERNET", A = Mac(record.LinkA), B = Mac(record.LinkB), Id = (long)record.VlanTags };
        }

        AddNetwork(flow, record);
        if (record.Transport is LayerType.Tcp or LayerType.Udp or LayerType.Sctp or LayerType.UdpLite or LayerType.Dccp)
        {
            flow.Transport = new TransportLayer { Protocol = LayersPath.NameOf(record.Transport), A = record.PortA, B = record.PortB };
        }
        else if (record.Transport is LayerType.IcmpV4 or LayerType.IcmpV6)
        {
            flow.Icmp = new IcmpLayer { Type = IcmpNames.Of(record.Transport, record.IcmpType), Code = record.IcmpCode, Id = record.IcmpId };
            flow.Icmp.About.Add(details?.Subjects?.Named.Select(FlowIdentity.Format) ?? []);
        }

        AddApplication(flow, record.Transport, details?.Application);
        if (record.Fragments != 0 || details is { FragmentErrors: > 0 })
        {
            flow.IpMetric = new IpMetric { Fragments = record.Fragments, FragmentErrors = details?.FragmentErrors ?? 0 };
        }

        details?.IcmpErrors?.AddTo(flow);
        if (details?.RawPackets is { } packets)
        {
            flow.RawPacketsCaptured = packets.Captured;
        }

        if (details?.Tcp is { } tcp)
        {
            flow.TcpMetric = tcp.ToMessage();
        }

        if (details?.Tunnel is { } tunnel)
        {
            flow.Tunnel = TunnelMessages.ToMessage(tunnel);
        }

        if (details?.ReturnId is { } returnId && FlowKey.IdOf(returnId) != record.Key.Id)
        {
            (flow.Tunnel ??= new FlowTunnel()).ReturnId = (long)FlowKey.IdOf(returnId);
        }

        return flow;
    }

    /// <summary>A packet of a flow.</summary>
    internal static RawPacket ToMessage(in KeptPacket packet, Flow flow) => new()
    {
        FlowUuid = flow.Uuid,
        L3TrackingId = flow.L3TrackingId,
        Index = packet.Index,
        TimeNs = packet.Time,
        LinkType = LinkTypes.NumberOf(packet.Link),
        OriginalLength = packet.OriginalLength,
        Data = UnsafeByteOperations.UnsafeWrap(packet.Bytes),
    };

    /// <summary>"02:00:00:00:00:01".</summary>
    internal static string Mac(ulong address) => string.Create(17, address, static (text, address) =>
    {
        const string digits = "0123456789abcdef";
        for (var i = 0; i < 6; i++)
        {
            var value = (byte)(address >> (40 - (8 * i)));
            text[3 * i] = digits[value >> 4];
            text[(3 * i) + 1] = digits[value & 0xf];
            if (i < 5)
            {
                text[(3 * i) + 2] = ':';
            }
        }
    });

    /// <summary>An address as RFC 5952 writes it.</summary>
    internal static string Address(byte version, ulong high, ulong low)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return new IPAddress(version == 4 ? bytes[12..] : bytes).ToString();
    }

    // As in Skydive: what a TCP stream carries is no layer. The application's layer is the report's alone: identifiers don't
    // depend on how much of the packets was captured.
    private static void AddApplication(Flow flow, LayerType transport, ApplicationFacts? application)
    {
        if (application is null)
        {
            return;
        }

        flow.Application = application.Name;
        if (application.IsLayer && transport != LayerType.Tcp)
        {
            flow.LayersPath = $"{flow.LayersPath}/{application.Name}";
        }

        application.AddTo(flow);
    }

    private static void AddNetwork(Flow flow, in FlowRecord record)
    {
        ref readonly var key = ref record.Key;
        if (key.IpVersion == 0)
        {
            if (key.Id != 0)
            {
                flow.Network = new FlowLayer { Protocol = LayersPath.NameOf(record.Path.Last).ToUpperInvariant(), Id = (long)key.Id };
            }

            return;
        }
        var low = Address(key.IpVersion, key.LowAddressHigh, key.LowAddressLow);
        var high = Address(key.IpVersion, key.HighAddressHigh, key.HighAddressLow);
        var aIsHigh = record.Has(FlowFlags.AIsHigh);
        flow.Network = new FlowLayer { Protocol = key.IpVersion == 4 ? "IPV4" : "IPV6", A = aIsHigh ? high : low, B = aIsHigh ? low : high, Id = (long)key.Id };
    }

    private static FlowMetric Metric(in FlowCounters counters, long start, long last, long roundTrip) => new()
    {
        AbPackets = counters.AbPackets,
        AbBytes = counters.AbBytes,
        BaPackets = counters.BaPackets,
        BaBytes = counters.BaBytes,
        Start = start / NanosecondsPerMillisecond,
        Last = last / NanosecondsPerMillisecond,
        Rtt = roundTrip,
    };
}
