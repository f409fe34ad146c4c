using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.ApplicationCraft;
using static Agent.Node.Tests.Flows.Applications.ApplicationFlows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows.Applications;

public sealed class ApplicationInspectorTests
{
    [Fact]
    public void DNS_says_names_answers_code_and_latency()
    {
        var flows = Of(All);
        var found = flows.Single(flow => flow.Transport?.A == 40000);
        (found.Application, found.LayersPath).ShouldBe(("DNS", "Ethernet/IPv4/UDP/DNS"));
        found.Dns.Questions.ShouldHaveSingleItem().ShouldBe(new DnsQuestion { Name = "www.example.com", Type = "A", Class = "IN" });
        found.Dns.Answers.Select(answer => (answer.Name, answer.Type, answer.Cname, answer.Ip, answer.Ttl)).ShouldBe(
            [("www.example.com", "CNAME", "web.example.com", "", 300u), ("www.example.com", "A", "", "192.0.2.1", 300u)]);
        (found.Dns.Id, found.Dns.Qr, found.Dns.ResponseCode, found.Dns.AnCount).ShouldBe((7u, true, "NOERROR", 2u));
        (found.Dns.Queries, found.Dns.Responses, found.Dns.LatencyNs).ShouldBe((1, 1, Millisecond));

        var missing = flows.Single(flow => flow.Transport?.A == 40001).Dns;
        (missing.ResponseCode, missing.Questions[0].Type, missing.Answers.Count).ShouldBe(("NXDOMAIN", "AAAA", 0));

        var many = flows.Single(flow => flow.Transport?.A == 40002).Dns.Answers.ToDictionary(answer => answer.Type);
        many["MX"].Mx.ShouldBe(new DnsMx { Preference = 10, Name = "mail.example.com" });
        many["TXT"].Txts.ShouldBe(["hi", "you"]);
        many["NS"].Ns.ShouldBe("ns.example.com");
        many["AAAA"].Ip.ShouldBe("2001:db8::1");
        many["SRV"].Srv.ShouldBe(new DnsSrv { Priority = 1, Weight = 2, Port = 8080, Name = "srv.example.com" });
        many["SOA"].Soa.ShouldBe(new DnsSoa { Mname = "ns.example.com", Rname = "root.example.com", Serial = 1, Refresh = 2, Retry = 3, Expire = 4, Minimum = 5 });

        var stream = flows.Single(flow => flow.Transport?.A == 40003);
        stream.Dns.Questions[0].Name.ShouldBe("tcp.example.com");
        (stream.Application, stream.LayersPath).ShouldBe(("DNS", "Ethernet/IPv4/TCP"));
    }

    [Fact]
    public void DHCP_says_type_client_addresses_and_host_name()
    {
        var flows = Of(All);
        var request = flows.Single(flow => flow.Transport?.A == 68);
        (request.Application, request.LayersPath).ShouldBe(("DHCPv4", "Ethernet/IPv4/UDP/DHCPv4"));
        (request.Dhcpv4.MessageType, request.Dhcpv4.ClientMac, request.Dhcpv4.RequestedIp, request.Dhcpv4.HostName).ShouldBe(("REQUEST", MacA, "10.0.0.9", "laptop"));
        var acknowledged = flows.Single(flow => flow.Transport?.A == 67).Dhcpv4;
        (acknowledged.MessageType, acknowledged.AssignedIp, acknowledged.ServerIp, acknowledged.LeaseTime).ShouldBe(("ACK", "10.0.0.9", "10.0.0.254", 3600u));
    }

    [Fact]
    public void VRRP_says_router_priority_and_addresses_in_both_versions()
    {
        var flows = Of(All).Where(flow => flow.Vrrp is not null).ToList();
        flows.Select(flow => (flow.Application, flow.LayersPath)).ShouldBe([("VRRP", "Ethernet/IPv4/VRRP"), ("VRRP", "Ethernet/IPv6/VRRP")]);
        flows.Select(flow => (flow.Vrrp.Version, flow.Vrrp.VirtualRtrId, flow.Vrrp.Priority, flow.Vrrp.AdverInt)).ShouldBe([(2u, 5u, 100u, 1u), (3u, 6u, 200u, 50u)]);
        flows[0].Vrrp.IpAddresses.ShouldBe(["10.0.0.100"]);
        flows[1].Vrrp.IpAddresses.ShouldBe(["fe80::1", "2001:db8::2"]);
    }

