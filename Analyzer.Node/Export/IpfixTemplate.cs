using Shared.Messages.Flows;
using static Analyzer.Node.Export.IpfixElement;

namespace Analyzer.Node.Export;

/// <summary>
/// A template (RFC 7011, 3.4.1) and how its records are written, from one list. There is one for each combination of what
/// flows have: IPv4, IPv6 or neither; ports or ICMP; and a tunnel around them with IPv4 or IPv6 addresses, or one that isn't known.
/// </summary>
internal sealed class IpfixTemplate
{
    /// <summary>Bytes a record takes at most.</summary>
    public const int LongestRecord = 980;

    /// <summary>RFC 7011, 3.4.3: the smallest id of a data set.</summary>
    private const ushort FirstId = 256;

    private const ushort EnterpriseBit = 0x8000;
    private const int OuterKinds = 4;
    private const int LongestText = 200;
    private const int LongestName = 64;

    private static readonly IpfixTemplate?[] ByNumber = Make();

    private readonly List<(IpfixElement Element, Write Write)> _fields = [];

    private IpfixTemplate(ushort id) => Id = id;

    private delegate void Write(ref IpfixWriter writer, in IpfixFlow flow);

    private enum Outer
    {
        None,
        Unknown,
        IPv4,
        IPv6,
    }

    /// <summary>All there are.</summary>
    public static IEnumerable<IpfixTemplate> All => ByNumber.OfType<IpfixTemplate>();

    /// <summary>Of its data sets.</summary>
    public ushort Id { get; }

    /// <summary>Its elements, in their order.</summary>
    public IEnumerable<IpfixElement> Elements => _fields.Select(entry => entry.Element);

    /// <summary>The one for a flow.</summary>
    public static IpfixTemplate Of(in IpfixFlow flow)
    {
        ref readonly var row = ref flow.Row;
        var outer = flow.Outer switch
        {
            null => row.ParentUuid == 0 ? Outer.None : Outer.Unknown,
            { Addresses: var kind } when kind.HasFlag(FlowParts.IPv6) => Outer.IPv6,
            _ => Outer.IPv4,
        };
        var network = row.Has(FlowParts.IPv6) ? 2 : row.Has(FlowParts.IPv4) ? 1 : 0;
        return ByNumber[Number(network, network > 0 && row.Has(FlowParts.Icmp), outer)]!;
    }

    /// <summary>Writes a flow's record.</summary>
    public int WriteRecord(Span<byte> target, in IpfixFlow flow)
    {
        var writer = new IpfixWriter(target);
        foreach (var (_, write) in _fields)
        {
            write(ref writer, flow);
        }

        return writer.Length;
    }

    /// <summary>Writes the template's own record, as template sets have it.</summary>
    public int WriteTemplate(Span<byte> target)
    {
        var writer = new IpfixWriter(target);
        writer.Number16(Id);
        writer.Number16((ushort)_fields.Count);
        foreach (var (element, _) in _fields)
        {
            writer.Number16((ushort)(element.Id | (element.Enterprise == 0 ? 0 : EnterpriseBit)));
            writer.Number16(element.Length);
            if (element.Enterprise != 0)
            {
                writer.Number32(element.Enterprise);
            }
        }

        return writer.Length;
    }

    private static int Number(int network, bool isIcmp, Outer outer) => (((2 * network) + (isIcmp ? 1 : 0)) * OuterKinds) + (int)outer;

    private static IpfixTemplate?[] Make()
    {
        var templates = new IpfixTemplate?[3 * 2 * OuterKinds];
        foreach (var outer in Enum.GetValues<Outer>())
        {
            for (var network = 0; network <= 2; network++)
            {
                for (var icmp = 0; icmp <= (network > 0 ? 1 : 0); icmp++)
                {
                    var number = Number(network, icmp > 0, outer);
                    var template = templates[number] = new IpfixTemplate((ushort)(FirstId + number));
                    template.AddCounters();
                    template.AddLink();
                    template.AddNetwork(network, icmp > 0);
                    template.AddOwn();
                    template.AddOuter(outer);
                }
            }
        }

        return templates;
    }

    private void Add(IpfixElement element, Write write) => _fields.Add((element, write));

    private void AddCounters()
    {
        Add(FlowStartMilliseconds, static (ref writer, in flow) => writer.Number64((ulong)Math.Clamp(flow.Counted.Start, 0, Math.Max(flow.Row.Last, 0))));
        Add(FlowEndMilliseconds, static (ref writer, in flow) => writer.Number64((ulong)Math.Max(flow.Row.Last, 0)));
        Add(FlowEndReason, static (ref writer, in flow) => writer.Byte((byte)flow.Reason));
        Add(PacketDeltaCount, static (ref writer, in flow) => writer.Number64((ulong)Math.Max(flow.Counted.AbPackets, 0)));
        Add(OctetDeltaCount, static (ref writer, in flow) => writer.Number64((ulong)Math.Max(flow.Counted.AbBytes, 0)));
        Add(ReversePacketDeltaCount, static (ref writer, in flow) => writer.Number64((ulong)Math.Max(flow.Counted.BaPackets, 0)));
        Add(ReverseOctetDeltaCount, static (ref writer, in flow) => writer.Number64((ulong)Math.Max(flow.Counted.BaBytes, 0)));
        // A is who sent the first packet seen.
        Add(BiflowDirection, static (ref writer, in _) => writer.Byte(1));
    }

    private void AddLink()
    {
        Add(SourceMacAddress, static (ref writer, in flow) => writer.Mac(flow.Row.LinkA));
        Add(DestinationMacAddress, static (ref writer, in flow) => writer.Mac(flow.Row.LinkB));
        Add(VlanId, static (ref writer, in flow) => writer.Number16(Vlan(flow, 0)));
        Add(Dot1qCustomerVlanId, static (ref writer, in flow) => writer.Number16(Vlan(flow, 1)));
    }

