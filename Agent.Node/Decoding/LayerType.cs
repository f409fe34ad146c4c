namespace Agent.Node.Decoding;

/// <summary>The layers a flow's path can name. The numbers fit six bits, and stay: they are part of tracking identifiers.</summary>
internal enum LayerType : byte
{
    None,
    Ethernet,
    Dot1Q,
    Arp,
    IPv4,
    IPv6,
    Fragment,
    Tcp,
    Udp,
    Sctp,
    IcmpV4,
    IcmpV6,
    Gre,
    Vxlan,
    VxlanGpe,
    Geneve,
    Mpls,

    /// <summary>ERSPAN behind its GRE header: it tells flows apart, and isn't named.</summary>
    ErspanII,
    ErspanIII,
    Gtp,
    PppoE,
    Ppp,
    Ah,
    UdpLite,
    Dccp,
    Nsh,
    L2tp,
    L2tpV3,
    EtherIp,
    Teredo,
    Gue,

    /// <summary>Foo over UDP: the port is all there is of it.</summary>
    Fou,
    Lisp,
    Pbb,
    VnTag,
    ETag,
    Hsr,
    FabricPath,
    CiscoMetadata,
    MacSec,
}

/// <summary>What a packet, or what a tunnel carries, starts with.</summary>
internal enum LinkType : byte
{
    None,
    Ethernet,

    /// <summary>IPv4 or IPv6, told apart by the version field.</summary>
    Ip,
    Ppp,

    /// <summary>Linux cooked capture, version 1 and 2.</summary>
    LinuxCooked,
    LinuxCooked2,

    /// <summary>BSD loopback: the address family, in the byte order of the host that captured.</summary>
    Loopback,

    /// <summary>PPP or Cisco's HDLC, told apart by the address.</summary>
    PppHdlc,

    /// <summary>PPP behind a byte that says which way it went.</summary>
    PppDirection,
    PppoE,
    CiscoHdlc,
    FrameRelay,
    Mpls,

    /// <summary>Wireless frames, as they are and behind radiotap, Prism, AVS or PPI headers.</summary>
    Wifi,
    Radiotap,
    Prism,
    Avs,
    Ppi,

    /// <summary>IP behind what netfilter, Solaris, IPsec's interface or the packet filter of BSD says of it.</summary>
    Nflog,
    Ipnet,
    Enc,
    Pflog,
}