    [Fact]
    public void A_priority_that_changes_is_seen()
    {
        var flow = Of(new[] { 100, 100, 50 }.Select(priority => Ethernet(0x0800, Ipv4(112, VrrpV2(5, priority, "10.0.0.100"), "10.0.0.3", "224.0.0.18")))).ShouldHaveSingleItem();
        (flow.Vrrp.Priority, flow.Metric.AbPackets).ShouldBe((50u, 3));
    }

    [Fact]
    public void TLS_says_name_versions_and_protocols()
    {
        var flow = Of(All).Single(flow => flow.Transport?.B == 443);
        (flow.Application, flow.LayersPath).ShouldBe(("TLS", "Ethernet/IPv4/TCP"));
        (flow.Tls.ServerName, flow.Tls.OfferedVersion, flow.Tls.Version).ShouldBe(("tls.example.com", "TLS 1.3", "TLS 1.3"));
        flow.Tls.Alpn.ShouldBe(["h2", "http/1.1"]);
    }

    [Fact]
    public void HTTP_says_host_method_path_and_status()
    {
        var flow = Of(All).Single(flow => flow.Transport?.B == 80);
        (flow.Application, flow.LayersPath).ShouldBe(("HTTP", "Ethernet/IPv4/TCP"));
        flow.Http.ShouldBe(new Http { Host = "http.example.com", Method = "GET", Path = "/index.html", Status = 404 });
    }

    [Fact]
    public void A_final_status_is_waited_for_behind_interim_ones()
    {
        var flow = Of(
        [
            FromClient(6, TcpData(40000, 80, Text("PUT /big HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"))),
            FromServer(6, TcpData(80, 40000, Text("HTTP/1.1 100 Continue\r\n\r\n"))),
            .. Enumerable.Range(0, 20).Select(_ => FromClient(6, TcpData(40000, 80, new byte[100]))),
            FromServer(6, TcpData(80, 40000, Text("HTTP/1.1 201 Created\r\n\r\n"))),
            FromServer(6, TcpData(80, 40000, Text("HTTP/1.1 500 Too late\r\n\r\n"))),
        ]).ShouldHaveSingleItem();
        flow.Http.Status.ShouldBe(201u);
    }

    [Fact]
    public void A_status_whose_request_was_not_seen_is_not_given_to_the_next_request()
    {
        var flow = Of(
        [
            FromServer(6, TcpData(80, 40000, Text("HTTP/1.1 500 Error\r\n\r\n"))),
            FromClient(6, TcpData(40000, 80, Text("GET /next HTTP/1.1\r\nHost: a\r\n\r\n"))),
        ]).ShouldHaveSingleItem();
        flow.Http.ShouldBe(new Http { Status = 500 });
    }

    [Fact]
    public void Content_wins_over_the_port_and_is_found_on_any_port()
    {
        Of([FromClient(6, TcpData(40000, 22, Text("GET / HTTP/1.1\r\n\r\n")))]).ShouldHaveSingleItem().Application.ShouldBe("HTTP");
        Of([FromClient(6, TcpData(40000, 2222, ClientHello(0x0303)))]).ShouldHaveSingleItem().Application.ShouldBe("TLS");
        Of([FromClient(17, Udp(40000, 9953, DnsQuery(1, "a.example")))]).ShouldHaveSingleItem().Application.ShouldBe("DNS");
        var byPort = Of([FromClient(17, Udp(40000, 53, new byte[40]))]).ShouldHaveSingleItem();
        (byPort.Application, byPort.LayersPath, byPort.Dns).ShouldBe(("DNS", "Ethernet/IPv4/UDP", null));
    }

    [Fact]
    public void A_handshake_behind_a_few_packets_is_found_and_behind_more_it_is_not_looked_for()
    {
        var talk = new byte[][] { Text("EHLO a\r\n"), Text("STARTTLS\r\n"), ClientHello(0x0303, ServerName("mail.example")) };
        Of(talk.Select(data => FromClient(6, TcpData(40000, 25, data)))).ShouldHaveSingleItem().Tls.ServerName.ShouldBe("mail.example");
        Of(Enumerable.Repeat(Text("data\r\n"), 4).Append(talk[2]).Select(data => FromClient(6, TcpData(40000, 25, data)))).ShouldHaveSingleItem().Application.ShouldBe("SMTP");
    }

