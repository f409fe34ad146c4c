using PacketDotNet;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests;

/// <summary>A flow of a crafted capture; the next one travels in it.</summary>
/// <param name="Path">LayersPath.</param>
/// <param name="A">Network.A; empty: there's no network layer.</param>
/// <param name="B">Network.B.</param>
/// <param name="Headers">Bytes in front of the flow's first layer, in each packet.</param>
/// <param name="Id">Network.ID.</param>
/// <param name="Tags">Link.ID.</param>
internal sealed record CraftedFlow(string Path, string A, string B, int Headers, long Id = 0, long Tags = 0)
{
    /// <summary>Of packets from B to A, where it's another number.</summary>
    internal int HeadersBack { get; init; } = Headers;
}

/// <summary>A capture file of these tests: a TCP conversation of three packets there and two back, in tunnels.</summary>
/// <param name="Name">The file, below captures/tunnels/.</param>
/// <param name="Link">Its link type.</param>
/// <param name="Around">The layers, the outermost first; each puts its header before what it gets.</param>
/// <param name="Flows">The flows it must give, the outermost first.</param>
internal sealed record CraftedCapture(string Name, LinkLayers Link, CraftedCapture.Layer[] Around, CraftedFlow[] Flows)
{
    /// <param name="payload">What it carries.</param>
    /// <param name="back">An answer.</param>
    /// <param name="number">Of the packet: a tunnel's source port differs from one to the next.</param>
    internal delegate byte[] Layer(byte[] payload, bool back, int number);

    /// <summary>False where Wireshark doesn't decode as far, or names a field otherwise.</summary>
    internal bool WiresharkAgrees { get; init; } = true;

    internal const int There = 3;
    internal const int Back = 2;

    internal static string Folder { get; } = Captures.File("tunnels");

    internal string Path => System.IO.Path.Combine(Folder, Name + ".pcap");

