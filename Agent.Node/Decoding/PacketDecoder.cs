using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Agent.Node.Decoding.Links;

namespace Agent.Node.Decoding;

/// <summary>
/// Walks a packet from its first layer to its flow's last: each step reads one header and says what follows. Nothing is
/// copied or allocated; a header that isn't whole, or can't be, ends the walk and leaves what was read.
/// </summary>
internal static class PacketDecoder
{
    private const int MaximumVlanTags = 4;
    private const int MaximumLinkLayers = 4;
    private const int BitsPerTag = 12;
    private const int MaximumExtensionHeaders = 16;

    /// <summary>Decodes one flow's layers. What a tunnel carries is for the next call, at <see cref="PacketLayers.InnerOffset"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Decode(LinkType link, ReadOnlySpan<byte> packet, TunnelPorts ports, out PacketLayers layers)
    {
        layers = default;
        if (link == LinkType.Ethernet && UsualPacket.TryDecode(packet, ref layers))
        {
            return;
        }

        DecodeAny(link, packet, ports, ref layers);
    }

    /// <summary>The same, header by header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DecodeAny(LinkType link, ReadOnlySpan<byte> packet, TunnelPorts ports, ref PacketLayers layers)
    {
        switch (link)
        {
            case LinkType.Ethernet:
                DecodeEthernet(packet, ports, ref layers);
                break;
            case LinkType.Ip:
                DecodeIp(packet, 0, ports, ref layers);
                break;
            case LinkType.Ppp:
                DecodePpp(packet, 0, ports, ref layers);
                break;
            case LinkType.LinuxCooked when LinuxCooked.TryRead(packet, out var type, out var length):
            case LinkType.LinuxCooked2 when LinuxCooked.TryRead2(packet, out type, out length):
                DecodeType(type, packet, length, ports, ref layers);
                break;
            case LinkType.Loopback:
                // The address family's number depends on the system: the version field says the same.
                DecodeIp(packet, sizeof(uint), ports, ref layers);
                break;
            default:
                DecodeOther(link, packet, ports, ref layers);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeOther(LinkType link, ReadOnlySpan<byte> packet, TunnelPorts ports, ref PacketLayers layers)
    {
        if (!LinkHeaders.TryRead(link, packet, ref layers, out var type, out var offset))
        {
            return;
        }

        if (type == EtherTypes.Ppp)
        {
            DecodePpp(packet, offset, ports, ref layers);
        }
        else
        {
            DecodeType(type, packet, offset, ports, ref layers);
        }
    }

    /// <summary>Decodes what an IP packet carries, put together from its fragments, into the layers of the last fragment.</summary>
    internal static void DecodeReassembled(ReadOnlySpan<byte> payload, TunnelPorts ports, ref PacketLayers layers)
    {
        layers.IsFragment = false;
        layers.IsReassembled = true;
        layers.NetworkPayloadOffset = 0;
        layers.NetworkPayloadLength = payload.Length;
        DecodeTransport(payload, 0, ports, ref layers);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeEthernet(ReadOnlySpan<byte> packet, TunnelPorts ports, ref PacketLayers layers)
    {
        if (!EthernetHeader.TryRead(packet, out var ethernet))
        {
            layers.End = DecodeEnd.Broken;
            return;
        }
        // Some drivers and files call a raw IP link Ethernet: what reads as IPv4 with a good checksum, and as no frame we know, is IPv4.
        if (!EtherTypes.IsKnown(ethernet.Type) && Ipv4Header.HasGoodChecksum(packet))
        {
            DecodeIpv4(packet, 0, ports, ref layers);
            return;
        }
        layers.AddLinkLayer(LayerType.Ethernet);
        layers.HasLink = true;
        layers.LinkSource = ethernet.Source;
        layers.LinkDestination = ethernet.Destination;
        if (ethernet.Type == EtherTypes.IPv4)
        {
            layers.EtherType = EtherTypes.IPv4;
            DecodeIpv4(packet, EthernetHeader.Length, ports, ref layers);
            return;
        }
        DecodeType(ethernet.Type, packet, EthernetHeader.Length, ports, ref layers);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeType(ushort type, ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        while (true)
        {
            layers.EtherType = type;
            switch (type)
            {
                case EtherTypes.IPv4:
                    DecodeIpv4(packet, offset, ports, ref layers);
                    return;
                case EtherTypes.IPv6:
                    DecodeIpv6(packet, offset, ports, ref layers);
                    return;
                case EtherTypes.Vlan or EtherTypes.ServiceVlan or EtherTypes.OldQinQ or EtherTypes.OtherQinQ:
                    if (!VlanTag.TryRead(packet[offset..], out var tag))
                    {
                        layers.End = DecodeEnd.Broken;
                        return;
                    }
                    // IEEE 802.1Q, 9.6: identifier 0 is a priority and no VLAN. More than four are passed over: they leave the path room for any other layers.
                    if (tag.Id != 0 && layers.VlanCount < MaximumVlanTags)
                    {
                        layers.AddLinkLayer(LayerType.Dot1Q);
                        layers.VlanTags |= (ulong)tag.Id << (BitsPerTag * layers.VlanCount++);
                    }
                    type = tag.Type;
                    offset += VlanTag.Length;
                    continue;
                case EtherTypes.Arp:
                    if (ArpHeader.TryRead(packet[offset..], out _))
                    {
                        layers.AddLayer(LayerType.Arp);
                    }
                    else
                    {
                        layers.End = DecodeEnd.Broken;
                    }

                    return;
                case EtherTypes.Mpls or EtherTypes.MplsMulticast:
                    DecodeMpls(packet, offset, ref layers);
                    return;
                case EtherTypes.PppoeSession or EtherTypes.PppoeDiscovery:
                    if (!PppoeHeader.TryRead(packet[offset..], out var pppoe))
                    {
                        layers.End = DecodeEnd.Broken;
                        return;
                    }
                    layers.AddLinkLayer(LayerType.PppoE);
                    layers.NetworkId = layers.PppoeSession = pppoe.Session;
                    layers.Tunnel = LayerType.PppoE;
                    if (type == EtherTypes.PppoeSession)
                    {
                        DecodePpp(packet, offset + PppoeHeader.Length, ports, ref layers);
                    }

                    return;
                case < EtherTypes.SmallestType when TryReadSnap(packet[offset..], out var snapType):
                    type = snapType;
                    offset += SnapLength;
                    continue;
                default:
                    if (!TryPassTag(ref type, packet, ref offset, ref layers))
                    {
                        return;
                    }

                    continue;
            }
        }
    }

    /// <summary>The tags that few networks have, and NSH, which ends the flow; false when there's nothing to go on with.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryPassTag(ref ushort type, ReadOnlySpan<byte> packet, ref int offset, ref PacketLayers layers)
    {
        var data = packet[offset..];
        switch (type)
        {
            case EtherTypes.ServiceInstance when ServiceInstanceTag.TryRead(data, out var instance):
                // Two customers may have equal addresses: the 24 bits take two tags' places.
                if (layers.VlanCount + 2 <= MaximumVlanTags)
                {
                    layers.VlanTags |= (ulong)instance.Service << (BitsPerTag * layers.VlanCount);
                    layers.VlanCount += 2;
                }
                // The switches' own addresses differ between directions: floods go to a group.
                AddHosts(LayerType.Pbb, instance.Source, instance.Destination, ref layers);
                (type, offset) = (instance.Type, offset + ServiceInstanceTag.Length);
                return true;
            case EtherTypes.FabricPath when FabricPathTag.TryRead(data, out var fabric):
                AddHosts(LayerType.FabricPath, fabric.Source, fabric.Destination, ref layers);
                (type, offset) = (fabric.Type, offset + FabricPathTag.Length);
                return true;
            case EtherTypes.MacSec when MacSecTag.TryRead(data, out var macSec):
                AddTag(LayerType.MacSec, ref layers);
                (type, offset) = (macSec.Type, offset + macSec.Length);
                return macSec.IsPlain;
            case EtherTypes.VnTag or EtherTypes.ETag or EtherTypes.Hsr or EtherTypes.CiscoMetadata when PassedTag.TryRead(type, data, out var tag):
                AddTag(tag.Layer, ref layers);
                (type, offset) = (tag.Type, offset + tag.Length);
                return true;
            case EtherTypes.Nsh:
                TunnelDecoder.DecodeNsh(packet, offset, ref layers);
                return false;
            case EtherTypes.ServiceInstance or EtherTypes.FabricPath or EtherTypes.MacSec or EtherTypes.VnTag or EtherTypes.ETag or EtherTypes.Hsr or EtherTypes.CiscoMetadata:
                layers.End = DecodeEnd.Broken;
                return false;
            default:
                return false;
        }
    }

    private static void AddHosts(LayerType layer, ulong source, ulong destination, ref PacketLayers layers)
    {
        AddTag(layer, ref layers);
        layers.HasLink = true;
        layers.LinkSource = source;
        layers.LinkDestination = destination;
    }

    /// <summary>More are passed over: with VLAN tags, PPPoE and PPP they must leave the path room.</summary>
    private static void AddTag(LayerType layer, ref PacketLayers layers)
    {
        if (layers.LinkLayers < MaximumLinkLayers)
        {
            layers.AddLinkLayer(layer);
        }
    }

    private const int SnapLength = 8;

    /// <summary>RFC 1042: LLC and SNAP with a zero organization carry an EtherType.</summary>
    private static bool TryReadSnap(ReadOnlySpan<byte> data, out ushort type)
    {
        const ulong prefix = 0xaaaa030000000000;
        if (data.Length < SnapLength || (BinaryPrimitives.ReadUInt64BigEndian(data) & 0xffffffffffff0000) != prefix)
        {
            type = 0;
            return false;
        }
        type = BinaryPrimitives.ReadUInt16BigEndian(data[6..]);
        return type >= EtherTypes.SmallestType;
    }

    private static void DecodePpp(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        if (offset > packet.Length || !PppHeader.TryRead(packet[offset..], out var ppp))
        {
            layers.End = DecodeEnd.Broken;
            return;
        }
        layers.AddLinkLayer(LayerType.Ppp);
        layers.EtherType = ppp.Protocol;
        // A PPPoE session is the link's: an IP packet's flow is the same before and behind it.
        if (ppp.EtherType is EtherTypes.IPv4 or EtherTypes.IPv6)
        {
            layers.NetworkId = 0;
        }

        if (ppp.EtherType != 0)
        {
            DecodeType(ppp.EtherType, packet, offset + ppp.Length, ports, ref layers);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeIp(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        if (packet.Length > offset && packet[offset] >> 4 == 6)
        {
            DecodeIpv6(packet, offset, ports, ref layers);
        }
        else
        {
            DecodeIpv4(packet, offset, ports, ref layers);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeIpv4(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        if (offset > packet.Length || !Ipv4Header.TryRead(packet[offset..], out var ip))
        {
            layers.End = DecodeEnd.Broken;
            return;
        }
        layers.AddLayer(LayerType.IPv4);
        layers.IpVersion = 4;
        layers.IpProtocol = ip.Protocol;
        layers.TimeToLive = ip.TimeToLive;
        layers.SourceLow = ip.Source;
        layers.DestinationLow = ip.Destination;
        layers.NetworkOffset = offset;
        layers.NetworkPayloadOffset = offset + ip.HeaderLength;
        layers.NetworkPayloadLength = ip.TotalLength - ip.HeaderLength;
        if (ip.IsFragment)
        {
            layers.AddLayer(LayerType.Fragment);
            layers.IsFragment = true;
            layers.MoreFragments = ip.MoreFragments;
            layers.FragmentOffset = ip.FragmentOffset;
            layers.Identification = ip.Identification;
            return;
        }
        DecodeTransport(packet, layers.NetworkPayloadOffset, ports, ref layers);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeIpv6(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        if (offset > packet.Length || !Ipv6Header.TryRead(packet[offset..], out var ip))
        {
            layers.End = DecodeEnd.Broken;
            return;
        }
        layers.AddLayer(LayerType.IPv6);
        layers.IpVersion = 6;
        layers.IpProtocol = ip.NextHeader;
        layers.TimeToLive = ip.HopLimit;
        layers.SourceHigh = ip.SourceHigh;
        layers.SourceLow = ip.SourceLow;
        layers.DestinationHigh = ip.DestinationHigh;
        layers.DestinationLow = ip.DestinationLow;
        layers.NetworkOffset = offset;
        layers.NetworkPayloadLength = ip.PayloadLength;
        var end = offset + Ipv6Header.Length + ip.PayloadLength;
        offset += Ipv6Header.Length;
        for (var headers = 0; Ipv6ExtensionHeader.IsExtension(layers.IpProtocol); headers++)
        {
            if (headers == MaximumExtensionHeaders || offset > packet.Length || !Ipv6ExtensionHeader.TryRead(layers.IpProtocol, packet[offset..], out var extension))
            {
                layers.End = DecodeEnd.Broken;
                return;
            }
            var wasFragment = layers.IpProtocol == IpProtocols.Fragment;
            if (layers.IpProtocol == IpProtocols.Authentication)
            {
                AddAuthentication(ref layers);
            }

            layers.IpProtocol = extension.NextHeader;
            offset += extension.Length;
            // RFC 6946: a fragment header on a whole packet changes nothing.
            if (wasFragment && (extension.MoreFragments || extension.FragmentOffset != 0))
            {
                layers.AddLayer(LayerType.Fragment);
                layers.IsFragment = true;
                layers.MoreFragments = extension.MoreFragments;
                layers.FragmentOffset = extension.FragmentOffset;
                layers.Identification = extension.Identification;
                layers.NetworkPayloadOffset = offset;
                layers.NetworkPayloadLength = end - offset;
                return;
            }
        }
        layers.NetworkPayloadOffset = offset;
        layers.NetworkPayloadLength = end - offset;
        DecodeTransport(packet, offset, ports, ref layers);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeTransport(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        if (offset > packet.Length)
        {
            layers.End = DecodeEnd.Broken;
            return;
        }
        var data = packet[offset..];
        switch (layers.IpProtocol)
        {
            case IpProtocols.Tcp when TcpHeader.TryRead(data, out var tcp):
                layers.AddLayer(LayerType.Tcp);
                layers.Transport = LayerType.Tcp;
                layers.SourcePort = tcp.SourcePort;
                layers.DestinationPort = tcp.DestinationPort;
                layers.TcpFlags = tcp.Flags;
                layers.TcpSequence = tcp.Sequence;
                break;
            case IpProtocols.Udp when UdpHeader.TryRead(data, out var udp):
                layers.AddLayer(LayerType.Udp);
                layers.Transport = LayerType.Udp;
                layers.SourcePort = udp.SourcePort;
                layers.DestinationPort = udp.DestinationPort;
                TunnelDecoder.DecodeUdp(packet, offset + UdpHeader.Length, ports, ref layers);
                break;
            case IpProtocols.IcmpV4 when IcmpHeader.TryRead(data, out var icmp):
                AddIcmp(LayerType.IcmpV4, icmp, ref layers);
                break;
            case IpProtocols.IcmpV6 when IcmpHeader.TryRead(data, out var icmp):
                AddIcmp(LayerType.IcmpV6, icmp, ref layers);
                break;
            case IpProtocols.Sctp when SctpHeader.TryRead(data, out var sctp):
                layers.AddLayer(LayerType.Sctp);
                layers.Transport = LayerType.Sctp;
                layers.SourcePort = sctp.SourcePort;
                layers.DestinationPort = sctp.DestinationPort;
                break;
            case IpProtocols.Gre:
                TunnelDecoder.DecodeGre(packet, offset, ports.IsNvgre, ref layers);
                break;
            case IpProtocols.IPv4 or IpProtocols.IPv6:
                // RFC 2003, RFC 4213, RFC 2473: IP in IP has no header of its own.
                TunnelDecoder.Carry(LinkType.Ip, offset, packet, ref layers);
                break;
            case IpProtocols.MplsInIp:
                DecodeMpls(packet, offset, ref layers);
                break;
            case IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.IcmpV4 or IpProtocols.IcmpV6 or IpProtocols.Sctp:
                layers.End = DecodeEnd.Broken;
                break;
            default:
                DecodeRareTransport(packet, offset, ports, ref layers);
                break;
        }
    }

    /// <summary>
    /// Decodes what an ICMP error quotes of the packet it's about (RFC 792, RFC 4443 2.4): that went the other way, in the same
    /// link layers, and may end eight bytes behind its IP header, where ports still are.
    /// </summary>
    internal static void DecodeQuoted(ReadOnlySpan<byte> quoted, in PacketLayers error, TunnelPorts ports, out PacketLayers layers)
    {
        layers = default;
        layers.TakeLinkOfAnswer(error);
        DecodeIp(quoted, 0, ports, ref layers);
        if (layers is not { End: DecodeEnd.Broken, Transport: LayerType.None, IpProtocol: IpProtocols.Tcp or IpProtocols.Sctp })
        {
            return;
        }

        var transport = quoted[Math.Min(layers.NetworkPayloadOffset, quoted.Length)..];
        if (transport.Length < sizeof(uint))
        {
            return;
        }

        layers.End = DecodeEnd.Complete;
        layers.Transport = layers.IpProtocol == IpProtocols.Tcp ? LayerType.Tcp : LayerType.Sctp;
        layers.AddLayer(layers.Transport);
        layers.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(transport);
        layers.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(transport[sizeof(ushort)..]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeRareTransport(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        var data = packet[offset..];
        switch (layers.IpProtocol)
        {
            case IpProtocols.Authentication:
                DecodeAuthentication(packet, offset, ports, ref layers);
                break;
            // RFC 3828: where UDP has its length, it has its checksum's coverage; the ports are the same.
            case IpProtocols.UdpLite when UdpHeader.TryRead(data, out var udp):
                AddPorts(LayerType.UdpLite, udp.SourcePort, udp.DestinationPort, ref layers);
                break;
            case IpProtocols.Dccp when DccpHeader.TryRead(data, out var dccp):
                AddPorts(LayerType.Dccp, dccp.SourcePort, dccp.DestinationPort, ref layers);
                break;
            // RFC 8986, 10.1: a frame, as a segment list's last header carries it.
            case IpProtocols.Ethernet:
                TunnelDecoder.Carry(LinkType.Ethernet, offset, packet, ref layers);
                break;
            case IpProtocols.EtherIp when EtherIpHeader.IsIn(data):
                layers.AddLayer(LayerType.EtherIp);
                TunnelDecoder.Carry(LinkType.Ethernet, offset + EtherIpHeader.Length, packet, ref layers);
                break;
            case IpProtocols.L2tp when L2tpHeader.TryReadInIp(data, out var l2tp):
                TunnelDecoder.EnterL2tp(l2tp, offset, packet, ref layers);
                break;
            case IpProtocols.UdpLite or IpProtocols.Dccp or IpProtocols.EtherIp:
                layers.End = DecodeEnd.Broken;
                break;
        }
    }

    /// <summary>Behind IPv4; as an extension header of IPv6 it's passed with the others.</summary>
    private static void DecodeAuthentication(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        for (var headers = 0; layers.IpProtocol == IpProtocols.Authentication; headers++)
        {
            if (headers == MaximumExtensionHeaders || offset > packet.Length || !Ipv6ExtensionHeader.TryRead(IpProtocols.Authentication, packet[offset..], out var authentication))
            {
                layers.End = DecodeEnd.Broken;
                return;
            }
            AddAuthentication(ref layers);
            layers.IpProtocol = authentication.NextHeader;
            offset += authentication.Length;
            layers.NetworkPayloadOffset += authentication.Length;
            layers.NetworkPayloadLength -= authentication.Length;
        }
        DecodeTransport(packet, offset, ports, ref layers);
    }

    private static void AddAuthentication(ref PacketLayers layers)
    {
        if (layers.Path.Last != LayerType.Ah)
        {
            layers.AddLayer(LayerType.Ah);
        }
    }

    private static void AddPorts(LayerType transport, ushort source, ushort destination, ref PacketLayers layers)
    {
        layers.AddLayer(transport);
        layers.Transport = transport;
        layers.SourcePort = source;
        layers.DestinationPort = destination;
    }

    private static void DecodeMpls(ReadOnlySpan<byte> packet, int offset, ref PacketLayers layers)
    {
        if (!TunnelDecoder.TryDecodeMpls(packet, offset, ref layers))
        {
            layers.End = DecodeEnd.Broken;
        }
    }

    private static void AddIcmp(LayerType layer, in IcmpHeader icmp, ref PacketLayers layers)
    {
        layers.AddLayer(layer);
        layers.Transport = layer;
        layers.IcmpType = icmp.Type;
        layers.IcmpCode = icmp.Code;
        layers.IcmpRole = IcmpExchange.RoleOf(layer, icmp.Type, out layers.IcmpQuery, out var hasId);
        if (hasId)
        {
            layers.IcmpId = icmp.Id;
            layers.IcmpSequence = icmp.Sequence;
        }
    }
}
