using System.Collections.Immutable;
using Shared.Messages.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Flows;

/// <summary>
/// The layers of applications in a flow's JSON. Names that Skydive has are as it writes them, small letters and all
/// ("DNS.questions.name", "VRRPv2.VirtualRtrID"); what has no value is left out, as there.
/// </summary>
internal static class ApplicationView
{
    internal static MetaValue Dns(Dns? dns) => dns is null
        ? default
        : Fields(
            ("ID", (long)dns.Id), ("QR", dns.Qr), ("op_code", dns.OpCode), ("AA", dns.Aa), ("TC", dns.Tc), ("RD", dns.Rd), ("RA", dns.Ra), ("response_code", dns.ResponseCode),
            ("QDCount", (long)dns.QdCount), ("ANCount", (long)dns.AnCount), ("NSCount", (long)dns.NsCount), ("ARCount", (long)dns.ArCount),
            ("questions", List(dns.Questions.Select(q => Fields(("name", q.Name), ("type", q.Type), ("class", q.Class))))),
            ("answers", List(dns.Answers.Select(Record))),
            ("Queries", dns.Queries), ("Responses", dns.Responses), ("Latency", NotZero(dns.LatencyNs)));

    internal static MetaValue Dhcpv4(Dhcpv4? dhcp) => dhcp is null
        ? default
        : Fields(
            ("MessageType", dhcp.MessageType), ("ClientMAC", dhcp.ClientMac), ("ClientIP", dhcp.ClientIp), ("AssignedIP", dhcp.AssignedIp), ("RequestedIP", dhcp.RequestedIp),
            ("ServerIP", dhcp.ServerIp), ("HostName", dhcp.HostName), ("LeaseTime", NotZero(dhcp.LeaseTime)), ("xid", (long)dhcp.Xid), ("secs", (long)dhcp.Secs), ("flags", (long)dhcp.Flags));

    internal static MetaValue Vrrp(Vrrp? vrrp, int version) => vrrp is null || vrrp.Version != version
        ? default
        : Fields(
            ("version", (long)vrrp.Version), ("VirtualRtrID", (long)vrrp.VirtualRtrId), ("priority", (long)vrrp.Priority), ("adver_int", (long)vrrp.AdverInt),
            ("CountIPAddr", (long)vrrp.CountIpAddr), ("IPAddresses", MetaValue.Texts(vrrp.IpAddresses)));

    internal static MetaValue Tls(Tls? tls) => tls is null
        ? default
        : Fields(("ServerName", tls.ServerName), ("OfferedVersion", tls.OfferedVersion), ("Version", tls.Version), ("ALPN", MetaValue.Texts(tls.Alpn)));

    internal static MetaValue Http(Http? http) => http is null
        ? default
        : Fields(("Host", http.Host), ("Method", http.Method), ("Path", http.Path), ("Status", NotZero(http.Status)));

    private static MetaValue Record(DnsRecord record) => Fields(
        ("name", record.Name), ("type", record.Type), ("class", record.Class), ("TTL", (long)record.Ttl), ("data_length", (long)record.DataLength),
        ("IP", record.Ip), ("NS", record.Ns), ("CNAME", record.Cname), ("PTR", record.Ptr), ("TXTs", MetaValue.Texts(record.Txts)),
        ("SOA", record.Soa is not { } soa ? default : Fields(
            ("MName", soa.Mname), ("RName", soa.Rname), ("serial", (long)soa.Serial), ("refresh", (long)soa.Refresh), ("retry", (long)soa.Retry), ("expire", (long)soa.Expire), ("minimum", (long)soa.Minimum))),
        ("SRV", record.Srv is not { } srv ? default : Fields(("priority", (long)srv.Priority), ("weight", (long)srv.Weight), ("port", (long)srv.Port), ("name", srv.Name))),
        ("MX", record.Mx is not { } mx ? default : Fields(("preference", (long)mx.Preference), ("name", mx.Name))));

    private static MetaValue NotZero(long number) => number == 0 ? default : number;

    private static MetaValue List(IEnumerable<MetaValue> items) => items.ToImmutableArray();

    private static MetaValue Fields(params (string Name, MetaValue Value)[] fields) => Metadata.Create(fields.Where(field => !field.Value.IsEmpty));
}