    internal IEnumerable<(bool IsBack, byte[] Bytes)> Packets()
    {
        for (var number = 0; number < There + Back; number++)
        {
            var back = number % 2 == 1;
            var packet = back ? Tcp(80, 1000, data: 20 * number) : Tcp(1000, 80, data: 10 * number);
            foreach (var layer in Around.Reverse())
            {
                packet = layer(packet, back, number);
            }

            yield return (back, packet);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Every tunnel once, over IPv4 or IPv6 and with either inside, and tunnels in each other. `captures/README.md` says how the files are made.</summary>
internal static class CraftedCaptures
{
    internal const string InnerA4 = "192.168.7.1";
    internal const string InnerB4 = "192.168.7.2";
    internal const string InnerA6 = "fd77::1";
    internal const string InnerB6 = "fd77::2";
    private const int Eth = 14;
    private const int V4 = 20;
    private const int V6 = 40;
    private const int UdpHeader = 8;
    private const int VxlanHeader = 8;

    private static readonly CraftedCapture.Layer Inner4 = Over4(6, InnerA4, InnerB4);
    private static readonly CraftedCapture.Layer Inner6 = Over6(6, InnerA6, InnerB6);
    private static readonly CraftedCapture.Layer Frame4 = Frame(0x0800, "02:00:00:00:77:01", "02:00:00:00:77:02");
    private static readonly CraftedCapture.Layer Frame6 = Frame(0x86dd, "02:00:00:00:77:01", "02:00:00:00:77:02");
    private static readonly CraftedCapture.Layer Wire4 = Frame(0x0800, MacA, MacB);
    private static readonly CraftedCapture.Layer Wire6 = Frame(0x86dd, MacA, MacB);

    internal static IReadOnlyList<CraftedCapture> All { get; } =
    [
        new("gre-in-gre", LinkLayers.Ethernet, [Wire4, Over4(47), In(p => Gre(0x0800, p)), Over4(47, "10.2.0.1", "10.2.0.2"), In(p => Gre(0x0800, p, key: 5)), Inner4],
        [
            new("Ethernet/IPv4/GRE", "10.0.0.1", "10.0.0.2", 0),
            new("IPv4/GRE", "10.2.0.1", "10.2.0.2", Eth + V4 + 4, Id: 5),
            new("IPv4/TCP", InnerA4, InnerB4, Eth + V4 + 4 + V4 + 8),
        ]),
        new("gre6-vlan", LinkLayers.Ethernet, [Wire6, Over6(47), Numbered((p, n) => Gre(0x6558, p, key: 0x01020304, sequence: (uint)n, checksum: true)), Frame(0x8100), Tag(42, 0x86dd), Inner6],
        [
            new("Ethernet/IPv6/GRE", "fd00::1", "fd00::2", 0, Id: 0x01020304),
            new("Ethernet/Dot1Q/IPv6/TCP", InnerA6, InnerB6, Eth + V6 + 16, Tags: 42),
        ]),
        new("vxlan-in-geneve", LinkLayers.Ethernet,
        [
            Wire4, Over4(17), UdpTo(6081), In(p => GeneveWith(10, 0x6558, [.. GeneveOption(0x0102, 0x80, [1, 2, 3, 4]), .. GeneveOption(0x0103, 1, [])], p)),
            Frame(0x0800, "02:00:00:00:66:01", "02:00:00:00:66:02"), Over4(17, "10.2.0.1", "10.2.0.2"), UdpTo(4789), In(p => Vxlan(20, p)), Frame4, Inner4,
        ],
        [
            new("Ethernet/IPv4/UDP/Geneve", "10.0.0.1", "10.0.0.2", 0, Id: 10),
            new("Ethernet/IPv4/UDP/VXLAN", "10.2.0.1", "10.2.0.2", Eth + V4 + UdpHeader + 20, Id: 20),
            new("Ethernet/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + UdpHeader + 20 + Eth + V4 + UdpHeader + VxlanHeader),
        ]),
        new("vlan-in-vxlan-in-mpls-udp", LinkLayers.Ethernet,
        [
            Wire4, Over4(17), UdpTo(6635), In(p => Mpls(p, 100, 200)), Over4(17, "10.2.0.1", "10.2.0.2"), UdpTo(4789), In(p => Vxlan(20, p)), Frame(0x8100), Tag(42, 0x0800), Inner4,
        ],
        [
            new("Ethernet/IPv4/UDP/MPLS", "10.0.0.1", "10.0.0.2", 0, Id: 100 | (200L << 20)),
            new("IPv4/UDP/VXLAN", "10.2.0.1", "10.2.0.2", Eth + V4 + UdpHeader + 8, Id: 20),
            new("Ethernet/Dot1Q/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + UdpHeader + 8 + V4 + UdpHeader + VxlanHeader, Tags: 42),
        ]),
        new("vxlan6", LinkLayers.Ethernet, [Wire6, Over6(17), UdpTo(4789), In(p => Vxlan(0xffffff, p)), Frame6, Inner6],
        [
            new("Ethernet/IPv6/UDP/VXLAN", "fd00::1", "fd00::2", 0, Id: 0xffffff),
            new("Ethernet/IPv6/TCP", InnerA6, InnerB6, Eth + V6 + UdpHeader + VxlanHeader),
        ]),
        new("qinq-in-vxlan-in-qinq", LinkLayers.Ethernet,
        [
            Frame(0x8100), Tag(1, 0x8100), Tag(2, 0x8100), Tag(3, 0x8100), Tag(4, 0x0800), Over4(17), UdpTo(4789), In(p => VxlanGroup(9, 5000, p)), Frame(0x8100), Tag(5, 0x8100), Tag(6, 0x86dd), Inner6,
        ],
        [
            new("Ethernet/Dot1Q/Dot1Q/Dot1Q/Dot1Q/IPv4/UDP/VXLAN", "10.0.0.1", "10.0.0.2", 0, Id: 9, Tags: 1 | (2L << 12) | (3L << 24) | (4L << 36)),
            new("Ethernet/Dot1Q/Dot1Q/IPv6/TCP", InnerA6, InnerB6, Eth + 16 + V4 + UdpHeader + VxlanHeader, Tags: 5 | (6L << 12)),
        ]),
        new("vxlan-gpe6", LinkLayers.Ethernet, [Wire6, Over6(17), UdpTo(4790), In(p => VxlanGpe(79, 2, p)), Inner6],
        [
            new("Ethernet/IPv6/UDP/VXLAN-GPE", "fd00::1", "fd00::2", 0, Id: 79),
            new("IPv6/TCP", InnerA6, InnerB6, Eth + V6 + UdpHeader + VxlanHeader),
        ]),
        new("geneve6-ip", LinkLayers.Ethernet, [Wire6, Over6(17), UdpTo(6081), In(p => Geneve(10, 0x86dd, p)), Inner6],
        [
            new("Ethernet/IPv6/UDP/Geneve", "fd00::1", "fd00::2", 0, Id: 10),
            new("IPv6/TCP", InnerA6, InnerB6, Eth + V6 + UdpHeader + 8),
        ]),
        new("mpls-in-gre6", LinkLayers.Ethernet, [Wire6, Over6(47), In(p => Gre(0x8847, Mpls(p, 100, 200, 300, 400), key: 7)), Inner6],
        [
            new("Ethernet/IPv6/GRE/MPLS", "fd00::1", "fd00::2", 0, Id: 100 | (200L << 20) | (300L << 40)),
            new("IPv6/TCP", InnerA6, InnerB6, Eth + V6 + 8 + 16),
        ]),
        new("mpls-on-ethernet", LinkLayers.Ethernet, [Frame(0x8847), In(p => Mpls(p, 100, 7, 4711, 200)), Inner4],
        [
            new("Ethernet/MPLS", "", "", 0, Id: 100 | (200L << 20)),
            new("IPv4/TCP", InnerA4, InnerB4, Eth + 16),
        ]),
        new("erspan-vlan", LinkLayers.Ethernet, [Wire4, Over4(47), Numbered((p, n) => Gre(0x88be, ErspanII(33, p), sequence: (uint)n)), Frame(0x8100), Tag(42, 0x86dd), Inner6],
        [
            new("Ethernet/IPv4/GRE", "10.0.0.1", "10.0.0.2", 0, Id: 33),
            new("Ethernet/Dot1Q/IPv6/TCP", InnerA6, InnerB6, Eth + V4 + 8 + 8, Tags: 42),
        ]),
        new("ip-in-ip", LinkLayers.Ethernet, [Wire4, Over4(41), Over6(4), Over4(4, "10.2.0.1", "10.2.0.2"), Over4(41, "10.3.0.1", "10.3.0.2"), Over6(41, "fd03::1", "fd03::2"), Inner6],
        [
            new("Ethernet/IPv4", "10.0.0.1", "10.0.0.2", 0),
            new("IPv6", "fd00::1", "fd00::2", Eth + V4),
            new("IPv4", "10.2.0.1", "10.2.0.2", Eth + V4 + V6),
            new("IPv4", "10.3.0.1", "10.3.0.2", Eth + V4 + V6 + V4),
            new("IPv6", "fd03::1", "fd03::2", Eth + V4 + V6 + V4 + V4),
            new("IPv6/TCP", InnerA6, InnerB6, Eth + V4 + V6 + V4 + V4 + V6),
        ]),
        new("gtp6", LinkLayers.Ethernet, [Wire6, Over6(17), UdpTo(2152), In(p => Gtp(0x01020304, p, extension: true)), Inner4],
        [
            new("Ethernet/IPv6/UDP/GTPv1U", "fd00::1", "fd00::2", 0, Id: 0x01020304),
            new("IPv4/TCP", InnerA4, InnerB4, Eth + V6 + UdpHeader + 16),
        ]),
        new("vxlan-in-pppoe", LinkLayers.Ethernet, [Frame(0x8864), In(p => Pppoe(9, 0x57, p)), Over6(17), UdpTo(4789), In(p => Vxlan(20, p)), Frame4, Inner4],
        [
            new("Ethernet/PPPoE/PPP/IPv6/UDP/VXLAN", "fd00::1", "fd00::2", 0, Id: 20),
            new("Ethernet/IPv4/TCP", InnerA4, InnerB4, Eth + 8 + V6 + UdpHeader + VxlanHeader),
        ]),
        new("pptp", LinkLayers.Ethernet, [Wire4, Over4(47), In(p => Pptp(3, [0xff, 3, 0, 0x21, .. p])), Inner4],
        [
            new("Ethernet/IPv4/GRE", "10.0.0.1", "10.0.0.2", 0, Id: 3),
            new("PPP/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + 16),
        ]),
        new("eight-deep", LinkLayers.Ethernet,
        [
            Wire6, Over6(17), UdpTo(4789), In(p => Vxlan(1, p)), Wire4, Over4(17), UdpTo(6081), In(p => Geneve(2, 0x6558, p)), Wire4, Over4(47), In(p => Gre(0x6558, p, key: 3)),
            Wire6, Over6(47), Numbered((p, n) => Gre(0x88be, ErspanII(4, p), sequence: (uint)n)), Wire4, Over4(47), In(p => Gre(0x8847, Mpls(p, 500))), Over4(17), UdpTo(2152), In(p => Gtp(6, p)),
            Over6(17), UdpTo(6635), In(p => Mpls(p, 700)), Over4(41), Inner6,
        ],
        [
            new("Ethernet/IPv6/UDP/VXLAN", "fd00::1", "fd00::2", 0, Id: 1),
            new("Ethernet/IPv4/UDP/Geneve", "10.0.0.1", "10.0.0.2", 70, Id: 2),
            new("Ethernet/IPv4/GRE", "10.0.0.1", "10.0.0.2", 120, Id: 3),
            new("Ethernet/IPv6/GRE", "fd00::1", "fd00::2", 162, Id: 4),
            new("Ethernet/IPv4/GRE/MPLS", "10.0.0.1", "10.0.0.2", 232, Id: 500),
            new("IPv4/UDP/GTPv1U", "10.0.0.1", "10.0.0.2", 274, Id: 6),
            new("IPv6/UDP/MPLS", "fd00::1", "fd00::2", 310, Id: 700),
            new("IPv4", "10.0.0.1", "10.0.0.2", 362),
            new("IPv6/TCP", InnerA6, InnerB6, 382),
        ]),
        new("raw-gre", LinkLayers.RawLegacy, [Over6(47), In(p => Gre(0x0800, p)), Inner4],
        [
            new("IPv6/GRE", "fd00::1", "fd00::2", 0),
            new("IPv4/TCP", InnerA4, InnerB4, V6 + 4),
        ]),
        new("cooked-vxlan", LinkLayers.LinuxSll, [In(p => [0, 0, 0, 1, 0, 6, .. Mac(MacA), 0, 0, 8, 0, .. p]), Over4(17), UdpTo(4789), In(p => Vxlan(20, p)), Frame4, Inner4],
        [
            new("IPv4/UDP/VXLAN", "10.0.0.1", "10.0.0.2", 0, Id: 20),
            new("Ethernet/IPv4/TCP", InnerA4, InnerB4, 16 + V4 + UdpHeader + VxlanHeader),
        ]),
        new("cooked2-vlan", LinkLayers.LinuxSll2, [In(p => [0x81, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, .. Mac(MacA), 0, 0, .. p]), Tag(42, 0x86dd), Inner6],
            [new("Dot1Q/IPv6/TCP", InnerA6, InnerB6, 0, Tags: 42)]),
        new("null-geneve", LinkLayers.Null, [In(p => [2, 0, 0, 0, .. p]), Over4(17), UdpTo(6081), In(p => Geneve(10, 0x0800, p)), Inner4],
        [
            new("IPv4/UDP/Geneve", "10.0.0.1", "10.0.0.2", 0, Id: 10),
            new("IPv4/TCP", InnerA4, InnerB4, 4 + V4 + UdpHeader + 8),
        ]),
        new("loop", LinkLayers.Loop, [In(p => [0, 0, 0, 2, .. p]), Inner4], [new("IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("labels-of-two-directions", LinkLayers.Ethernet, [Frame(0x8847), Either(p => Mpls(p, 100, 300), p => Mpls(p, 200, 299_776)), Inner4],
        [
            new("Ethernet/MPLS", "", "", 0, Id: 100 | (300L << 20)),
            new("IPv4/TCP", InnerA4, InnerB4, Eth + 8),
        ]),
        new("labels-of-two-directions-in-udp6", LinkLayers.Ethernet, [Wire6, Over6(17), UdpTo(51234), Either(p => Mpls(p, 16), p => Mpls(p, 17)), Frame4, Inner4],
        [
            new("Ethernet/IPv6/UDP/MPLS", "fd00::1", "fd00::2", 0, Id: 16),
            new("Ethernet/IPv4/TCP", InnerA4, InnerB4, Eth + V6 + UdpHeader + 4),
        ]) { WiresharkAgrees = false },
        new("teids-of-two-directions-around-vxlan", LinkLayers.Ethernet,
        [
            Wire4, Over4(17), UdpTo(2152), Either(p => Gtp(0x1111, p), p => Gtp(0x2222, p, extension: true)), Over4(17, "10.2.0.1", "10.2.0.2"), UdpTo(4789), In(p => Vxlan(20, p)), Frame6, Inner6,
        ],
        [
            new("Ethernet/IPv4/UDP/GTPv1U", "10.0.0.1", "10.0.0.2", 0, Id: 0x1111),
            new("IPv4/UDP/VXLAN", "10.2.0.1", "10.2.0.2", Eth + V4 + UdpHeader + 8, Id: 20) { HeadersBack = Eth + V4 + UdpHeader + 16 },
            new("Ethernet/IPv6/TCP", InnerA6, InnerB6, Eth + V4 + UdpHeader + 8 + V4 + UdpHeader + VxlanHeader) { HeadersBack = Eth + V4 + UdpHeader + 16 + V4 + UdpHeader + VxlanHeader },
        ]),
        new("calls-of-two-directions", LinkLayers.Ethernet, [Wire4, Over4(47), Either(p => Pptp(3, [0xff, 3, 0, 0x21, .. p]), p => Pptp(4, [0xff, 3, 0, 0x21, .. p])), Inner4],
        [
            new("Ethernet/IPv4/GRE", "10.0.0.1", "10.0.0.2", 0, Id: 3),
            new("PPP/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + 16),
        ]),
        new("l2tp-of-two-directions", LinkLayers.Ethernet, [Wire4, Over4(17), UdpBetween(1701, 1701), Either(p => L2tp(5, 7, [0xff, 3, 0, 0x57, .. p]), p => L2tp(6, 8, [0xff, 3, 0, 0x57, .. p])), Inner6],
        [
            new("Ethernet/IPv4/UDP/L2TP", "10.0.0.1", "10.0.0.2", 0, Id: (5 << 16) | 7),
            new("PPP/IPv6/TCP", InnerA6, InnerB6, Eth + V4 + UdpHeader + 8),
        ]),
        new("l2tp-from-any-port", LinkLayers.Ethernet, [Wire6, Over6(17), UdpBetween(45600, 1701), In(p => L2tp(5, 7, [0xff, 3, 0, 0x21, .. p])), Inner4],
        [
            new("Ethernet/IPv6/UDP/L2TP", "fd00::1", "fd00::2", 0, Id: (5 << 16) | 7),
            new("PPP/IPv4/TCP", InnerA4, InnerB4, Eth + V6 + UdpHeader + 8),
        ]),
        new("l2tpv3", LinkLayers.Ethernet, [Wire4, Over4(115), Either(p => L2tp3(7, p, 4), p => L2tp3(8, p, 4)), Frame4, Inner4],
        [
            new("Ethernet/IPv4/L2TPv3", "10.0.0.1", "10.0.0.2", 0, Id: 7),
            new("Ethernet/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + 8),
        ]) { WiresharkAgrees = false },
        new("l2tpv3-in-udp", LinkLayers.Ethernet, [Wire4, Over4(17), UdpBetween(1701, 1701), Either(p => L2tp3Udp(7, p), p => L2tp3Udp(8, p)), Frame6, Inner6],
        [
            new("Ethernet/IPv4/UDP/L2TPv3", "10.0.0.1", "10.0.0.2", 0, Id: 7),
            new("Ethernet/IPv6/TCP", InnerA6, InnerB6, Eth + V4 + UdpHeader + 8),
        ]) { WiresharkAgrees = false },
        new("nsh-in-vxlan-gpe", LinkLayers.Ethernet, [Wire4, Over4(17), UdpTo(4790), In(p => VxlanGpe(79, 4, p)), Either(p => Nsh(10, 3, p), p => Nsh(11, 3, p, 0)), Frame4, Inner4],
        [
            new("Ethernet/IPv4/UDP/VXLAN-GPE/NSH", "10.0.0.1", "10.0.0.2", 0, Id: 10),
            new("Ethernet/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + UdpHeader + VxlanHeader + 24) { HeadersBack = Eth + V4 + UdpHeader + VxlanHeader + 8 },
        ]),
        new("nsh-in-gre6", LinkLayers.Ethernet, [Wire6, Over6(47), In(p => Gre(0x894f, Nsh(10, 2, p))), Inner6],
        [
            new("Ethernet/IPv6/GRE/NSH", "fd00::1", "fd00::2", 0, Id: 10),
            new("IPv6/TCP", InnerA6, InnerB6, Eth + V6 + 4 + 24),
        ]),
        new("etherip6", LinkLayers.Ethernet, [Wire6, Over6(97), In(p => [0x30, 0, .. p]), Frame(0x8100), Tag(42, 0x0800), Inner4],
        [
            new("Ethernet/IPv6/EtherIP", "fd00::1", "fd00::2", 0),
            new("Ethernet/Dot1Q/IPv4/TCP", InnerA4, InnerB4, Eth + V6 + 2, Tags: 42),
        ]),
        new("teredo-from-any-port", LinkLayers.Ethernet, [Wire4, Over4(17), UdpBetween(45600, 3544), Either(p => TeredoAuthentication(p), p => TeredoOrigin(p)), Inner6],
        [
            new("Ethernet/IPv4/UDP/Teredo", "10.0.0.1", "10.0.0.2", 0),
            new("IPv6/TCP", InnerA6, InnerB6, Eth + V4 + UdpHeader + 13) { HeadersBack = Eth + V4 + UdpHeader + 8 },
        ]),
        new("gre-in-gue", LinkLayers.Ethernet, [Wire4, Over4(17), UdpTo(6080), In(p => Gue(47, p, 1)), In(p => Gre(0x6558, p, key: 7)), Frame4, Inner4],
        [
            new("Ethernet/IPv4/UDP/GUE/GRE", "10.0.0.1", "10.0.0.2", 0, Id: 7),
            new("Ethernet/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + UdpHeader + 8 + 8),
        ]) { WiresharkAgrees = false },
        new("lisp-in-gue", LinkLayers.Ethernet,
            [Wire4, Over4(17), UdpTo(6080), In(p => Gue(41, p)), Over6(17), UdpTo(4341), Either(p => Lisp(9, p), p => Lisp(10, p)), Inner4],
        [
            new("Ethernet/IPv4/UDP/GUE", "10.0.0.1", "10.0.0.2", 0),
            new("IPv6/UDP/LISP", "fd00::1", "fd00::2", Eth + V4 + UdpHeader + 4, Id: 9),
            new("IPv4/TCP", InnerA4, InnerB4, Eth + V4 + UdpHeader + 4 + V6 + UdpHeader + 8),
        ]) { WiresharkAgrees = false },
        new("wccp", LinkLayers.Ethernet, [Wire4, Over4(47), In(p => Gre(0x883e, [0, 0, 0, 0, .. p])), Inner4],
        [
            new("Ethernet/IPv4/GRE", "10.0.0.1", "10.0.0.2", 0),
            new("IPv4/TCP", InnerA4, InnerB4, Eth + V4 + 8),
        ]),
        new("aruba", LinkLayers.Ethernet, [Wire4, Over4(47), In(p => Gre(0x8240, p)), Wifi(0x08, toDistribution: true), In(p => Snap(0x0800, p)), Inner4],
        [
            new("Ethernet/IPv4/GRE", "10.0.0.1", "10.0.0.2", 0),
            new("Ethernet/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + 4),
        ]) { WiresharkAgrees = false },
        new("srv6-ethernet", LinkLayers.Ethernet, [Wire6, Over6(43), In(p => [.. SegmentRouting(143, "fd00::9", "fd00::8"), .. p]), Frame6, Inner6],
        [
            new("Ethernet/IPv6", "fd00::1", "fd00::2", 0),
            new("Ethernet/IPv6/TCP", InnerA6, InnerB6, Eth + V6 + 40),
        ]) { WiresharkAgrees = false },
        new("ah-in-ah6", LinkLayers.Ethernet, [Wire6, Over6(51), In(p => Ah(4, p)), Over4(51, "10.2.0.1", "10.2.0.2"), In(p => Ah(4, p)), Inner4],
        [
            new("Ethernet/IPv6/AH", "fd00::1", "fd00::2", 0),
            new("IPv4/AH", "10.2.0.1", "10.2.0.2", Eth + V6 + 24),
            new("IPv4/TCP", InnerA4, InnerB4, Eth + V6 + 24 + V4 + 24),
        ]),
        new("backbone", LinkLayers.Ethernet,
        [
            Frame(0x88a8, "02:00:00:00:66:01", "02:00:00:00:66:02"), Tag(8, 0x88e7), Either(p => ServiceInstance(0x010203, MacA, MacB, 0x8100, p), p => ServiceInstance(0x010203, MacB, MacA, 0x8100, p)), Tag(42, 0x0800), Inner4,
        ],
            [new("Ethernet/Dot1Q/PBB/Dot1Q/IPv4/TCP", InnerA4, InnerB4, 0, Tags: 8 | (0x010203L << 12) | (42L << 36))]) { WiresharkAgrees = false },
        new("fabric-path", LinkLayers.Ethernet, [Frame(0x8903, "02:00:00:00:66:01", "02:00:00:00:66:02"), In(p => [0x04, 0x20, .. p]), Frame4, Inner4],
            [new("Ethernet/FabricPath/IPv4/TCP", InnerA4, InnerB4, 0)]) { WiresharkAgrees = false },
        new("tags-of-switches", LinkLayers.Ethernet,
            [Frame(0x892f), Numbered((p, n) => Hsr(n, 0x8909, p)), In(p => CiscoMetadata(5, 0x893f, p)), Either(p => ETag(5, 0x8926, p), p => ETag(6, 0x8926, p)), Either(p => VnTag(1, 2, 0x86dd, p), p => VnTag(2, 1, 0x86dd, p)), Inner6],
            [new("Ethernet/HSR/CiscoMetadata/ETag/IPv6/TCP", InnerA6, InnerB6, 0)]) { WiresharkAgrees = false },
        new("macsec-in-vxlan", LinkLayers.Ethernet, [Wire4, Over4(17), UdpTo(4789), In(p => Vxlan(20, p)), Frame(0x88e5), In(p => MacSec(0x8100, p, channel: true)), Tag(42, 0x0800), Inner4],
        [
            new("Ethernet/IPv4/UDP/VXLAN", "10.0.0.1", "10.0.0.2", 0, Id: 20),
            new("Ethernet/MACsec/Dot1Q/IPv4/TCP", InnerA4, InnerB4, Eth + V4 + UdpHeader + VxlanHeader, Tags: 42),
        ]),
        new("ppp-mpls", LinkLayers.Ppp, [In(p => [0xff, 3, 2, 0x81, .. Mpls(p, 100)]), Inner4],
        [
            new("PPP/MPLS", "", "", 0, Id: 100),
            new("IPv4/TCP", InnerA4, InnerB4, 8),
        ]),
        new("ppp-hdlc", (LinkLayers)50, [In(p => [0xff, 3, 0, 0x57, .. p]), Inner6], [new("PPP/IPv6/TCP", InnerA6, InnerB6, 0)]),
        new("ppp-hdlc-cisco", (LinkLayers)50, [In(p => [0x0f, 0, 8, 0, .. p]), Inner4], [new("IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("pppoe", (LinkLayers)51, [In(p => Pppoe(9, 0x21, p)), Inner4], [new("PPPoE/PPP/IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("cisco-hdlc-vxlan", (LinkLayers)104, [In(p => [0x0f, 0, 8, 0, .. p]), Over4(17), UdpTo(4789), In(p => Vxlan(20, p)), Frame6, Inner6],
        [
            new("IPv4/UDP/VXLAN", "10.0.0.1", "10.0.0.2", 0, Id: 20),
            new("Ethernet/IPv6/TCP", InnerA6, InnerB6, 4 + V4 + UdpHeader + VxlanHeader),
        ]),
        // A station talks to another through the access point, which gives the answers back.
        new("wifi", (LinkLayers)105, [Wifi(0x08, toDistribution: true), In(p => Snap(0x0800, p)), Inner4], [new("Ethernet/IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("wifi-bridge", (LinkLayers)105, [Wifi(0x08, toDistribution: true, fourAddresses: true), In(p => Snap(0x8100, Vlan(42, 0x86dd, p))), Inner6], [new("Ethernet/Dot1Q/IPv6/TCP", InnerA6, InnerB6, 0, Tags: 42)]),
        new("radiotap", (LinkLayers)127,
            [In(p => [0, 0, 0x1a, 0, 0x2f, 0x48, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 2, 0x6c, 9, 0xa0, 0, 0xd8, 0, 0, 0, .. p]), Wifi(0x88, toDistribution: true, more: [0, 0, 0, 0]), In(p => Snap(0x86dd, p)), Inner6],
            [new("Ethernet/IPv6/TCP", InnerA6, InnerB6, 0)]),
        new("radiotap-control", (LinkLayers)127,
            [In(p => [0, 0, 8, 0, 0, 0, 0, 0, .. p]), Wifi(0x88, toDistribution: false, flags: 0x80, more: [0, 0, 0, 0, 0, 0]), In(p => Snap(0x0800, p)), Inner4],
            [new("Ethernet/IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("prism", (LinkLayers)119, [In(p => [0x44, 0, 0, 0, 144, 0, 0, 0, .. new byte[136], .. p]), Wifi(0x08, toDistribution: true), In(p => Snap(0x0800, p)), Inner4], [new("Ethernet/IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("avs", (LinkLayers)163, [In(p => [0x80, 0x21, 0x10, 1, 0, 0, 0, 64, .. new byte[56], .. p]), Wifi(0x08, toDistribution: true), In(p => Snap(0x0800, p)), Inner4], [new("Ethernet/IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("ppi", (LinkLayers)192, [In(p => [0, 0, 8, 0, 105, 0, 0, 0, .. p]), Wifi(0x08, toDistribution: true), In(p => Snap(0x0800, p)), Inner4], [new("Ethernet/IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("frame-relay", (LinkLayers)107, [In(p => [0x18, 0x41, 3, 0xcc, .. p]), Inner4], [new("IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("frame-relay-snap", (LinkLayers)107, [In(p => [0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 0x86, 0xdd, .. p]), Inner6], [new("IPv6/TCP", InnerA6, InnerB6, 0)]),
        new("mpls", (LinkLayers)219, [In(p => Mpls(p, 100, 200)), Inner6],
        [
            new("MPLS", "", "", 0, Id: 100 | (200L << 20)),
            new("IPv6/TCP", InnerA6, InnerB6, 8),
        ]),
        new("nflog", (LinkLayers)239, [In(p => [2, 0, 0, 7, 8, 0, 1, 0, 8, 0, 1, 0, 7, 0, 10, 0, 65, 66, 0, 0, .. U16(((p.Length + 4) & 0xff) << 8 | ((p.Length + 4) >> 8)), 9, 0, .. p]), Inner4], [new("IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("ipnet", (LinkLayers)226, [In(p => [1, 2, 0, 2, .. U32((uint)p.Length), .. new byte[16], .. p]), Inner4], [new("IPv4/TCP", InnerA4, InnerB4, 0)]),
        new("enc", (LinkLayers)109, [In(p => [24, 0, 0, 0, 0, 0, 0x12, 0x34, 0, 0, 0, 0, .. p]), Inner6], [new("IPv6/TCP", InnerA6, InnerB6, 0)]),
        new("pflog", (LinkLayers)117, [In(p => [61, 2, 0, 0, .. "em0"u8, .. new byte[13], .. new byte[16], .. new byte[24], 1, 0, 0, 0, .. p]), Inner4], [new("IPv4/TCP", InnerA4, InnerB4, 0)]),
    ];

    /// <summary>A data frame of 802.11; from the distribution system when it's an answer, or else the other way round.</summary>
    private static CraftedCapture.Layer Wifi(byte control, bool toDistribution, bool fourAddresses = false, byte flags = 0, params byte[] more) => (payload, back, _) =>
    {
        const string accessPoint = "02:00:00:00:77:aa";
        var (source, destination) = back ? (Mac(MacB), Mac(MacA)) : (Mac(MacA), Mac(MacB));
        if (fourAddresses)
        {
            return [control, (byte)(3 | flags), 0, 0, .. Mac(accessPoint), .. Mac("02:00:00:00:77:bb"), .. destination, 0, 0, .. source, .. more, .. payload];
        }

        return back != toDistribution
            ? [control, (byte)(1 | flags), 0, 0, .. Mac(accessPoint), .. source, .. destination, 0, 0, .. more, .. payload]
            : [control, (byte)(2 | flags), 0, 0, .. destination, .. Mac(accessPoint), .. source, 0, 0, .. more, .. payload];
    };

    private static byte[] Snap(ushort type, byte[] payload) => [0xaa, 0xaa, 3, 0, 0, 0, .. U16(type), .. payload];

    private static CraftedCapture.Layer In(Func<byte[], byte[]> header) => (payload, _, _) => header(payload);

    private static CraftedCapture.Layer Either(Func<byte[], byte[]> there, Func<byte[], byte[]> back) => (payload, isBack, _) => isBack ? back(payload) : there(payload);

    private static CraftedCapture.Layer UdpBetween(int a, int b) => (payload, isBack, _) => Udp(isBack ? b : a, isBack ? a : b, payload);

    private static CraftedCapture.Layer Numbered(Func<byte[], int, byte[]> header) => (payload, _, number) => header(payload, number);

    private static CraftedCapture.Layer Frame(ushort type, string a = "02:00:00:00:77:01", string b = "02:00:00:00:77:02") =>
        (payload, back, _) => Ethernet(type, payload, back ? b : a, back ? a : b);

    private static CraftedCapture.Layer Tag(int id, ushort type) => (payload, _, _) => Vlan(id, type, payload);

    private static CraftedCapture.Layer Over4(byte protocol, string a = "10.0.0.1", string b = "10.0.0.2") =>
        (payload, back, number) => Ipv4(protocol, payload, back ? b : a, back ? a : b, identification: number);

    private static CraftedCapture.Layer Over6(byte next, string a = "fd00::1", string b = "fd00::2") =>
        (payload, back, _) => Ipv6(next, payload, back ? b : a, back ? a : b);

    private static CraftedCapture.Layer UdpTo(int port) => (payload, _, number) => Udp(45600 + number, port, payload);
}
