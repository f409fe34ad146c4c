using System.Globalization;
using PacketDotNet;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows.Applications;

/// <summary>What Wireshark reads in the same packets.</summary>
public sealed class ApplicationTsharkTests
{
    private static readonly string Recorded = Captures.File("tls-and-http.pcap");

    private const string PathAndQuery = "http.request.uri";
    private static readonly string[] Ends = ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport"];

    /// <summary>tshark's name of what a flow says.</summary>
    private static readonly Dictionary<string, Func<Flow, IEnumerable<string?>>> Fields = new()
    {
        ["dns.qry.name"] = flow => Questions(flow).Select(question => question.Name),
        ["dns.a"] = flow => Answers(flow, "A").Select(answer => answer.Ip),
        ["dns.aaaa"] = flow => Answers(flow, "AAAA").Select(answer => answer.Ip),
        ["dns.cname"] = flow => Answers(flow, "CNAME").Select(answer => answer.Cname),
        ["dns.ns"] = flow => Answers(flow, "NS").Select(answer => answer.Ns),
        ["dns.txt"] = flow => Answers(flow, "TXT").SelectMany(answer => answer.Txts),
        ["dns.mx.mail_exchange"] = flow => Answers(flow, "MX").Select(answer => answer.Mx.Name),
        ["dns.srv.target"] = flow => Answers(flow, "SRV").Select(answer => answer.Srv.Name),
        ["dns.soa.rname"] = flow => Answers(flow, "SOA").Select(answer => answer.Soa.Rname),
        ["dns.time"] = flow => [flow.Dns is { LatencyNs: > 0 } dns ? (dns.LatencyNs / 1e9).ToString("0.000000000", CultureInfo.InvariantCulture) : null],
        ["dhcp.hw.mac_addr"] = flow => [flow.Dhcpv4?.ClientMac],
        ["dhcp.option.hostname"] = flow => [flow.Dhcpv4?.HostName],
        ["dhcp.option.requested_ip_address"] = flow => [flow.Dhcpv4?.RequestedIp],
        ["dhcp.option.dhcp_server_id"] = flow => [flow.Dhcpv4?.ServerIp],
        ["dhcp.option.ip_address_lease_time"] = flow => [Number(flow.Dhcpv4?.LeaseTime)],
        ["vrrp.virt_rtr_id"] = flow => [Number(flow.Vrrp?.VirtualRtrId)],
        ["vrrp.prio"] = flow => [Number(flow.Vrrp?.Priority)],
        ["vrrp.ip_addr"] = flow => Routers(flow).Where(address => address.Contains('.', StringComparison.Ordinal)),
        ["vrrp.ipv6_addr"] = flow => Routers(flow).Where(address => address.Contains(':', StringComparison.Ordinal)),
        ["tls.handshake.extensions_server_name"] = flow => [flow.Tls?.ServerName],
        ["http.host"] = flow => [flow.Http?.Host],
        ["http.request.method"] = flow => [flow.Http?.Method],
        ["http.request.uri.path"] = flow => [flow.Http?.Path],
        ["http.response.code"] = flow => [Number(flow.Http?.Status)],
    };

    [RequiresFact("tshark")]
    public void The_crafted_packets_say_the_same_to_tshark()
    {
        var file = Path.GetTempFileName();
        try
        {
            Write(file, LinkLayers.Ethernet, ApplicationFlows.All);
            Compare(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [RequiresFact("tshark")]
    public void Recorded_TLS_and_HTTP_say_the_same_to_tshark() => Compare(Recorded);

    [Fact]
    public void Recorded_connections_are_TLS_1_3_TLS_1_2_and_two_of_HTTP()
    {
        var flows = Captures.FlowsOf(Recorded);
        flows.Select(flow => flow.Application).ShouldBe(["TLS", "TLS", "HTTP", "HTTP"]);
        flows.Take(2).Select(flow => (flow.Tls.ServerName, flow.Tls.OfferedVersion, flow.Tls.Version)).ShouldBe(
            [("web.example.test", "TLS 1.3", "TLS 1.3"), ("web.example.test", "TLS 1.2", "TLS 1.2")]);
        flows[0].Tls.Alpn.ShouldBe(["h2", "http/1.1"]);
        flows[1].Tls.Alpn.ShouldBe(["h2"]);
        flows.Skip(2).Select(flow => flow.Http).ShouldBe(
        [
            new Http { Host = "www.example.test", Method = "GET", Path = "/index.html", Status = 200 },
            new Http { Host = "www.example.test", Method = "GET", Path = "/missing", Status = 404 },
        ]);
    }

    private static IEnumerable<DnsQuestion> Questions(Flow flow) => flow.Dns?.Questions ?? [];

    private static IEnumerable<DnsRecord> Answers(Flow flow, string type) => (flow.Dns?.Answers ?? []).Where(answer => answer.Type == type);

    private static IEnumerable<string> Routers(Flow flow) => flow.Vrrp?.IpAddresses ?? [];

    private static string? Number(uint? value) => value is > 0 ? value.Value.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>Field by field, each flow with what tshark reads in the packets between the same ends.</summary>
    private static void Compare(string file)
    {
        var theirs = Tshark.Fields(file, [.. Ends, .. Fields.Keys, PathAndQuery]).GroupBy(Conversation).ToDictionary(packets => packets.Key, packets => packets.ToList());
        var ours = Captures.FlowsOf(file).GroupBy(Conversation).ToDictionary(flows => flows.Key, flows => flows.ToList());
        ours.Keys.Order().ShouldBe(theirs.Keys.Order());
        var said = 0;
        foreach (var (conversation, flows) in ours)
        {
            foreach (var (field, values) in Fields)
            {
                var expected = Sorted(theirs[conversation].SelectMany(packet => field == "http.request.uri.path" ? Paths(packet) : packet[field]));
                Sorted(flows.SelectMany(values)).ShouldBe(expected, $"{conversation}: {field}");
                said += expected.Count;
            }
        }
        said.ShouldBeGreaterThanOrEqualTo(10);
    }

    /// <summary>tshark has the field of the path for targets with a query only.</summary>
    private static IEnumerable<string> Paths(ILookup<string, string> packet) => packet["http.request.uri.path"].Concat(packet[PathAndQuery].Where(uri => !uri.Contains('?', StringComparison.Ordinal)));

    private static string Conversation(Flow flow) => Conversation(flow.Network.A, flow.Transport?.A, flow.Network.B, flow.Transport?.B);

    private static string Conversation(ILookup<string, string> packet)
    {
        string? First(params string[] fields) => fields.SelectMany(field => packet[field]).FirstOrDefault();
        long? Port(string end) => First($"tcp.{end}port", $"udp.{end}port") is { } port ? long.Parse(port, CultureInfo.InvariantCulture) : null;
        return Conversation(First("ip.src", "ipv6.src"), Port("src"), First("ip.dst", "ipv6.dst"), Port("dst"));
    }

    private static string Conversation(string? a, long? portA, string? b, long? portB) =>
        string.Join(" - ", new[] { $"{a}:{portA}", $"{b}:{portB}" }.Order(StringComparer.Ordinal));

    private static List<string> Sorted(IEnumerable<string?> values) => [.. values.OfType<string>().Where(value => value.Length > 0).Distinct().Order(StringComparer.Ordinal)];
}
