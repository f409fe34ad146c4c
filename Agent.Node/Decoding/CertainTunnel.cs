using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>
/// Whether a datagram is a tunnel's beyond doubt, where its port doesn't say so: reserved bits and labels are as they must be,
/// and behind the header is a packet that begins and ends where it says, an IPv4 header's checksum included.
/// </summary>
internal static class CertainTunnel
{
    private const ushort IPv6First = 0x2000;
    private const ushort IPv6Last = 0x3fff;
    private const uint FirstFreeLabel = 16;
    private const int MaximumTags = 4;
    private const ulong ArpForIPv4 = 0x0001_0800_0604_0000;

    /// <param name="tunnel">What it may be.</param>
    /// <param name="packet">What the offset is into.</param>
    /// <param name="offset">Where the tunnel's header starts, right behind UDP's.</param>
    /// <param name="layers">The datagram, decoded as the tunnel's.</param>
    internal static bool Holds(LayerType tunnel, ReadOnlySpan<byte> packet, int offset, in PacketLayers layers)
    {
        if (layers.End != DecodeEnd.Tunnel || !HasCleanHeader(tunnel, packet[offset..]))
        {
            return false;
        }

        var payload = BinaryPrimitives.ReadUInt16BigEndian(packet[(offset - sizeof(uint))..]) - UdpHeader.Length;
        return IsPacket(layers.Inner, packet[layers.InnerOffset..], payload - (layers.InnerOffset - offset));
    }

    private static bool HasCleanHeader(LayerType tunnel, ReadOnlySpan<byte> data) => tunnel switch
    {
        LayerType.Mpls => HasSensibleLabels(data),
        // RFC 7348, 5; with a group policy, the group and its flags are used, too.
        LayerType.Vxlan => data[7] == 0 && (data[0] == 0x08 ? (BinaryPrimitives.ReadUInt32BigEndian(data) & 0xffffff) == 0 : data[0] == 0x88),
        LayerType.VxlanGpe => data[7] == 0 && (data[0] & 0xf2) == 0 && data[1] == 0 && data[2] == 0,
        // RFC 8926, 3.4.
        LayerType.Geneve => data[7] == 0 && (data[1] & 0x3f) == 0,
        // 3GPP TS 29.281, 5.1.
        LayerType.Gtp => (data[0] & 0x08) == 0,
        _ => true,
    };

    /// <summary>RFC 7274 lists the labels below 16: 1, 7 and 15 are never the last, 0 and 2 always are, and others never stand in packets.</summary>
    private static bool HasSensibleLabels(ReadOnlySpan<byte> data)
    {
        var isEntropy = false;
        while (BinaryPrimitives.TryReadUInt32BigEndian(data, out var entry))
        {
            var isBottom = (entry & 0x100) != 0;
            var label = MplsStack.LabelOf(entry);
            var isSensible = label >= FirstFreeLabel || (isBottom ? label is 0 or 2 : label is 1 or MplsStack.EntropyIndicator or 15);
            // An entropy label has no time to live (RFC 6790, 4.2).
            if (!isSensible || ((byte)entry == 0 && !isEntropy))
            {
                return false;
            }

            if (isBottom)
            {
                return true;
            }

            isEntropy = label == MplsStack.EntropyIndicator;
            data = data[sizeof(uint)..];
        }
        return false;
    }

    /// <param name="link">Its first layer.</param>
    /// <param name="data">As much of it as was captured.</param>
    /// <param name="length">Its length on the wire.</param>
    private static bool IsPacket(LinkType link, ReadOnlySpan<byte> data, int length) => link switch
    {
        LinkType.Ip => IsIp(data, length, isPadded: false),
        LinkType.Ethernet => IsFrame(data, length),
        LinkType.Ppp when PppHeader.TryRead(data, out var ppp) && ppp.EtherType is EtherTypes.IPv4 or EtherTypes.IPv6 => IsIp(data[ppp.Length..], length - ppp.Length, isPadded: false),
        _ => false,
    };

