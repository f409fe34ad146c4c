using Agent.Node.Decoding;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Decoding;

/// <summary>A packet and the flows in it, outermost first, as "path" or "path#network ID".</summary>
/// <param name="Name">What it is.</param>
/// <param name="Link">Its first layer.</param>
/// <param name="Bytes">The packet.</param>
/// <param name="Flows">Its flows.</param>
/// <param name="WiresharkAgrees">False where Wireshark doesn't decode as far without being told how.</param>
public sealed record TestPacket(string Name, int Link, byte[] Bytes, string[] Flows, bool WiresharkAgrees = true)
{
    internal LinkType LinkType => (LinkType)Link;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>One packet for each protocol, alone and inside others.</summary>
internal static class TestPackets
{
    private const byte IpIp = 4;
    private const byte TcpProtocol = 6;
    private const byte UdpProtocol = 17;
    private const byte SixInIp = 41;
    private const byte GreProtocol = 47;

    private static readonly byte[] Inner4 = Ipv4(1, Echo(1, 1), "192.168.1.1", "192.168.1.2");
    private static readonly byte[] Inner6 = Ipv6(58, EchoV6(1, 1), "fd01::1", "fd01::2");
    private static readonly byte[] InnerFrame = Ethernet(0x0800, Inner4);
    private static readonly byte[] InnerFrame6 = Ethernet(0x86dd, Inner6);

