using Agent.Node.Decoding;
using Agent.Node.Flows.Applications;
using Agent.Node.Flows.Details;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>Records as the protocol's rows and messages.</summary>
internal static class FlowMessages
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>Of a raw packet's bytes: what's behind them doesn't fit into a message.</summary>
    private const int LongestRawPacket = 56 << 10;

    [ThreadStatic]
    private static FlowRows? t_one;

    /// <summary>Adds a record's row: all it takes of the record and its details is a copy.</summary>
    internal static ref FlowRow Add(FlowRows rows, in FlowRecord record, in FlowSpan since, FlowDetails? details, FlowOrigin origin)
    {
        ref var row = ref Add(rows, record, details, Rest(record, details)?.ToByteArray(), origin);
        if (since.Until != 0)
        {
            row.Quiet = Math.Max(0, (since.Until / NanosecondsPerMillisecond) - row.Last);
        }

        return ref row;
    }

    /// <summary>A message with a life of its own.</summary>
    internal static Flow ToMessage(in FlowRecord record, in FlowSpan since, FlowDetails? details, FlowOrigin origin)
    {
        var rows = t_one ??= new FlowRows(1);
        rows.Clear();
        var flow = FlowRowMessages.ToFlow(Add(rows, record, details, null, origin), rows.Texts, null);
        if (Rest(record, details) is { } rest)
        {
            flow.MergeFrom(rest);
        }

        if (record.Has(FlowFlags.Changed))
        {
            var update = record.Counters - since.Counters;
            flow.LastUpdateMetric = new FlowMetric
            {
                AbPackets = update.AbPackets,
                AbBytes = update.AbBytes,
                BaPackets = update.BaPackets,
                BaBytes = update.BaBytes,
                Start = since.From / NanosecondsPerMillisecond,
                Last = Math.Max((since.Until == 0 ? since.From : since.Until) / NanosecondsPerMillisecond, flow.Last),
                Rtt = record.RoundTrip,
            };
        }

        return flow;
    }

    /// <summary>A packet of a flow.</summary>
    internal static RawPacket ToMessage(in KeptPacket packet, ulong uuid, ulong l3TrackingId) => new()
    {
        FlowUuid = FlowForms.Id(uuid),
        L3TrackingId = FlowForms.Id(l3TrackingId),
        Index = packet.Index,
        TimeNs = packet.Time,
        LinkType = LinkTypes.NumberOf(packet.Link),
        OriginalLength = packet.OriginalLength,
        Data = UnsafeByteOperations.UnsafeWrap(packet.Bytes.AsMemory(0, Math.Min(packet.Bytes.Length, LongestRawPacket))),
    };

    private static ref FlowRow Add(FlowRows rows, in FlowRecord record, FlowDetails? details, byte[]? rest, FlowOrigin origin)
    {
        ref var row = ref rows.Add(rest);
        var texts = rows.Texts;
        row.Uuid = record.Uuid;
        row.ParentUuid = record.Key.Parent;
        row.TrackingId = FlowIdentity.TrackingId(record);
        row.L3TrackingId = FlowIdentity.L3TrackingId(record);
        var path = record.Path.ToString();
        var application = origin.ApplicationPorts.NameOf(record.Transport, record.PortA, record.PortB) is { Length: > 0 } name ? name : LayersPath.NameOf(record.Path.Last);
        if (details?.Application is { } facts)
        {
            // As in Skydive: what a TCP stream carries is no layer. The application's layer is the report's alone: identifiers
            // don't depend on how much of the packets was captured.
            application = facts.Name;
            path = facts.IsLayer && record.Transport != LayerType.Tcp ? $"{path}/{application}" : path;
        }

        row.LayersPath = texts.Of(path);
        row.Application = texts.Of(application);
        row.NodeTid = texts.Of(origin.NodeTid);
        row.CaptureId = texts.Of(origin.CaptureId);
        row.Host = texts.Of(origin.Host);
        (row.AbPackets, row.AbBytes, row.BaPackets, row.BaBytes) = (record.Counters.AbPackets, record.Counters.AbBytes, record.Counters.BaPackets, record.Counters.BaBytes);
        row.Start = record.Start / NanosecondsPerMillisecond;
        row.Last = record.Last / NanosecondsPerMillisecond;
        row.Rtt = record.RoundTrip;
        row.Finish = record.FinishType;
        row.SamplingRate = record.SamplingRate > 1 ? record.SamplingRate : 0;
        row.RawPackets = (uint)(details?.RawPackets?.Captured ?? 0);
        if (record.Has(FlowFlags.HasLink))
        {
            row.Parts |= FlowParts.Link;
            (row.LinkA, row.LinkB, row.LinkId) = (record.LinkA, record.LinkB, (long)record.VlanTags);
        }

        AddNetwork(ref row, record, texts);
        if (record.Transport is LayerType.Tcp or LayerType.Udp or LayerType.Sctp or LayerType.UdpLite or LayerType.Dccp)
        {
            row.Parts |= FlowParts.Transport;
            row.TransportProtocol = texts.Of(LayersPath.NameOf(record.Transport));
            (row.PortA, row.PortB) = (record.PortA, record.PortB);
        }
        else if (record.Transport is LayerType.IcmpV4 or LayerType.IcmpV6)
        {
            row.Parts |= FlowParts.Icmp;
            row.IcmpType = texts.Of(IcmpNames.Of(record.Transport, record.IcmpType));
            (row.IcmpCode, row.IcmpId) = (record.IcmpCode, record.IcmpId);
        }

        return ref row;
    }

    private static void AddNetwork(ref FlowRow row, in FlowRecord record, FlowTexts texts)
    {
        ref readonly var key = ref record.Key;
        row.NetworkId = (long)key.Id;
        if (key.IpVersion == 0)
        {
            if (key.Id != 0)
            {
                row.Parts |= FlowParts.Network;
                row.NetworkProtocol = texts.Of(LayersPath.NameOf(record.Path.Last).ToUpperInvariant());
            }

            return;
        }

        row.Parts |= FlowParts.Network | (key.IpVersion == 4 ? FlowParts.IPv4 : FlowParts.IPv6);
        row.NetworkProtocol = texts.Of(key.IpVersion == 4 ? "IPV4" : "IPV6");
        (row.NetworkAHigh, row.NetworkALow, row.NetworkBHigh, row.NetworkBLow) = record.Has(FlowFlags.AIsHigh)
            ? (key.HighAddressHigh, key.HighAddressLow, key.LowAddressHigh, key.LowAddressLow)
            : (key.LowAddressHigh, key.LowAddressLow, key.HighAddressHigh, key.HighAddressLow);
    }

    /// <summary>What a row doesn't say; null: it says it all.</summary>
    private static Flow? Rest(in FlowRecord record, FlowDetails? details)
    {
        if (details is null && record.Fragments == 0)
        {
            return null;
        }

        var rest = new Flow();
        if (record.Fragments != 0 || details is { FragmentErrors: > 0 })
        {
            rest.IpMetric = new IpMetric { Fragments = record.Fragments, FragmentErrors = details?.FragmentErrors ?? 0 };
        }

        if (details?.Subjects is { } subjects && record.Transport is LayerType.IcmpV4 or LayerType.IcmpV6)
        {
            rest.Icmp = new IcmpLayer { About = { subjects.Named.Select(FlowForms.Id) } };
        }

        details?.Application?.AddTo(rest);
        details?.IcmpErrors?.AddTo(rest);
        rest.TcpMetric = details?.Tcp?.ToMessage();
        rest.Tunnel = details?.Tunnel is { } tunnel ? TunnelMessages.ToMessage(tunnel) : null;
        if (details?.ReturnId is { } returnId && FlowKey.IdOf(returnId) != record.Key.Id)
        {
            (rest.Tunnel ??= new FlowTunnel()).ReturnId = (long)FlowKey.IdOf(returnId);
        }

        return rest.CalculateSize() == 0 ? null : rest;
    }
}
