using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

/// <summary>Programs are given ports that tunnels use, too.</summary>
public sealed class FalseTunnelTests
{
    private const int Generated = 100_000;
    private const int Port = 51234;
    private static readonly LayerType[] Tunnels =
        [LayerType.Mpls, LayerType.Vxlan, LayerType.VxlanGpe, LayerType.Geneve, LayerType.Gtp, LayerType.L2tp, LayerType.Teredo, LayerType.Gue, LayerType.Fou, LayerType.Lisp];

    private static readonly byte[] Inner = Ipv4(6, Tcp(1000, 80), "192.168.1.1", "192.168.1.2");
    private static readonly byte[] InnerFrame = Ethernet(0x0800, Inner);
    private readonly FinalFlows _output = new();
    private readonly FlowEngine _engine;
    private long _time = 1_700_000_000_000_000_000;

    public FalseTunnelTests() => _engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);

    public static TheoryData<string> TunnelNames => [.. Tunnels.Select(tunnel => tunnel.ToString())];

    [Theory]
    [MemberData(nameof(TunnelNames))]
    public void None_of_a_hundred_thousand_DNS_answers_and_QUIC_packets_is_a_tunnel_s(string name)
    {
        var ports = new TunnelPorts((Enum.Parse<LayerType>(name), [Port]));
        var random = new Random(7);
        var seen = 0;
        for (var number = 0; number < Generated; number++)
        {
            byte[] payload = (number % 4) switch
            {
                0 => DnsAnswer(random),
                1 => [(byte)(0x40 | random.Next(0x40)), .. Chance(random, 20 + random.Next(300))],
                2 => [(byte)(0xc0 | random.Next(0x40)), 0, 0, 0, 1, 8, .. Chance(random, 8), 0, .. Chance(random, 20 + random.Next(300))],
                // Far worse than chance: what begins as labels, or a tunnel's header, and an IP header do.
                _ => [.. LikeTunnel(random), .. Chance(random, 40 + random.Next(300))],
            };
            // From a port that says nothing.
            var packet = Ethernet(0x0800, Ipv4(17, Udp(1024 + random.Next(60_000), Port, payload)));
            PacketDecoder.Decode(LinkType.Ethernet, packet, ports, out var layers);
            if (layers.Path.Last != LayerType.Udp)
            {
                seen++;
            }
        }
        seen.ShouldBe(0);
    }

    [Theory]
    [InlineData("Mpls", "IPv4/TCP")]
    [InlineData("Vxlan", "Ethernet/IPv4/TCP")]
    [InlineData("VxlanGpe", "Ethernet/IPv4/TCP")]
    [InlineData("Geneve", "Ethernet/IPv4/TCP")]
    [InlineData("Gtp", "IPv4/TCP")]
    [InlineData("L2tp", "PPP/IPv4/TCP")]
    [InlineData("Teredo", "IPv6/TCP")]
    [InlineData("Gue", "IPv4/TCP")]
    [InlineData("Fou", "IPv4/TCP")]
    [InlineData("Lisp", "IPv4/TCP")]
    public void A_tunnel_on_such_a_port_is_one_whole_or_cut_behind_its_inner_header(string name, string inner)
    {
        var tunnel = Enum.Parse<LayerType>(name);
        var packet = Ethernet(0x0800, Ipv4(17, Udp(40_000, Port, Carrying(tunnel))));
        foreach (var bytes in new[] { packet, packet[..^4] })
        {
            PacketDecoder.Decode(LinkType.Ethernet, bytes, new TunnelPorts((tunnel, [Port])), out var layers);
            (layers.Path.Last, layers.End).ShouldBe((tunnel, DecodeEnd.Tunnel));
            PacketDecoder.Decode(layers.Inner, bytes.AsSpan(layers.InnerOffset), TunnelPorts.Default, out var below);
            if (bytes.Length == packet.Length)
            {
                below.Path.ToString().ShouldBe(inner);
            }
        }
        // A byte more than the inner packet says, and the same with UDP's length a byte too long.
        var longer = Ethernet(0x0800, Ipv4(17, Udp(40_000, Port, [.. Carrying(tunnel), 0])));
        PacketDecoder.Decode(LinkType.Ethernet, longer, new TunnelPorts((tunnel, [Port])), out var other);
        // Frames may be padded.
        other.Path.Last.ShouldBe(inner.StartsWith("Ethernet", StringComparison.Ordinal) ? tunnel : LayerType.Udp);
    }

    [Fact]
    public void What_a_service_s_port_sends_is_an_answer_whatever_it_looks_like()
    {
        Feed(Udp(Port, 443, new byte[30]), Udp(443, Port, Mpls(Inner, 100)));
        Paths().ShouldBe(["Ethernet/IPv4/UDP 1/1"]);
    }

    [Fact]
    public void An_answer_to_what_was_sent_from_the_port_is_no_tunnel_s()
    {
        Feed(Udp(Port, 8443, new byte[30]), Udp(8443, Port, Mpls(Inner, 100)), Udp(8443, Port, Mpls(Inner, 100)));
        Paths().ShouldBe(["Ethernet/IPv4/UDP 1/2"]);
    }

    [Fact]
    public void A_known_tunnel_s_packet_is_one_whatever_it_carries()
    {
        var discovery = Ethernet(0x88cc, new byte[30]);
        Feed(Udp(40_000, Port, Mpls(discovery, 100)), Udp(40_000, Port, Mpls(InnerFrame, 100)), Udp(40_001, Port, Mpls(discovery, 100)), Udp(40_001, Port, Mpls(discovery, 101)));
        Paths().ShouldBe(["Ethernet 1/0", "Ethernet/IPv4/TCP 1/0", "Ethernet/IPv4/UDP 1/0", "Ethernet/IPv4/UDP 1/0", "Ethernet/IPv4/UDP/MPLS 2/0"]);
    }

    [Fact]
    public void What_the_same_sender_sent_before_from_that_port_does_not_make_its_tunnel_none()
    {
        Feed(Udp(40_000, Port, new byte[30]), Udp(40_000, Port, Mpls(Inner, 100)));
        Paths().ShouldBe(["Ethernet/IPv4/UDP 1/0", "Ethernet/IPv4/UDP/MPLS 1/0", "IPv4/TCP 1/0"]);
    }

    [Fact]
    public void Fragments_that_are_a_tunnel_s_packet_together_are_one()
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions { Defragment = true }, Captures.Origin, output);
        var datagram = Udp(40_000, Port, Mpls(Ipv4(6, Tcp(1000, 80, data: 40), "192.168.1.1", "192.168.1.2"), 100));
        var authenticated = Ah(17, datagram);
        foreach (var (protocol, whole, id) in new[] { ((byte)17, datagram, 1), ((byte)51, authenticated, 2) })
        {
            foreach (var (part, fragment) in new[] { (whole[..48], 0x2000), (whole[48..], 6) })
            {
                var packet = Ethernet(0x0800, Ipv4(protocol, part, fragment: fragment, identification: id));
                engine.Process(_time += 1_000_000, LinkType.Ethernet, packet.Length, packet);
            }
        }
        engine.End();
        output.Flows.Select(Described).Order(StringComparer.Ordinal).ShouldBe(
            ["Ethernet/IPv4/Fragment/AH/UDP/MPLS 2/0", "Ethernet/IPv4/Fragment/UDP/MPLS 2/0", "IPv4/TCP 1/0", "IPv4/TCP 1/0"]);
    }

    private static byte[] Carrying(LayerType tunnel) => tunnel switch
    {
        LayerType.Mpls => Mpls(Inner, 1, 7, 54321, 100),
        LayerType.Vxlan => Vxlan(5, InnerFrame),
        LayerType.VxlanGpe => VxlanGpe(5, 3, InnerFrame),
        LayerType.Geneve => Geneve(5, 0x6558, InnerFrame, 2),
        LayerType.Gtp => Gtp(5, Inner, extension: true),
        LayerType.L2tp => L2tp(5, 7, [0xff, 3, 0, 0x21, .. Inner]),
        LayerType.Teredo => TeredoOrigin(Ipv6(6, Tcp(1000, 80))),
        LayerType.Gue => Gue(4, Inner),
        LayerType.Fou => Inner,
        _ => Lisp(9, Inner),
    };

    private static byte[] DnsAnswer(Random random) =>
        [.. Chance(random, 2), 0x81, 0x80, 0, 1, 0, (byte)random.Next(4), 0, 0, 0, 0, 3, .. "www"u8, 7, .. "example"u8, 3, .. "com"u8, 0, 0, 1, 0, 1, 0xc0, 12, .. Chance(random, 14 + random.Next(100))];

    private static byte[] LikeTunnel(Random random) => random.Next(6) switch
    {
        0 => [.. Chance(random, 2), (byte)(random.Next(256) | 1), 64, 0x45],
        1 => [.. Chance(random, 2), (byte)(random.Next(256) | 1), 64, 0x60],
        2 => [8, 0, 0, 0, .. Chance(random, 3), 0, .. Chance(random, 12), 8, 0, 0x45],
        3 => [0x0c, 0, 0, 3, .. Chance(random, 3), 0, .. Chance(random, 12), 0x86, 0xdd, 0x60],
        4 => [0, 0, 0x65, 0x58, .. Chance(random, 3), 0, .. Chance(random, 12), 8, 0, 0x45],
        _ => [0x30, 255, .. Chance(random, 6), 0x45],
    };

    private static byte[] Chance(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private List<string> Paths()
    {
        _engine.End();
        return [.. _output.Flows.Select(Described).Order(StringComparer.Ordinal)];
    }

    private static string Described(Flow flow) => $"{flow.LayersPath} {flow.Metric.AbPackets}/{flow.Metric.BaPackets}";

    /// <summary>Those to the tunnel's port go one way, others the other way.</summary>
    private void Feed(params byte[][] datagrams)
    {
        foreach (var datagram in datagrams)
        {
            var back = (datagram[2] << 8 | datagram[3]) != Port;
            var packet = Ethernet(0x0800, back ? Ipv4(17, datagram, "10.0.0.2", "10.0.0.1") : Ipv4(17, datagram), back ? MacB : MacA, back ? MacA : MacB);
            _engine.Process(_time += 1_000_000, LinkType.Ethernet, packet.Length, packet);
        }
    }
}
