namespace PacketDotNet;

/// <summary>libpcap's link types.</summary>
public enum LinkLayers : ushort
{
    Null = 0,
    Ethernet = 1,
    Ppp = 9,
    RawLegacy = 12,
    Raw = 101,
    Loop = 108,
    LinuxSll = 113,
    IPv4 = 228,
    IPv6 = 229,
    LinuxSll2 = 276,
}

/// <summary>EtherTypes.</summary>
public enum EthernetType : ushort
{
    None = 0,
    IPv4 = 2048,
    Arp = 2054,
    IPv6 = 34525,
}

/// <summary>IP protocol numbers.</summary>
public enum ProtocolType : byte
{
    Icmp = 1,
    IPv4 = 4,
    Tcp = 6,
    Udp = 17,
    IPv6 = 41,
    IcmpV6 = 58,
}

/// <summary>ICMP type and code in one number.</summary>
public enum IcmpV4TypeCode : ushort
{
    EchoReply = 0,
    EchoRequest = 2048,
}

/// <summary>ICMPv6 types.</summary>
public enum IcmpV6Type : byte
{
    EchoRequest = 128,
    EchoReply = 129,
}

/// <summary>ARP operations.</summary>
public enum ArpOperation : ushort
{
    Request = 1,
    Response = 2,
}

/// <summary>IP versions.</summary>
public enum IPVersion
{
    IPv4 = 4,
    IPv6 = 6,
}
