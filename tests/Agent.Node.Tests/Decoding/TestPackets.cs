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
        Frame("AH over IPv4", 0x0800, Ipv4(51, Ah(TcpProtocol, Tcp(1000, 80))), "Ethernet/IPv4/AH/TCP"),
        Frame("AH twice", 0x0800, Ipv4(51, Ah(51, Ah(UdpProtocol, Udp(1000, 2000, new byte[4])))), "Ethernet/IPv4/AH/UDP") with { WiresharkAgrees = false },
        Frame("AH over IPv6, behind options", 0x86dd, Ipv6(0, [.. Ipv6Extension(51), .. Ah(TcpProtocol, Tcp(1000, 80))]), "Ethernet/IPv6/AH/TCP"),
        Frame("AH around a tunnel", 0x0800, Ipv4(51, Ah(IpIp, Inner4)), "Ethernet/IPv4/AH", "IPv4/ICMPv4"),
        Frame("AH without end", 0x0800, Ipv4(51, [.. Enumerable.Repeat(Ah(51, []), 20).SelectMany(ah => ah)]), "Ethernet/IPv4/AH") with { WiresharkAgrees = false },
        Frame("ESP", 0x0800, Ipv4(50, new byte[40]), "Ethernet/IPv4"),
        Frame("UDP-Lite", 0x0800, Ipv4(136, Udp(1000, 2000, new byte[20])), "Ethernet/IPv4/UDPLite"),
        Frame("DCCP over IPv6", 0x86dd, Ipv6(33, Dccp(1000, 2000)), "Ethernet/IPv6/DCCP"),
        Frame("NSH with Ethernet", 0x894f, Nsh(10, 3, InnerFrame), "Ethernet/NSH#10", "Ethernet/IPv4/ICMPv4"),
        Frame("NSH without metadata, with IPv6", 0x894f, Nsh(10, 2, Inner6, 0), "Ethernet/NSH#10", "IPv6/ICMPv6"),
        Frame("NSH in NSH", 0x894f, Nsh(10, 4, Nsh(11, 1, Inner4)), "Ethernet/NSH#11", "IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("NSH in NSH without end", 0x894f, [.. Enumerable.Repeat(Nsh(10, 4, []), 9).SelectMany(nsh => nsh)], "Ethernet/NSH#10") with { WiresharkAgrees = false },
        Frame("NSH in GRE with a key", 0x0800, Ipv4(GreProtocol, Gre(0x894f, Nsh(10, 3, InnerFrame), key: 7)), "Ethernet/IPv4/GRE/NSH#10", "Ethernet/IPv4/ICMPv4"),
        Frame("NSH with MPLS", 0x894f, Nsh(10, 5, Mpls(Inner4, 100)), "Ethernet/NSH/MPLS#100", "IPv4/ICMPv4"),
        Udp4("NSH in VXLAN-GPE", 4790, VxlanGpe(79, 4, Nsh(10, 1, Inner4)), "VXLAN-GPE/NSH#10", "IPv4/ICMPv4") with { WiresharkAgrees = false },
        Udp4("L2TP", 1701, L2tp(5, 7, [0xff, 3, 0, 0x21, .. Inner4]), $"L2TP#{(5 << 16) | 7}", "PPP/IPv4/ICMPv4"),
        Udp4("L2TP with sequence numbers and IPv6", 1701, L2tp(5, 7, [0, 0x57, .. Inner6], sequence: true), $"L2TP#{(5 << 16) | 7}", "PPP/IPv6/ICMPv6"),
        Udp4("an L2TP control message", 1701, [0xc8, 2, .. U16(12), 0, 5, 0, 0, 0, 0, 0, 0], "") with { WiresharkAgrees = false },
        Frame("L2TP from its port", 0x0800, Ipv4(UdpProtocol, Udp(1701, 45678, L2tp(5, 7, [0xff, 3, 0, 0x21, .. Inner4]))), $"Ethernet/IPv4/UDP/L2TP#{(5 << 16) | 7}", "PPP/IPv4/ICMPv4"),
        Frame("no L2TP from its port", 0x0800, Ipv4(UdpProtocol, Udp(1701, 45678, L2tp(5, 7, [0xff, 3, 0, 0x21, .. Inner4[..^1]]))), "Ethernet/IPv4/UDP") with { WiresharkAgrees = false },
        Udp4("L2TPv3 in UDP", 1701, L2tp3Udp(7, InnerFrame), "L2TPv3#7", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("L2TPv3 in IP, behind a cookie and a sublayer", 0x0800, Ipv4(115, L2tp3(7, InnerFrame6, 12)), "Ethernet/IPv4/L2TPv3#7", "Ethernet/IPv6/ICMPv6") with { WiresharkAgrees = false },
        Frame("an L2TPv3 control message", 0x0800, Ipv4(115, L2tp3(0, [0xc8, 3, 0, 12, .. new byte[8]])), "Ethernet/IPv4") with { WiresharkAgrees = false },
        Frame("L2TPv3 with what can't be told", 0x0800, Ipv4(115, L2tp3(7, new byte[40])), "Ethernet/IPv4/L2TPv3#7") with { WiresharkAgrees = false },
        Frame("EtherIP", 0x0800, Ipv4(97, [0x30, 0, .. InnerFrame]), "Ethernet/IPv4/EtherIP", "Ethernet/IPv4/ICMPv4"),
        Frame("EtherIP of another version", 0x0800, Ipv4(97, [0x20, 0, .. InnerFrame]), "Ethernet/IPv4") with { WiresharkAgrees = false },
        Udp4("Teredo", 3544, Inner6, "Teredo", "IPv6/ICMPv6"),
        Udp4("Teredo with authentication and origin", 3544, TeredoAuthentication(TeredoOrigin(Inner6)), "Teredo", "IPv6/ICMPv6"),
        Udp4("Teredo without IPv6", 3544, TeredoOrigin(Inner4), "") with { WiresharkAgrees = false },
        Frame("Teredo from its port", 0x0800, Ipv4(UdpProtocol, Udp(3544, 45678, TeredoOrigin(Inner6))), "Ethernet/IPv4/UDP/Teredo", "IPv6/ICMPv6"),
        Udp4("GUE with IPv4", 6080, Gue(IpIp, Inner4), "GUE", "IPv4/ICMPv4") with { WiresharkAgrees = false },
        Udp4("GUE with fields and Ethernet", 6080, Gue(143, InnerFrame, 3), "GUE", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Udp4("GUE with GRE", 6080, Gue(GreProtocol, Gre(0x86dd, Inner6, key: 7)), "GUE/GRE#7", "IPv6/ICMPv6") with { WiresharkAgrees = false },
        Udp4("GUE with MPLS", 6080, Gue(137, Mpls(Inner4, 100)), "GUE/MPLS#100", "IPv4/ICMPv4") with { WiresharkAgrees = false },
        Udp4("GUE version 1", 6080, Inner6, "GUE", "IPv6/ICMPv6") with { WiresharkAgrees = false },
        Udp4("a GUE control message", 6080, [0x20, 0, 0, 0, .. new byte[8]], "GUE") with { WiresharkAgrees = false },
        Udp4("LISP", 4341, Lisp(99, Inner4), "LISP#99", "IPv4/ICMPv4"),
        Udp4("LISP without an instance", 4341, Lisp(null, Inner6), "LISP", "IPv6/ICMPv6"),
        Udp4("LISP with its generic extension and Ethernet", 4341, [0x0c, 0, 0, 3, .. Lisp(99, InnerFrame)[4..]], "LISP#99", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("WCCP version 2 in GRE", 0x0800, Ipv4(GreProtocol, Gre(0x883e, [0, 0, 0, 0, .. Inner4])), "Ethernet/IPv4/GRE", "IPv4/ICMPv4"),
        Frame("WCCP version 1 in GRE", 0x0800, Ipv4(GreProtocol, Gre(0x883e, Inner4)), "Ethernet/IPv4/GRE", "IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("SRv6 with IPv4", 0x86dd, Ipv6(43, [.. SegmentRouting(IpIp, "fd00::9", "fd00::8"), .. Inner4]), "Ethernet/IPv6", "IPv4/ICMPv4"),
        Frame("SRv6 with IPv6", 0x86dd, Ipv6(43, [.. SegmentRouting(SixInIp, "fd00::9"), .. Inner6]), "Ethernet/IPv6", "IPv6/ICMPv6"),
        Frame("SRv6 with Ethernet", 0x86dd, Ipv6(43, [.. SegmentRouting(143, "fd00::9"), .. InnerFrame]), "Ethernet/IPv6", "Ethernet/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("PBB", 0x88a8, Vlan(8, 0x88e7, ServiceInstance(0x010203, MacA, MacB, 0x0800, Inner4)), "Ethernet/Dot1Q/PBB/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("VN-Tag", 0x8926, VnTag(1, 2, 0x0800, Inner4), "Ethernet/VNTag/IPv4/ICMPv4"),
        Frame("E-Tag before a VLAN", 0x893f, ETag(5, 0x8100, Vlan(8, 0x0800, Inner4)), "Ethernet/ETag/Dot1Q/IPv4/ICMPv4"),
        Frame("HSR", 0x892f, Hsr(9, 0x0800, Inner4), "Ethernet/HSR/IPv4/ICMPv4"),
        Frame("FabricPath", 0x8903, [0x04, 0x20, .. Ethernet(0x8100, Vlan(8, 0x0800, Inner4))], "Ethernet/FabricPath/Dot1Q/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("Cisco metadata", 0x8909, CiscoMetadata(5, 0x86dd, Inner6), "Ethernet/CiscoMetadata/IPv6/ICMPv6"),
        Frame("QinQ with 0x9100 and 0x9200", 0x9100, Vlan(8, 0x9200, Vlan(10, 0x0800, Inner4)), "Ethernet/Dot1Q/Dot1Q/IPv4/ICMPv4") with { WiresharkAgrees = false },
        Frame("MACsec that only authenticates", 0x88e5, MacSec(0x0800, Inner4), "Ethernet/MACsec/IPv4/ICMPv4"),
        Frame("MACsec with a channel", 0x88e5, MacSec(0x0800, Inner4, channel: true), "Ethernet/MACsec/IPv4/ICMPv4"),
        Frame("encrypted MACsec", 0x88e5, [0x2c, .. MacSec(0x0800, Inner4, channel: true)[1..]], "Ethernet/MACsec"),
        Frame(
            "nine tags, of which four have a place", 0x8926,
            VnTag(1, 2, 0x893f, ETag(5, 0x892f, Hsr(9, 0x8909, CiscoMetadata(5, 0x8926, VnTag(1, 2, 0x8100, Vlan(1, 0x8100, Vlan(2, 0x8100, Vlan(3, 0x8100, Vlan(4, 0x0800, Inner4))))))))),
            "Ethernet/VNTag/ETag/HSR/Dot1Q/Dot1Q/Dot1Q/Dot1Q/IPv4/ICMPv4") with { WiresharkAgrees = false },
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
