using System.Globalization;
using PacketDotNet;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows.Applications;

/// <summary>What Wireshark reads in the same packets.</summary>
public sealed class ApplicationTsharkTests
{
    private static readonly string Recorded = Path.Combine(Captures.RepositoryRoot, "tests", "Agent.Node.Tests", "captures", "tls-and-http.pcap");

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

    private static void Compare(string file)
    {
        var flows = Captures.FlowsOf(file);
        var questions = flows.SelectMany(flow => flow.Dns?.Questions ?? []);
        var answers = flows.SelectMany(flow => flow.Dns?.Answers ?? []).ToLookup(answer => answer.Type);
        var ours = new Dictionary<string, IEnumerable<string?>>
        {
            ["dns.qry.name"] = questions.Select(question => question.Name),
            ["dns.a"] = answers["A"].Select(answer => answer.Ip),
            ["dns.aaaa"] = answers["AAAA"].Select(answer => answer.Ip),
            ["dns.cname"] = answers["CNAME"].Select(answer => answer.Cname),
            ["dns.ns"] = answers["NS"].Select(answer => answer.Ns),
            ["dns.txt"] = answers["TXT"].SelectMany(answer => answer.Txts),
            ["dns.mx.mail_exchange"] = answers["MX"].Select(answer => answer.Mx.Name),
            ["dns.srv.target"] = answers["SRV"].Select(answer => answer.Srv.Name),
            ["dns.soa.rname"] = answers["SOA"].Select(answer => answer.Soa.Rname),
            ["dns.time"] = flows.Where(flow => flow.Dns is { LatencyNs: > 0 }).Select(flow => (flow.Dns.LatencyNs / 1e9).ToString("0.000000000", CultureInfo.InvariantCulture)),
            ["dhcp.hw.mac_addr"] = flows.Select(flow => flow.Dhcpv4?.ClientMac),
            ["dhcp.option.hostname"] = flows.Select(flow => flow.Dhcpv4?.HostName),
            ["dhcp.option.requested_ip_address"] = flows.Select(flow => flow.Dhcpv4?.RequestedIp),
            ["dhcp.option.dhcp_server_id"] = flows.Select(flow => flow.Dhcpv4?.ServerIp),
            ["dhcp.option.ip_address_lease_time"] = flows.Where(flow => flow.Dhcpv4 is { LeaseTime: > 0 }).Select(flow => flow.Dhcpv4.LeaseTime.ToString(CultureInfo.InvariantCulture)),
            ["vrrp.virt_rtr_id"] = flows.Select(flow => flow.Vrrp?.VirtualRtrId.ToString(CultureInfo.InvariantCulture)),
            ["vrrp.prio"] = flows.Select(flow => flow.Vrrp?.Priority.ToString(CultureInfo.InvariantCulture)),
            ["vrrp.ip_addr"] = flows.SelectMany(flow => flow.Vrrp?.IpAddresses ?? []).Where(address => address.Contains('.', StringComparison.Ordinal)),
            ["vrrp.ipv6_addr"] = flows.SelectMany(flow => flow.Vrrp?.IpAddresses ?? []).Where(address => address.Contains(':', StringComparison.Ordinal)),
            ["tls.handshake.extensions_server_name"] = flows.Select(flow => flow.Tls?.ServerName),
            ["http.host"] = flows.Select(flow => flow.Http?.Host),
            ["http.request.method"] = flows.Select(flow => flow.Http?.Method),
            ["http.request.uri.path"] = flows.Select(flow => flow.Http?.Path),
            ["http.response.code"] = flows.Where(flow => flow.Http is { Status: > 0 }).Select(flow => flow.Http.Status.ToString(CultureInfo.InvariantCulture)),
        };
        var theirs = Tshark.Fields(file, [.. ours.Keys]);
        theirs.Count.ShouldBeGreaterThan(4);
        foreach (var (field, values) in ours)
            Sorted(values).ShouldBe(Sorted(field == "http.request.uri.path" ? [.. theirs[field], .. PathsWithoutQuery(file)] : theirs[field]), field);
    }

    // This field is there for targets with a query only.
    private static IEnumerable<string> PathsWithoutQuery(string file) => Tshark.Fields(file, "http.request.uri")["http.request.uri"].Where(uri => !uri.Contains('?', StringComparison.Ordinal));

    private static List<string> Sorted(IEnumerable<string?> values) => [.. values.OfType<string>().Where(value => value.Length > 0).Distinct().Order(StringComparer.Ordinal)];
}