    internal static IReadOnlyList<TestPacket> All { get; } =
    [
        Frame("TCP over IPv4", 0x0800, Ipv4(TcpProtocol, Tcp(1000, 80)), "Ethernet/IPv4/TCP"),
        Frame("UDP over IPv4", 0x0800, Ipv4(UdpProtocol, Udp(1000, 2000, new byte[20])), "Ethernet/IPv4/UDP"),
        Frame("SCTP over IPv4", 0x0800, Ipv4(132, Sctp(1000, 2905)), "Ethernet/IPv4/SCTP"),
        Frame("ICMP echo", 0x0800, Ipv4(1, Echo(5, 6)), "Ethernet/IPv4/ICMPv4"),
        Frame("ICMPv6 echo", 0x86dd, Ipv6(58, EchoV6(5, 6)), "Ethernet/IPv6/ICMPv6"),
        Frame("TCP over IPv6", 0x86dd, Ipv6(TcpProtocol, Tcp(1000, 80)), "Ethernet/IPv6/TCP"),
        Frame("TCP behind IPv6 extension headers", 0x86dd, Ipv6(0, [.. Ipv6Extension(60), .. Ipv6Extension(TcpProtocol, 1), .. Tcp(1000, 80)]), "Ethernet/IPv6/TCP"),
        Frame("UDP behind an atomic IPv6 fragment header", 0x86dd, Ipv6(44, [.. Ipv6Fragment(UdpProtocol, 0, false, 9), .. Udp(1, 2, new byte[4])]), "Ethernet/IPv6/UDP"),
        Frame("IPv4 fragment", 0x0800, Ipv4(UdpProtocol, new byte[64], fragment: 0x2000), "Ethernet/IPv4/Fragment") with { WiresharkAgrees = false },
        Frame("IPv6 fragment", 0x86dd, Ipv6(44, [.. Ipv6Fragment(UdpProtocol, 1480, false, 9), .. new byte[64]]), "Ethernet/IPv6/Fragment") with { WiresharkAgrees = false },
        Frame("ARP", 0x0806, Arp(), "Ethernet/ARP"),
        Frame("VLAN", 0x8100, Vlan(8, 0x0800, Ipv4(TcpProtocol, Tcp(1, 2))), "Ethernet/Dot1Q/IPv4/TCP"),
        Frame("QinQ to four tags", 0x88a8, Vlan(8, 0x8100, Vlan(10, 0x8100, Vlan(20, 0x8100, Vlan(30, 0x86dd, Ipv6(TcpProtocol, Tcp(1, 2)))))), "Ethernet/Dot1Q/Dot1Q/Dot1Q/Dot1Q/IPv6/TCP"),
        Frame(
            "seven VLAN tags, of which four are kept", 0x88a8,
            Vlan(1, 0x8100, Vlan(2, 0x8100, Vlan(3, 0x8100, Vlan(4, 0x8100, Vlan(5, 0x8100, Vlan(6, 0x8100, Vlan(7, 0x0800, Ipv4(UdpProtocol, Udp(9, 4789, Vxlan(2, InnerFrame)))))))))),
            "Ethernet/Dot1Q/Dot1Q/Dot1Q/Dot1Q/IPv4/UDP/VXLAN#2", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("unknown EtherType", 0x1234, new byte[40], "Ethernet"),
        Frame("unknown IP protocol", 0x0800, Ipv4(200, new byte[20]), "Ethernet/IPv4"),
        Frame("802.3 with SNAP", 3 + 5 + Inner4.Length, [0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. Inner4], "Ethernet/IPv4/ICMPv4"),
        Frame("GRE with IPv4", 0x0800, Ipv4(GreProtocol, Gre(0x0800, Inner4)), "Ethernet/IPv4/GRE", "IPv4/ICMPv4"),
        Frame("GRE with IPv6, key, sequence and checksum", 0x0800, Ipv4(GreProtocol, Gre(0x86dd, Inner6, 99, 7, true)), "Ethernet/IPv4/GRE#99", "IPv6/ICMPv6"),
        Frame("GRE with Ethernet", 0x0800, Ipv4(GreProtocol, Gre(0x6558, InnerFrame)), "Ethernet/IPv4/GRE", "Ethernet/IPv4/ICMPv4"),
        Frame("NVGRE over IPv6", 0x86dd, Ipv6(GreProtocol, Gre(0x6558, InnerFrame, 77 << 8)), "Ethernet/IPv6/GRE#19712", "Ethernet/IPv4/ICMPv4"),
        Frame("GRE in GRE", 0x0800, Ipv4(GreProtocol, Gre(0x0800, Ipv4(GreProtocol, Gre(0x0800, Inner4), "10.1.0.1", "10.1.0.2"))), "Ethernet/IPv4/GRE", "IPv4/GRE", "IPv4/ICMPv4"),
        Frame("PPTP", 0x0800, Ipv4(GreProtocol, Pptp(3, [0xff, 3, 0, 0x21, .. Inner4])), "Ethernet/IPv4/GRE#3", "PPP/IPv4/ICMPv4"),
        Frame("MPLS in GRE", 0x0800, Ipv4(GreProtocol, Gre(0x8847, Mpls(Inner4, 100))), "Ethernet/IPv4/GRE/MPLS#100", "IPv4/ICMPv4"),
        Frame("ERSPAN II", 0x0800, Ipv4(GreProtocol, Gre(0x88be, ErspanII(33, InnerFrame), sequence: 1)), "Ethernet/IPv4/GRE#33", "Ethernet/IPv4/ICMPv4"),
        Frame("ERSPAN II in GRE with a key", 0x0800, Ipv4(GreProtocol, Gre(0x88be, ErspanII(33, InnerFrame), key: 7, sequence: 1)), "Ethernet/IPv4/GRE#33", "Ethernet/IPv4/ICMPv4"),
        Frame("ERSPAN III", 0x0800, Ipv4(GreProtocol, Gre(0x22eb, ErspanIII(34, InnerFrame), sequence: 1)), "Ethernet/IPv4/GRE#34", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("MPLS in GRE with a key", 0x0800, Ipv4(GreProtocol, Gre(0x8847, Mpls(Inner4, 100, 200), key: 7)), $"Ethernet/IPv4/GRE/MPLS#{100 | (200L << 20)}", "IPv4/ICMPv4"),
        Frame("ERSPAN I", 0x0800, Ipv4(GreProtocol, Gre(0x88be, InnerFrame)), "Ethernet/IPv4/GRE", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("IP in IP", 0x0800, Ipv4(IpIp, Inner4), "Ethernet/IPv4", "IPv4/ICMPv4"),
        Frame("6in4", 0x0800, Ipv4(SixInIp, Inner6), "Ethernet/IPv4", "IPv6/ICMPv6"),
        Frame("4in6", 0x86dd, Ipv6(IpIp, Inner4), "Ethernet/IPv6", "IPv4/ICMPv4"),
        Frame("MPLS in IP", 0x0800, Ipv4(137, Mpls(Inner4, 70)), "Ethernet/IPv4/MPLS#70", "IPv4/ICMPv4"),
        Frame("MPLS on Ethernet, a stack of three", 0x8847, Mpls(Inner6, 1, 2, 3), $"Ethernet/MPLS#{1 | (2L << 20) | (3L << 40)}", "IPv6/ICMPv6"),
        Frame("MPLS with an entropy label", 0x8847, Mpls(Inner4, 1, 7, 54321, 3), $"Ethernet/MPLS#{1 | (3L << 20)}", "IPv4/ICMPv4"),
        Frame("MPLS with a channel beside the traffic", 0x8847, Mpls([0x10, 0, 0, 0x21, .. new byte[30]], 1, 13), $"Ethernet/MPLS#{1 | (13L << 20)}") with { WiresharkAgrees = false },
        Frame("a label stack of seventeen", 0x8847, Mpls(Inner4, [.. Enumerable.Range(1, 17)]), "Ethernet") with { WiresharkAgrees = false },
        Frame("MPLS with Ethernet and a control word", 0x8847, Mpls([0, 0, 0, 0, .. InnerFrame], 16), "Ethernet/MPLS#16", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("MPLS with Ethernet whose address looks like IP", 0x8847, Mpls(Ethernet(0x0800, Inner4, MacA, "45:00:00:00:00:01"), 16), "Ethernet/MPLS#16", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("MPLS with IPv4 from 8.0.0.0/16, which looks like an EtherType", 0x8847, Mpls(Ipv4(1, Echo(1, 1), "8.0.0.1", "8.0.0.2"), 16), "Ethernet/MPLS#16", "IPv4/ICMPv4"),
        Udp4("VXLAN", 4789, Vxlan(77, InnerFrame), "VXLAN#77", "Ethernet/IPv4/ICMPv4"),
        Udp4("VXLAN on Linux's port", 8472, Vxlan(78, InnerFrame6), "VXLAN#78", "Ethernet/IPv6/ICMPv6") with { WiresharkAgrees = false },
        Udp4("VXLAN-GPE with IPv4", 4790, VxlanGpe(79, 1, Inner4), "VXLAN-GPE#79", "IPv4/ICMPv4") with { WiresharkAgrees = false },
        Udp4("VXLAN-GPE with Ethernet", 4790, VxlanGpe(79, 3, InnerFrame), "VXLAN-GPE#79", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Udp4("VXLAN-GPE with MPLS", 4790, VxlanGpe(79, 5, Mpls(Inner4, 100)), "VXLAN-GPE/MPLS#100", "IPv4/ICMPv4") with { WiresharkAgrees = false },
        Udp4("VXLAN-GPE of another version", 4790, [0x1c, .. VxlanGpe(79, 3, InnerFrame)[1..]], "") with { WiresharkAgrees = false },
        Udp4("VXLAN with a group policy", 4789, VxlanGroup(77, 5000, InnerFrame), "VXLAN#77", "Ethernet/IPv4/ICMPv4"),
        Udp4("GENEVE with MPLS", 6081, Geneve(81, 0x8847, Mpls(Inner4, 100)), "Geneve/MPLS#100", "IPv4/ICMPv4"),
        Udp4("GENEVE with Ethernet and options", 6081, Geneve(80, 0x6558, InnerFrame, 3), "Geneve#80", "Ethernet/IPv4/ICMPv4"),
        Udp4("GENEVE with IPv6", 6081, Geneve(81, 0x86dd, Inner6), "Geneve#81", "IPv6/ICMPv6"),
        Udp4("MPLS in UDP", 6635, Mpls(Inner4, 55), "MPLS#55", "IPv4/ICMPv4"),
        Udp4("Contrail's MPLS in UDP with Ethernet", 51234, Mpls(InnerFrame, 56), "MPLS#56", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Udp4("GTP-U", 2152, Gtp(0x01020304, Inner4), "GTPv1U#16909060", "IPv4/ICMPv4"),
        Udp4("GTP-U with an extension header", 2152, Gtp(5, Inner6, true), "GTPv1U#5", "IPv6/ICMPv6"),
        Frame("PPPoE", 0x8864, Pppoe(9, 0x21, Inner4), "Ethernet/PPPoE/PPP/IPv4/ICMPv4"),
        Frame("PPPoE with IPv6", 0x8864, Pppoe(9, 0x57, Inner6), "Ethernet/PPPoE/PPP/IPv6/ICMPv6"),
        Udp4("not VXLAN, on its port", 4789, new byte[30], "") with { WiresharkAgrees = false },
        Udp4("VXLAN in GENEVE", 6081, Geneve(1, 0x6558, Ethernet(0x0800, Ipv4(UdpProtocol, Udp(9, 4789, Vxlan(2, InnerFrame))))), "Geneve#1", "Ethernet/IPv4/UDP/VXLAN#2", "Ethernet/IPv4/ICMPv4"),
        Udp4(
            "VLAN in VXLAN in MPLS in UDP", 6635, Mpls(Ipv4(UdpProtocol, Udp(9, 4789, Vxlan(2, Ethernet(0x8100, Vlan(8, 0x86dd, Inner6))))), 3),
            "MPLS#3", "IPv4/UDP/VXLAN#2", "Ethernet/Dot1Q/IPv6/ICMPv6"),
        Frame(
            "VXLAN over IPv6", 0x86dd, Ipv6(UdpProtocol, Udp(9, 4789, Vxlan(2, InnerFrame6))), "Ethernet/IPv6/UDP/VXLAN#2", "Ethernet/IPv6/ICMPv6"),
        new("raw IPv4", (int)LinkType.Ip, Inner4, ["IPv4/ICMPv4"], false),
        new("raw IPv6", (int)LinkType.Ip, Inner6, ["IPv6/ICMPv6"], false),
        new("Linux cooked", (int)LinkType.LinuxCooked, [0, 0, 0, 1, 0, 6, .. Mac(MacA), 0, 0, 8, 0, .. Inner4], ["IPv4/ICMPv4"], false),
        new("Linux cooked 2", (int)LinkType.LinuxCooked2, [0x86, 0xdd, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, .. Mac(MacA), 0, 0, .. Inner6], ["IPv6/ICMPv6"], false),
        new("BSD loopback", (int)LinkType.Loopback, [2, 0, 0, 0, .. Inner4], ["IPv4/ICMPv4"], false),
        new("PPP", (int)LinkType.Ppp, [0x21, .. Inner4], ["PPP/IPv4/ICMPv4"], false),
    ];

    private static TestPacket Frame(string name, int type, byte[] payload, params string[] flows) =>
        new(name, (int)LinkType.Ethernet, Ethernet((ushort)type, payload), flows);

    /// <summary>In UDP over IPv4 over Ethernet, from a port that no decoder knows.</summary>
    private static TestPacket Udp4(string name, int port, byte[] payload, string tunnel, params string[] inner) =>
        Frame(name, 0x0800, Ipv4(UdpProtocol, Udp(45678, port, payload)), [tunnel.Length > 0 ? $"Ethernet/IPv4/UDP/{tunnel}" : "Ethernet/IPv4/UDP", .. inner]);
}