    private static bool IsFrame(ReadOnlySpan<byte> data, int length)
    {
        if (!EthernetHeader.TryRead(data, out var ethernet) || !ethernet.CanBeSent)
        {
            return false;
        }

        var type = ethernet.Type;
        var offset = EthernetHeader.Length;
        for (var tags = 0; tags < MaximumTags && type is EtherTypes.Vlan or EtherTypes.ServiceVlan && VlanTag.TryRead(data[offset..], out var tag); tags++)
        {
            type = tag.Type;
            offset += VlanTag.Length;
        }
        var inner = data[offset..];
        return type switch
        {
            EtherTypes.IPv4 => Ipv4Header.TryRead(inner, out _) && IsIp(inner, length - offset, isPadded: true),
            EtherTypes.IPv6 => Ipv6Header.TryRead(inner, out _) && IsIp(inner, length - offset, isPadded: true),
            EtherTypes.Arp => ArpHeader.TryRead(inner, out _) && (BinaryPrimitives.ReadUInt64BigEndian(inner) & ~0xffUL) == ArpForIPv4 && inner[7] is > 0 and < 16,
            _ => false,
        };
    }

    private static bool IsIp(ReadOnlySpan<byte> data, int length, bool isPadded)
    {
        if (Ipv4Header.TryRead(data, out var ip4))
        {
            // Options that weren't captured can't be added up.
            return Fits(ip4.TotalLength, length, isPadded) && ip4.TotalLength >= ip4.HeaderLength && ip4.TimeToLive != 0
                && (data.Length < ip4.HeaderLength || Ipv4Header.HasGoodChecksum(data));
        }

        return Ipv6Header.TryRead(data, out var ip6) && Fits(Ipv6Header.Length + ip6.PayloadLength, length, isPadded) && ip6.HopLimit != 0
            && IsAddress(ip6.SourceHigh, ip6.SourceLow, mayBeGroup: false) && IsAddress(ip6.DestinationHigh, ip6.DestinationLow, mayBeGroup: true)
            && IsNext(ip6, data[Ipv6Header.Length..]);
    }

    private static bool Fits(int own, int length, bool isPadded) => own == length || (isPadded && own < length);

    /// <summary>No checksum tells an IPv6 header from chance: its addresses must be of the kinds there are (RFC 4291, 2.4; RFC 4193, 3.1).</summary>
    private static bool IsAddress(ulong high, ulong low, bool mayBeGroup) => (ushort)(high >> 48) switch
    {
        >= IPv6First and <= IPv6Last => true,
        >= 0xfc00 and <= 0xfdff => true,
        0xfe80 => (high & 0xffffffffffff) == 0,
        >= 0xff00 => mayBeGroup,
        // The NAT64 prefix (RFC 6052, 2.1), the unspecified and the loopback address.
        0x0064 => high == 0x0064_ff9b_0000_0000,
        0 => high == 0 && low <= 1,
        _ => false,
    };

    private static bool IsNext(in Ipv6Header ip, ReadOnlySpan<byte> data) => ip.NextHeader switch
    {
        IpProtocols.Udp => !UdpHeader.TryRead(data, out _) || BinaryPrimitives.ReadUInt16BigEndian(data[4..]) == ip.PayloadLength,
        IpProtocols.Tcp => data.Length <= 12 || data[12] >> 4 >= 5,
        IpProtocols.IPv4 or IpProtocols.IPv6 or IpProtocols.Gre or IpProtocols.EncapsulatingSecurity or IpProtocols.IcmpV6 or IpProtocols.None or IpProtocols.Ospf
            or IpProtocols.Pim or IpProtocols.Sctp or IpProtocols.UdpLite or IpProtocols.Dccp or IpProtocols.MplsInIp or IpProtocols.Ethernet => true,
        _ => Ipv6ExtensionHeader.IsExtension(ip.NextHeader),
    };
}
