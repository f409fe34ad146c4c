using System.Net;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.ApplicationCraft;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows.Applications;

/// <summary>Packets of each application, and the flows they make.</summary>
internal static class ApplicationFlows
{
    internal const long Millisecond = 1_000_000;
    internal const long Start = 1_700_000_000_000 * Millisecond;

    internal const string Client = "10.0.0.1";
    internal const string Server = "10.0.0.2";

    /// <summary>Frames with what each protocol says, a millisecond apart.</summary>
    internal static IReadOnlyList<byte[]> All { get; } =
    [
        FromClient(17, Udp(40000, 53, DnsQuery(7, "www.example.com"))),
        FromServer(17, Udp(53, 40000, DnsResponse(7, "www.example.com", 1, 0, (5, [3, .. Text("web"), 0xc0, 0x10]), (1, [192, 0, 2, 1])))),
        FromClient(17, Udp(40001, 53, DnsQuery(8, "missing.example.com", 28))),
        FromServer(17, Udp(53, 40001, DnsResponse(8, "missing.example.com", 28, 3))),
        FromClient(17, Udp(40002, 53, DnsQuery(9, "example.com", 255))),
        FromServer(17, Udp(53, 40002, DnsResponse(9, "example.com", 255, 0,
            (15, [0, 10, 4, .. Text("mail"), 0xc0, 12]), (16, [2, .. Text("hi"), 3, .. Text("you")]), (2, [2, .. Text("ns"), 0xc0, 12]), (28, IPAddress.Parse("2001:db8::1").GetAddressBytes()),
            (33, [0, 1, 0, 2, 0x1f, 0x90, 3, .. Text("srv"), 0xc0, 12]),
            (6, [2, .. Text("ns"), 0xc0, 12, 4, .. Text("root"), 0xc0, 12, .. U32(1), .. U32(2), .. U32(3), .. U32(4), .. U32(5)])))),
        FromClient(6, TcpData(40003, 53, [.. U16(DnsQuery(10, "tcp.example.com").Length), .. DnsQuery(10, "tcp.example.com")])),
        Ethernet(0x0800, Ipv4(17, Udp(68, 67, Dhcp(1, 3, options: [DhcpOption(50, 10, 0, 0, 9), DhcpOption(12, Text("laptop"))])), "0.0.0.0", "255.255.255.255")),
        Ethernet(0x0800, Ipv4(17, Udp(67, 68, Dhcp(2, 5, "10.0.0.9", options: [DhcpOption(54, 10, 0, 0, 254), DhcpOption(51, 0, 0, 14, 16)])), "10.0.0.254", "255.255.255.255")),
        Ethernet(0x0800, Ipv4(112, VrrpV2(5, 100, "10.0.0.100"), "10.0.0.3", "224.0.0.18")),
        Ethernet(0x86dd, Ipv6(112, VrrpV3(6, 200, 50, "fe80::1", "2001:db8::2"), "fe80::3", "ff02::12")),
        FromClient(6, TcpData(40004, 443, ClientHello(0x0303, ServerName("tls.example.com"), ApplicationProtocols("h2", "http/1.1"), OfferedVersions(0x0304, 0x0303)))),
        FromServer(6, TcpData(443, 40004, ServerHello(0x0303, TlsExtension(43, U16(0x0304))))),
        FromClient(6, TcpData(40005, 80, Text("GET /index.html?a=b HTTP/1.1\r\nHost: http.example.com\r\n\r\n"))),
        FromServer(6, TcpData(80, 40005, Text("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))),
        FromClient(17, Udp(40006, 4433, QuicCraft.Initial([1, 2, 3, 4, 5, 6, 7, 8], 0, QuicCraft.Crypto(0, ClientHello(0x0303, ServerName("quic.example.com"), OfferedVersions(0x0304))[5..])))),
    ];

    internal static byte[] FromClient(byte protocol, byte[] segment) => Ethernet(0x0800, Ipv4(protocol, segment, Client, Server));

    internal static byte[] FromServer(byte protocol, byte[] segment) => Ethernet(0x0800, Ipv4(protocol, segment, Server, Client), MacB, MacA);

    /// <summary>The flows of frames a millisecond apart, each captured up to a length.</summary>
    internal static List<Flow> Of(IEnumerable<byte[]> frames, int snapLength = int.MaxValue, FlowOptions? options = null)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(options ?? new FlowOptions(), Captures.Origin, output);
        var time = Start;
        foreach (var frame in frames)
        {
            engine.Process(time, LinkType.Ethernet, frame.Length, frame.AsSpan(0, Math.Min(frame.Length, snapLength)));
            time += Millisecond;
        }
        engine.End();
        return output.Flows;
    }
}
