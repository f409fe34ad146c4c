using Google.Protobuf;

namespace Shared.Messages.Flows;

/// <summary>Rows as the messages that say the same.</summary>
internal static class FlowRowMessages
{
    /// <summary>The protocol of every link layer.</summary>
    public const string LinkProtocol = "ETHERNET";

    /// <summary>The flow of a row.</summary>
    /// <param name="row">It.</param>
    /// <param name="texts">Its texts.</param>
    /// <param name="details">What the row doesn't say, as <see cref="FlowRows.DetailsOf"/> has it.</param>
    /// <exception cref="InvalidDataException">The details are no protobuf.</exception>
    public static Flow ToFlow(in FlowRow row, FlowTexts texts, byte[]? details)
    {
        var flow = new Flow
        {
            Uuid = FlowForms.Id(row.Uuid),
            ParentUuid = FlowForms.Id(row.ParentUuid),
            TrackingId = FlowForms.Id(row.TrackingId),
            L3TrackingId = FlowForms.Id(row.L3TrackingId),
            LayersPath = texts[row.LayersPath],
            Application = texts[row.Application],
            Metric = new FlowMetric
            {
                AbPackets = row.AbPackets,
                AbBytes = row.AbBytes,
                BaPackets = row.BaPackets,
                BaBytes = row.BaBytes,
                Start = row.Start,
                Last = row.Last,
                Rtt = row.Rtt,
            },
            Start = row.Start,
            Last = row.Last,
            NodeTid = texts[row.NodeTid],
            CaptureId = texts[row.CaptureId],
            Host = texts[row.Host],
            RawPacketsCaptured = row.RawPackets,
            FinishType = row.Finish,
            RttNs = row.Rtt,
            SamplingRate = row.SamplingRate,
        };
        if (row.Has(FlowParts.Link))
        {
            flow.Link = new FlowLayer { Protocol = LinkProtocol, A = FlowForms.Mac(row.LinkA), B = FlowForms.Mac(row.LinkB), Id = row.LinkId };
        }

        if (row.Has(FlowParts.Network))
        {
            flow.Network = new FlowLayer { Protocol = texts[row.NetworkProtocol], A = AddressA(row), B = AddressB(row), Id = row.NetworkId };
        }

        if (row.Has(FlowParts.Transport))
        {
            flow.Transport = new TransportLayer { Protocol = texts[row.TransportProtocol], A = row.PortA, B = row.PortB };
        }

        if (row.Has(FlowParts.Icmp))
        {
            flow.Icmp = new IcmpLayer { Type = texts[row.IcmpType], Code = row.IcmpCode, Id = row.IcmpId };
        }

        if (details is not null)
        {
            try
            {
                flow.MergeFrom(details);
            }
            catch (InvalidProtocolBufferException e)
            {
                throw new InvalidDataException($"the details of flow {flow.Uuid} can't be read: {e.Message}", e);
            }
        }

        return flow;
    }

    /// <summary>The network address of A; empty without one.</summary>
    public static string AddressA(in FlowRow row) => Address(row, row.NetworkAHigh, row.NetworkALow);

    /// <summary>The network address of B; empty without one.</summary>
    public static string AddressB(in FlowRow row) => Address(row, row.NetworkBHigh, row.NetworkBLow);