    private void AddNetwork(int network, bool isIcmp)
    {
        if (network == 0)
        {
            return;
        }

        if (network == 1)
        {
            Add(SourceIPv4Address, static (ref writer, in flow) => writer.Number32((uint)flow.Row.NetworkALow));
            Add(DestinationIPv4Address, static (ref writer, in flow) => writer.Number32((uint)flow.Row.NetworkBLow));
        }
        else
        {
            Add(SourceIPv6Address, static (ref writer, in flow) => Address(ref writer, flow.Row.NetworkAHigh, flow.Row.NetworkALow));
            Add(DestinationIPv6Address, static (ref writer, in flow) => Address(ref writer, flow.Row.NetworkBHigh, flow.Row.NetworkBLow));
        }

        Add(IpVersion, static (ref writer, in flow) => writer.Byte((byte)(flow.Row.Has(FlowParts.IPv6) ? 6 : 4)));
        Add(ProtocolIdentifier, static (ref writer, in flow) => writer.Byte(IpfixProtocols.Protocol(flow.Row, flow.Texts)));
        if (isIcmp)
        {
            Add(network == 1 ? IcmpTypeCodeIPv4 : IcmpTypeCodeIPv6, static (ref writer, in flow) => writer.Number16(IpfixProtocols.IcmpTypeCode(flow.Row, flow.Texts)));
        }
        else
        {
            Add(SourceTransportPort, static (ref writer, in flow) => writer.Number16(flow.Row.PortA));
            Add(DestinationTransportPort, static (ref writer, in flow) => writer.Number16(flow.Row.PortB));
        }
    }

    private void AddOwn()
    {
        Add(ApplicationName, static (ref writer, in flow) => writer.Text(flow.Texts[flow.Row.Application], LongestName));
        Add(FlowUuid, static (ref writer, in flow) => writer.Number64(flow.Row.Uuid));
        Add(TrackingId, static (ref writer, in flow) => writer.Number64(flow.Row.TrackingId));
        Add(L3TrackingId, static (ref writer, in flow) => writer.Number64(flow.Row.L3TrackingId));
        Add(LayersPath, static (ref writer, in flow) => writer.Text(flow.Texts[flow.Row.LayersPath], LongestText));
        Add(LinkId, static (ref writer, in flow) => writer.Number64((ulong)flow.Row.LinkId));
        Add(NetworkId, static (ref writer, in flow) => writer.Number64((ulong)flow.Row.NetworkId));
        Add(RoundTripTime, static (ref writer, in flow) => writer.Number64((ulong)flow.Row.Rtt));
        Add(SamplingRate, static (ref writer, in flow) => writer.Number32(flow.Row.SamplingRate));
        Add(NodeTid, static (ref writer, in flow) => writer.Text(flow.Texts[flow.Row.NodeTid], LongestName));
        Add(HostName, static (ref writer, in flow) => writer.Text(flow.Texts[flow.Row.Host], LongestName));
        Add(CaptureId, static (ref writer, in flow) => writer.Text(flow.Texts[flow.Row.CaptureId], LongestText));
    }

    private void AddOuter(Outer outer)
    {
        if (outer == Outer.None)
        {
            return;
        }

        Add(ParentUuid, static (ref writer, in flow) => writer.Number64(flow.Row.ParentUuid));
        if (outer == Outer.Unknown)
        {
            return;
        }

        Add(Layer2SegmentId, static (ref writer, in flow) => writer.Number64(Segment(flow.Outer!)));
        Add(TunnelId, static (ref writer, in flow) => writer.Number64((ulong)flow.Outer!.NetworkId));
        Add(TunnelProtocol, static (ref writer, in flow) => writer.Text(flow.Outer!.Protocol, LongestName));
        if (outer == Outer.IPv4)
        {
            Add(OuterIPv4AddressA, static (ref writer, in flow) => writer.Number32((uint)flow.Outer!.ALow));
            Add(OuterIPv4AddressB, static (ref writer, in flow) => writer.Number32((uint)flow.Outer!.BLow));
        }
        else
        {
            Add(OuterIPv6AddressA, static (ref writer, in flow) => Address(ref writer, flow.Outer!.AHigh, flow.Outer.ALow));
            Add(OuterIPv6AddressB, static (ref writer, in flow) => Address(ref writer, flow.Outer!.BHigh, flow.Outer.BLow));
        }

        Add(OuterPortA, static (ref writer, in flow) => writer.Number16(flow.Outer!.PortA));
        Add(OuterPortB, static (ref writer, in flow) => writer.Number16(flow.Outer!.PortB));
    }

    private static void Address(ref IpfixWriter writer, ulong high, ulong low)
    {
        writer.Number64(high);
        writer.Number64(low);
    }

    /// <summary>IANA's layer2SegmentId: the kind of overlay in the upper byte, 1 for VXLAN, and 24 bits of identifier; 0 for tunnels it has no kind for.</summary>
    private static ulong Segment(OuterFlow outer)
    {
        const ulong vxlan = 1UL << 56;
        return outer.Protocol is "VXLAN" or "VXLAN-GPE" ? vxlan | ((ulong)outer.NetworkId & 0xffffff) : 0;
    }

    // A backbone's service instance has the place of two tags: what's in front of it can't be told without counting the path's.
    private static ushort Vlan(in IpfixFlow flow, int number)
    {
        const int bits = 12;
        var tags = flow.Row.LinkId;
        return tags == 0 || flow.Texts[flow.Row.LayersPath].Contains("/PBB", StringComparison.Ordinal) ? (ushort)0 : (ushort)((tags >> (bits * number)) & 0xfff);
    }
}
