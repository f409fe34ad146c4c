using Agent.Node.Flows;
using Shared.Messages.Flows;

namespace Agent.Node.Tests.Flows;

/// <summary>Situations that users of flow tools reported as going wrong, each with its right answer.</summary>
public sealed class ReportedCaptureTests
{
    [Fact]
    public void A_FIN_sent_again_seconds_later_stays_with_its_connection() => ShouldBe(FlowsOf("late_fin_retransmit.pcap").ShouldHaveSingleItem(), 5, 4);

    [Fact]
    public void A_new_SYN_on_ports_that_were_never_closed_is_a_new_flow()
    {
        var flows = FlowsOf("port_reuse_noclose.pcap");
        flows.Count.ShouldBe(2);
        flows.ForEach(flow => ShouldBe(flow, 3, 2));
    }

    [Fact]
    public void A_priority_tag_on_one_direction_is_no_VLAN()
    {
        var flow = FlowsOf("vid0_one_direction.pcap").ShouldHaveSingleItem();
        ShouldBe(flow, 5, 3);
        flow.LayersPath.ShouldBe("Ethernet/IPv4/TCP");
    }

    [Fact]
    public void An_ICMP_error_is_told_to_the_flow_its_about()
    {
        var flows = FlowsOf("icmp_unreach.pcap");
        var (about, error) = (flows.Single(flow => flow.Transport is not null), flows.Single(flow => flow.Icmp is not null));
        var said = about.IcmpErrors.ShouldHaveSingleItem();
        (said.Type, said.Code, said.From, said.Count).ShouldBe(("DESTINATION_UNREACHABLE", 3u, "10.0.0.254", 1));
        error.Icmp.About.ShouldBe([about.Uuid]);
    }

    [Fact]
    public void One_packet_with_a_time_years_ahead_ends_nobodys_flow()
    {
        var flows = FlowsOf("future_ts.pcap");
        flows.Count.ShouldBe(2);
        var flow = flows.Single(flow => flow.Metric.AbPackets == 6);
        (flow.Last - flow.Start, flow.FinishType).ShouldBe((5000, FinishType.NotFinished));
    }

    [Fact]
    public void A_hello_behind_a_lone_record_header_says_its_name()
    {
        var flow = FlowsOf("tls_5byte_first_seg.pcap").ShouldHaveSingleItem();
        (flow.Application, flow.Tls.ServerName.Length > 0).ShouldBe(("TLS", true));
    }

    [Fact]
    public void A_DNS_message_in_two_segments_says_its_name() =>
        FlowsOf("dns_tcp_split.pcap").ShouldHaveSingleItem().Dns.Questions.ShouldHaveSingleItem().Name.ShouldBe("tcp.example.com");

    [Fact]
    public void A_request_behind_an_empty_line_is_HTTP() => FlowsOf("http_leading_crlf.pcap").ShouldHaveSingleItem().Http.Method.ShouldBe("GET");

    [Fact]
    public void A_mirror_ports_copies_count_once_where_thats_asked_for()
    {
        ShouldBe(FlowsOf("span_dups.pcap").ShouldHaveSingleItem(), 10, 6);
        ShouldBe(FlowsOf("span_dups.pcap", new FlowOptions { DeduplicateWithin = FlowOptions.DuplicatesCome }).ShouldHaveSingleItem(), 5, 3);
    }

    private static List<Flow> FlowsOf(string file, FlowOptions? options = null) => Captures.FlowsOf(Captures.File(Path.Combine("reports", file)), options);

    private static void ShouldBe(Flow flow, long there, long back) => (flow.Metric.AbPackets, flow.Metric.BaPackets).ShouldBe((there, back));
}