    [Fact]
    public void Identifiers_do_not_depend_on_how_much_was_captured()
    {
        var whole = Of(All);
        var headers = Of(All, snapLength: 54);
        headers.ShouldAllBe(flow => flow.Tls == null && flow.Http == null && flow.Dhcpv4 == null);
        headers.Select(flow => (flow.Uuid, flow.TrackingId, flow.L3TrackingId)).ShouldBe(whole.Select(flow => (flow.Uuid, flow.TrackingId, flow.L3TrackingId)));
        Of(All, options: new FlowOptions { ApplicationsByContent = false }).ShouldAllBe(flow => flow.Dns == null && flow.Vrrp == null && !flow.LayersPath.EndsWith("DNS"));
    }

    [Fact]
    public void Under_256_bytes_a_DHCP_message_says_its_addresses_though_not_its_type()
    {
        var flow = Of(All, snapLength: 256).Single(flow => flow.Transport?.A == 67);
        (flow.Application, flow.Dhcpv4.AssignedIp, flow.Dhcpv4.ClientMac, flow.Dhcpv4.MessageType).ShouldBe(("DHCPv4", "10.0.0.9", MacA, ""));
    }

    [Fact]
    public void What_pads_a_frame_is_no_payload()
    {
        var padded = (byte[])[.. FromClient(17, Udp(40000, 9953, [])), .. DnsQuery(1, "a.example")];
        Of([padded]).ShouldHaveSingleItem().Application.ShouldBe("UDP");
    }

    [Fact]
    public void Inside_tunnels_and_behind_fragments_applications_are_found_too()
    {
        var query = Ipv4(17, Udp(40000, 53, DnsQuery(1, "inner.example", 16)), "192.168.0.1", "192.168.0.2");
        var flows = Of([Ethernet(0x0800, Ipv4(17, Udp(9, 4789, Vxlan(7, Ethernet(0x0800, query)))))]);
        flows.Single(flow => flow.ParentUuid.Length > 0).Dns.Questions[0].Name.ShouldBe("inner.example");
        flows.Single(flow => flow.ParentUuid.Length == 0).Dns.ShouldBeNull();

        var segment = Udp(40000, 53, DnsQuery(1, "split.example", 16));
        byte[][] fragments = [Ethernet(0x0800, Ipv4(17, segment[..24], fragment: 0x2000)), Ethernet(0x0800, Ipv4(17, segment[24..], fragment: 3))];
        Of(fragments, options: new FlowOptions { Defragment = true }).ShouldHaveSingleItem().Dns.Questions[0].Name.ShouldBe("split.example");
    }

    [Fact]
    public void Content_gives_a_flow_the_timeout_of_its_application()
    {
        var options = new FlowOptions { ApplicationTimeouts = new Dictionary<string, TimeSpan> { ["DNS"] = TimeSpan.FromSeconds(10) } };
        var engine = new FlowEngine(options, Captures.Origin, new FinalFlows());
        engine.AdvanceTo(new(Start, 0));
        var packet = FromClient(17, Udp(40000, 9953, DnsQuery(1, "a.example")));
        engine.Process(Start, LinkType.Ethernet, packet.Length, packet);
        engine.AdvanceTo(new(Start + (9000 * Millisecond), 0));
        engine.Count.ShouldBe(1);
        engine.AdvanceTo(new(Start + (11_000 * Millisecond), 0));
        engine.Count.ShouldBe(0);
    }

    [Fact]
    public void Every_length_of_every_packet_is_read_without_a_fault()
    {
        foreach (var packet in All)
        {
            Of(Enumerable.Range(0, packet.Length + 1).Select(length => packet[..length])).Count.ShouldBeLessThan(6);
        }
    }

    [Fact]
    public void A_long_talk_keeps_a_bounded_number_of_names_and_allocates_nothing_more()
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, output);
        var packets = Enumerable.Range(0, 100)
            .SelectMany(n => new[] { FromClient(17, Udp(53, 53, DnsQuery(n, $"n{n}.example"))), FromServer(17, Udp(53, 53, DnsResponse(n, $"n{n}.example", 1, 0, (1, [10, 0, 0, (byte)n])))) })
            .Concat(All).ToArray();
        Feed(engine, packets, 50);
        Allocated.ShouldBeNothingPerPacket(50 * packets.Length, () => Feed(engine, packets, 50));
        engine.End();
        var dns = output.Flows.Single(flow => flow.Transport is { A: 53, B: 53 }).Dns;
        (dns.Questions.Count, dns.Answers.Count, dns.Queries).ShouldBe((8, 16, 10_000));
    }

    private static void Feed(FlowEngine engine, byte[][] packets, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var packet in packets)
            {
                engine.Process(Start + round, LinkType.Ethernet, packet.Length, packet);
            }
        }
    }
}
