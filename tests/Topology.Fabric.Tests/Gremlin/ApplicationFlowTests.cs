using System.Buffers;
using System.Text;
using System.Text.Json;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;

namespace Topology.Fabric.Tests.Gremlin;

public sealed class ApplicationFlowTests
{
    private static readonly Flow[] Flows =
    [
        new()
        {
            Uuid = "dns",
            Application = "DNS",
            LayersPath = "Ethernet/IPv4/UDP/DNS",
            Dns = new Dns
            {
                Id = 7, Qr = true, ResponseCode = "NOERROR", Queries = 2, Responses = 2, LatencyNs = 1500,
                Questions = { new DnsQuestion { Name = "www.example.com", Type = "A", Class = "IN" }, new DnsQuestion { Name = "mail.example.com", Type = "TXT", Class = "IN" } },
                Answers =
                {
                    new DnsRecord { Name = "www.example.com", Type = "A", Class = "IN", Ttl = 300, DataLength = 4, Ip = "192.0.2.1" },
                    new DnsRecord { Name = "mail.example.com", Type = "TXT", Class = "IN", Txts = { "one", "two" } },
                },
            },
        },
        new() { Uuid = "dhcp", Application = "DHCPv4", Dhcpv4 = new Dhcpv4 { MessageType = "ACK", ClientMac = "02:00:00:00:00:0a", AssignedIp = "10.0.0.9" } },
        new() { Uuid = "vrrp2", Application = "VRRP", Vrrp = new Vrrp { Version = 2, VirtualRtrId = 5, Priority = 100 } },
        new() { Uuid = "vrrp3", Application = "VRRP", Vrrp = new Vrrp { Version = 3, VirtualRtrId = 5, Priority = 100, IpAddresses = { "fe80::1", "2001:db8::1" } } },
        new() { Uuid = "tls", Application = "TLS", Tls = new Tls { ServerName = "tls.example.com", Version = "TLS 1.3", Alpn = { "h2", "http/1.1" } } },
        new() { Uuid = "http", Application = "HTTP", Http = new Http { Host = "http.example.com", Method = "GET", Path = "/", Status = 404 } },
    ];

    [Theory]
    [InlineData("Has('Application', 'DNS')", "dns")]
    [InlineData("Has('DNS')", "dns")]
    [InlineData("Has('DNS.questions.name', 'mail.example.com')", "dns")]
    [InlineData("Has('DNS.questions.name', Regex('.*example.com'))", "dns")]
    [InlineData("Has('DNS.questions.name', 'other.example.com')", "")]
    [InlineData("Has('DNS.answers.IP', '192.0.2.1')", "dns")]
    [InlineData("Has('DNS.answers.TXTs', 'two')", "dns")]
    [InlineData("Has('DNS.Latency', Gt(1000))", "dns")]
    [InlineData("Has('DHCPv4.ClientMAC', '02:00:00:00:00:0a', 'DHCPv4.MessageType', 'ACK')", "dhcp")]
    [InlineData("Has('VRRPv2.VirtualRtrID', 5)", "vrrp2")]
    [InlineData("Has('VRRPv3.IPAddresses', '2001:db8::1')", "vrrp3")]
    [InlineData("Has('TLS.ServerName', 'tls.example.com', 'TLS.ALPN', 'h2')", "tls")]
    [InlineData("Has('HTTP.Status', Gte(400))", "http")]
    [InlineData("Has('Application', 'HTTP').Values('HTTP.Host')", "http.example.com")]
    public async Task A_query_asks_for_what_applications_say(string step, string expected)
    {
        var found = await GremlinQuery.Parse("G.Flows()." + step).RunAsync(SampleNetwork.Graph, Flows, CancellationToken.None) switch
        {
            FlowsTraversal flows => flows.Flows.Select(flow => flow.Uuid),
            ValuesTraversal values => values.Values.Select(value => value.ToString()),
            var other => throw new InvalidOperationException(other.ToString()),
        };
        string.Join(' ', found).ShouldBe(expected);
    }

    [Fact]
    public void A_flow_s_JSON_has_the_layer_under_Skydive_s_names_and_nothing_empty()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            FlowJson.Write(json, Flows[0]);
        }

        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan));
        var dns = document.RootElement.GetProperty("DNS");
        dns.GetProperty("ID").GetInt32().ShouldBe(7);
        dns.GetProperty("response_code").GetString().ShouldBe("NOERROR");
        dns.GetProperty("questions")[1].GetProperty("type").GetString().ShouldBe("TXT");
        dns.GetProperty("answers")[0].EnumerateObject().Select(property => property.Name).ShouldBe(["name", "type", "class", "TTL", "data_length", "IP"], ignoreOrder: true);
        document.RootElement.TryGetProperty("HTTP", out _).ShouldBeFalse();
    }
}
