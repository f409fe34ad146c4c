using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>EtherTypes, as IEEE 802 registers them.</summary>
internal static class EtherTypes
{
    internal const ushort SmallestType = 0x0600;
    internal const ushort IPv4 = 0x0800;
    internal const ushort Arp = 0x0806;
    internal const ushort TransparentEthernetBridging = 0x6558;
    internal const ushort Vlan = 0x8100;
    internal const ushort IPv6 = 0x86dd;
    internal const ushort Ppp = 0x880b;
    internal const ushort Mpls = 0x8847;
    internal const ushort MplsMulticast = 0x8848;
    internal const ushort PppoeDiscovery = 0x8863;
    internal const ushort PppoeSession = 0x8864;
    internal const ushort ServiceVlan = 0x88a8;
    internal const ushort Erspan = 0x88be;
    internal const ushort ErspanIII = 0x22eb;
    internal const ushort OldQinQ = 0x9100;
    internal const ushort OtherQinQ = 0x9200;
    internal const ushort Wccp = 0x883e;
    internal const ushort MacSec = 0x88e5;
    internal const ushort ServiceInstance = 0x88e7;
    internal const ushort FabricPath = 0x8903;
    internal const ushort CiscoMetadata = 0x8909;
    internal const ushort VnTag = 0x8926;
    internal const ushort Hsr = 0x892f;
    internal const ushort ETag = 0x893f;
    internal const ushort Nsh = 0x894f;

    /// <summary>In GRE, what Aruba's access points send wireless frames by, a type in sixteen for each of their tunnels; registered nowhere, and known to Wireshark.</summary>
    internal const ushort FirstAruba = 0x8200;
    internal const ushort LastAruba = 0x8370;

    /// <summary>Whether a frame with this type is one we know: a hint that a guess was right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsKnown(ushort type) => type is IPv4 or Arp or Vlan or IPv6 or Mpls or MplsMulticast or PppoeDiscovery or PppoeSession or ServiceVlan or OldQinQ;
}

/// <summary>IP protocol numbers, as IANA registers them.</summary>
internal static class IpProtocols
{
    internal const byte HopByHop = 0;
    internal const byte IcmpV4 = 1;
    internal const byte IPv4 = 4;
    internal const byte Tcp = 6;
    internal const byte Udp = 17;
    internal const byte Dccp = 33;
    internal const byte IPv6 = 41;
    internal const byte Routing = 43;
    internal const byte Fragment = 44;
    internal const byte Gre = 47;
    internal const byte EncapsulatingSecurity = 50;
    internal const byte Authentication = 51;
    internal const byte IcmpV6 = 58;
    internal const byte None = 59;
    internal const byte DestinationOptions = 60;
    internal const byte Ospf = 89;
    internal const byte EtherIp = 97;
    internal const byte Pim = 103;
    internal const byte Vrrp = 112;
    internal const byte L2tp = 115;
    internal const byte Sctp = 132;
    internal const byte Mobility = 135;
    internal const byte UdpLite = 136;
    internal const byte MplsInIp = 137;
    internal const byte HostIdentity = 139;
    internal const byte Shim6 = 140;
    internal const byte Ethernet = 143;
}

/// <summary>The numbers by which VXLAN's and LISP's generic protocol extension (draft-ietf-nvo3-vxlan-gpe, 3.2; RFC 9305, 3) and NSH (RFC 8300, 2.2) say what follows.</summary>
internal static class NextProtocols
{
    /// <summary>The EtherType that means the same; 0 for what isn't decoded. In VXLAN MPLS had a number until revision 4 of the draft, and Linux still has it.</summary>
    internal static ushort EtherTypeOf(byte nextProtocol) => nextProtocol switch
    {
        1 => EtherTypes.IPv4,
        2 => EtherTypes.IPv6,
        3 => EtherTypes.TransparentEthernetBridging,
        4 => EtherTypes.Nsh,
        5 => EtherTypes.Mpls,
        _ => 0,
    };
}