    /// <summary>Adds a flow's row. What a row can't say goes to its details, <see cref="Flow.LastUpdateMetric"/> but for its end is left out.</summary>
    /// <exception cref="InvalidDataException">An id or an address isn't one.</exception>
    public static void Add(this FlowRows rows, Flow flow)
    {
        ref var row = ref rows.Add(DetailsOf(flow));
        row.Uuid = Id(flow.Uuid, "UUID");
        row.ParentUuid = Id(flow.ParentUuid, "ParentUUID");
        row.TrackingId = Id(flow.TrackingId, "TrackingID");
        row.L3TrackingId = Id(flow.L3TrackingId, "L3TrackingID");
        row.LayersPath = rows.Texts.Of(flow.LayersPath);
        row.Application = rows.Texts.Of(flow.Application);
        row.NodeTid = rows.Texts.Of(flow.NodeTid);
        row.CaptureId = rows.Texts.Of(flow.CaptureId);
        row.Host = rows.Texts.Of(flow.Host);
        row.AbPackets = flow.Metric?.AbPackets ?? 0;
        row.AbBytes = flow.Metric?.AbBytes ?? 0;
        row.BaPackets = flow.Metric?.BaPackets ?? 0;
        row.BaBytes = flow.Metric?.BaBytes ?? 0;
        row.Start = flow.Start;
        row.Last = flow.Last;
        row.Quiet = flow.LastUpdateMetric is { } update ? Math.Max(0, update.Last - flow.Last) : 0;
        row.Rtt = flow.RttNs;
        row.RawPackets = (uint)flow.RawPacketsCaptured;
        row.Finish = flow.FinishType;
        row.SamplingRate = flow.SamplingRate;
        if (flow.Link is { } link)
        {
            row.Parts |= FlowParts.Link;
            (row.LinkA, row.LinkB, row.LinkId) = (MacOf(link.A), MacOf(link.B), link.Id);
        }

        if (flow.Network is { } network)
        {
            row.Parts |= FlowParts.Network;
            row.NetworkProtocol = rows.Texts.Of(network.Protocol);
            row.NetworkId = network.Id;
            if (network.A.Length > 0)
            {
                row.Parts |= AddressOf(network.A, out row.NetworkAHigh, out row.NetworkALow) | AddressOf(network.B, out row.NetworkBHigh, out row.NetworkBLow);
            }
        }

        if (flow.Transport is { } transport)
        {
            row.Parts |= FlowParts.Transport;
            row.TransportProtocol = rows.Texts.Of(transport.Protocol);
            (row.PortA, row.PortB) = ((ushort)transport.A, (ushort)transport.B);
        }

        if (flow.Icmp is { } icmp)
        {
            row.Parts |= FlowParts.Icmp;
            row.IcmpType = rows.Texts.Of(icmp.Type);
            (row.IcmpCode, row.IcmpId) = ((byte)icmp.Code, (ushort)icmp.Id);
        }
    }

    /// <summary>What a row doesn't say of a flow; null: it says it all.</summary>
    public static byte[]? DetailsOf(Flow flow)
    {
        var details = new Flow
        {
            TcpMetric = flow.TcpMetric,
            IpMetric = flow.IpMetric,
            Dns = flow.Dns,
            Dhcpv4 = flow.Dhcpv4,
            Vrrp = flow.Vrrp,
            Tls = flow.Tls,
            Http = flow.Http,
            OtherIcmpErrors = flow.OtherIcmpErrors,
            Tunnel = flow.Tunnel,
        };
        details.IcmpErrors.AddRange(flow.IcmpErrors);
        if (flow.Icmp is { About.Count: > 0 } icmp)
        {
            details.Icmp = new IcmpLayer { About = { icmp.About } };
        }

        return details.CalculateSize() == 0 ? null : details.ToByteArray();
    }

    private static string Address(in FlowRow row, ulong high, ulong low) =>
        row.Has(FlowParts.IPv6) ? FlowForms.Address(isIPv6: true, high, low) : row.Has(FlowParts.IPv4) ? FlowForms.Address(isIPv6: false, high, low) : "";

    private static ulong Id(string text, string what) =>
        FlowForms.TryId(text, out var id) ? id : throw new InvalidDataException($"{what} '{text}' isn't up to 16 hexadecimal digits");

    private static ulong MacOf(string text) => FlowForms.TryMac(text, out var address) ? address : throw new InvalidDataException($"'{text}' isn't a MAC address");

    private static FlowParts AddressOf(string text, out ulong high, out ulong low) =>
        FlowForms.TryAddress(text, out var isIPv6, out high, out low) ? (isIPv6 ? FlowParts.IPv6 : FlowParts.IPv4) : throw new InvalidDataException($"'{text}' isn't an IP address");
}
