using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Agent.Node.Tests.Decoding;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

public sealed class FlowEngineTests
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1000 * Millisecond;
    private const long Start = 1_700_000_000 * Second;

    private readonly FinalFlows _output = new();

    [Fact]
    public void The_first_packet_decides_which_end_is_A()
    {
        foreach (var (source, destination) in new[] { ("10.0.0.1", "10.0.0.2"), ("10.0.0.2", "10.0.0.1") })
        {
            var output = new FinalFlows();
            var engine = new FlowEngine(new FlowOptions(), Captures.Origin, output);
            engine.Process(Start, LinkType.Ethernet, 100, Ethernet(0x0800, Ipv4(6, Tcp(1000, 80), source, destination), MacB, MacA));
            engine.Process(Start, LinkType.Ethernet, 70, Ethernet(0x0800, Ipv4(6, Tcp(80, 1000), destination, source), MacA, MacB));
            engine.End();
            var flow = output.Flows.ShouldHaveSingleItem();
            (flow.Network.A, flow.Network.B).ShouldBe((source, destination));
            (flow.Transport.A, flow.Transport.B).ShouldBe((1000, 80));
            (flow.Link.A, flow.Link.B).ShouldBe((MacB, MacA));
            (flow.Metric.AbPackets, flow.Metric.AbBytes, flow.Metric.BaPackets, flow.Metric.BaBytes).ShouldBe((1, 100, 1, 70));
        }
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    public void Tracking_identifiers_are_the_same_in_both_directions_and_L3_s_without_a_link_layer_too(string one, string other)
    {
        var there = Ipv4(17, Udp(5000, 6000, []), one, other);
        var back = Ipv4(17, Udp(6000, 5000, []), other, one);
        var first = Single(LinkType.Ethernet, Ethernet(0x0800, there));
        var second = Single(LinkType.Ethernet, Ethernet(0x0800, back, MacB, MacA));
        var tagged = Single(LinkType.Ethernet, Ethernet(0x8100, Vlan(5, 0x0800, there)));
        var raw = Single(LinkType.Ip, back);
        second.TrackingId.ShouldBe(first.TrackingId);
        new[] { second, tagged, raw }.ShouldAllBe(flow => flow.L3TrackingId == first.L3TrackingId);
        tagged.TrackingId.ShouldNotBe(first.TrackingId);
    }

    [Fact]
    public void Every_test_packet_and_its_tunnels_give_flows_with_their_parents()
    {
        foreach (var packet in TestPackets.All)
        {
            var output = new FinalFlows();
            var engine = new FlowEngine(new FlowOptions(), Captures.Origin, output);
            engine.Process(Start, packet.LinkType, packet.Bytes.Length, packet.Bytes);
            engine.End();
            var parent = "";
            var flows = output.Flows;
            foreach (var expected in packet.Flows)
            {
                var flow = flows.Single(candidate => candidate.ParentUuid == parent);
                flow.LayersPath.ShouldBe(expected.Split('#')[0], packet.Name);
                flow.Metric.AbPackets.ShouldBe(1);
                parent = flow.Uuid;
            }
            flows.Count.ShouldBe(packet.Flows.Length, packet.Name);
        }
    }

    [Fact]
    public void Flows_from_long_before_the_first_tick_are_reported()
    {
        var period = TimeSpan.FromMilliseconds(500);
        var engine = new FlowEngine(new FlowOptions { UpdateEvery = period, FirstUpdateAfter = period }, Captures.Origin, _output);
        var packet = Ethernet(0x0800, Ipv4(1, Echo(1, 1)));
        engine.Process(Start, LinkType.Ethernet, packet.Length, packet);
        engine.AdvanceTo(new(Start + (5 * Second), 0));
        engine.AdvanceTo(new(Start + (6 * Second), 0));
        _output.Flows.ShouldHaveSingleItem().Metric.AbPackets.ShouldBe(1);
    }

    [Fact]
    public void Tunnels_deeper_than_allowed_are_their_tunnel_s_payload()
    {
        var packet = Ipv4(1, Echo(1, 1));
        for (var depth = 0; depth < 12; depth++)
        {
            packet = Ipv4(4, packet, $"10.{depth}.0.1", $"10.{depth}.0.2");
        }

        var engine = new FlowEngine(new FlowOptions { MaxTunnelDepth = 8 }, Captures.Origin, _output);
        engine.Process(Start, LinkType.Ip, packet.Length, packet);
        engine.Count.ShouldBe(9);
    }

    [Fact]
    public void A_new_flow_is_reported_soon_a_changed_one_every_period_and_a_quiet_one_not()
    {
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        var packet = Ethernet(0x0800, Ipv4(17, Udp(1, 2, [])));
        engine.AdvanceTo(new(Start, 0));
        engine.Process(Start, LinkType.Ethernet, 60, packet);
        ReportsAfter(engine, Start + (500 * Millisecond)).ShouldBe(0);
        ReportsAfter(engine, Start + Second).ShouldBe(1);
        var first = _output.Flows[0];
        (first.Metric.AbPackets, first.LastUpdateMetric.AbPackets).ShouldBe((1, 1));

        engine.Process(Start + (2 * Second), LinkType.Ethernet, 60, packet);
        engine.Process(Start + (2 * Second), LinkType.Ethernet, 60, packet);
        ReportsAfter(engine, Start + (3 * Second)).ShouldBe(0);
        ReportsAfter(engine, Start + (6 * Second)).ShouldBe(1);
        var second = _output.Flows[0];
        (second.Metric.AbPackets, second.LastUpdateMetric.AbPackets, second.LastUpdateMetric.AbBytes).ShouldBe((3, 2, 120));
        second.Uuid.ShouldBe(first.Uuid);
        second.FinishType.ShouldBe(FinishType.NotFinished);
        ReportsAfter(engine, Start + (60 * Second)).ShouldBe(0);
    }

    [Fact]
    public void Changes_wait_in_the_table_while_there_is_no_room_for_reports_and_are_one_then()
    {
        const int flows = 40;
        var output = new NarrowOutput();
        var engine = new FlowEngine(new FlowOptions { ExpireAfter = TimeSpan.FromSeconds(10) }, Captures.Origin, output);
        engine.AdvanceTo(new(Start, 0));
        var time = Start;
        for (; time < Start + (4 * Second); time += Second)
        {
            for (ushort n = 0; n < flows; n++)
            {
                engine.Process(time, LinkType.Ip, 60, Ipv4(17, Udp(n, 9, [])));
            }

            engine.AdvanceTo(new(time, 0));
            engine.IsTelling.ShouldBe(time > Start);
        }

        output.Reports.ShouldBeEmpty();
        for (var told = 0; told < flows; told += 10)
        {
            output.Room = 10;
            engine.AdvanceTo(new(time, 0));
            output.Reports.Count.ShouldBe(told + 10);
        }

        output.Reports.Select(report => report.Packets).ShouldAllBe(packets => packets == 4);
        output.Reports.DistinctBy(report => report.Uuid).Count().ShouldBe(flows);
        output.Room = 10;
        engine.AdvanceTo(new(time, 0));
        engine.IsTelling.ShouldBeFalse();

        time += 60 * Second;
        for (var left = flows; left > 0; left -= 10)
        {
            engine.Count.ShouldBe(left);
            output.Room = 10;
            engine.AdvanceTo(new(time, 0));
        }

        engine.Count.ShouldBe(0);
        output.Reports.Count.ShouldBe(2 * flows);
    }

    [Fact]
    public void A_flow_s_first_update_is_all_there_is_of_it_whichever_flow_had_its_place_before()
    {
        var engine = new FlowEngine(new FlowOptions { MaxEntries = 1 }, Captures.Origin, _output);
        engine.AdvanceTo(new(Start, 0));
        engine.Process(Start, LinkType.Ip, 60, Ipv4(17, Udp(1, 2, [])));
        engine.AdvanceTo(new(Start + (2 * Second), 0));
        engine.Process(Start + (3 * Second), LinkType.Ip, 70, Ipv4(17, Udp(3, 4, [])));
        engine.AdvanceTo(new(Start + (5 * Second), 0));
        _output.Flows[1].LastUpdateMetric.AbBytes.ShouldBe(70);
    }

    [Fact]
    public void Packets_in_one_block_give_the_flows_they_give_one_by_one()
    {
        var random = new Random(5);
        var packets = Enumerable.Range(0, 3000).Select(_ => TestPackets.All[random.Next(TestPackets.All.Count)]).Where(packet => packet.LinkType == LinkType.Ethernet).ToList();
        foreach (var options in new[] { new FlowOptions(), new FlowOptions { Defragment = true } })
        {
            var (oneByOne, together) = (new FinalFlows(), new FinalFlows());
            var engine = new FlowEngine(options, Captures.Origin, oneByOne);
            foreach (var (i, packet) in packets.Index())
            {
                engine.Process(Start + i, LinkType.Ethernet, packet.Bytes.Length, packet.Bytes);
            }

            engine.End();
            engine = new FlowEngine(options, Captures.Origin, together);
            var places = new List<PacketPlace>();
            var block = new List<byte>();
            foreach (var (i, packet) in packets.Index())
            {
                places.Add(new PacketPlace(Start + i, block.Count, packet.Bytes.Length, packet.Bytes.Length));
                block.AddRange(packet.Bytes);
            }
            engine.Process(LinkType.Ethernet, block.ToArray(), places.ToArray());
            engine.End();
            static string Seen(Flow flow) => $"{flow.TrackingId} {flow.LayersPath} {flow.Network} {flow.Transport} {flow.Metric} {flow.FinishType}";
            together.Flows.Select(Seen).Order().ShouldBe(oneByOne.Flows.Select(Seen).Order());
        }
    }

    [Fact]
    public void A_quiet_flow_ends_by_timeout()
    {
        var engine = new FlowEngine(new FlowOptions { ExpireAfter = TimeSpan.FromSeconds(30) }, Captures.Origin, _output);
        engine.AdvanceTo(new(Start, 0));
        engine.Process(Start, LinkType.Ethernet, 60, Ethernet(0x0800, Ipv4(17, Udp(1, 2, []))));
        engine.AdvanceTo(new(Start + (29 * Second), 0));
        engine.Count.ShouldBe(1);
        engine.AdvanceTo(new(Start + (31 * Second), 0));
        engine.Count.ShouldBe(0);
        _output.Flows.ShouldHaveSingleItem().FinishType.ShouldBe(FinishType.Timeout);
    }

    [Fact]
    public void A_connection_ends_by_FIN_of_both_ends_and_a_new_one_on_its_ports_is_a_new_flow()
    {
        const byte syn = 0x02, fin = 0x11;
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        engine.AdvanceTo(new(Start, 0));
        Send(engine, 0, true, syn);
        Send(engine, 1, false, syn | 0x10);
        Send(engine, 2, true, fin);
        Send(engine, 3, false, fin);
        Send(engine, 4, true, 0x10);
        engine.Count.ShouldBe(1);
        Send(engine, 5, true, syn, sequence: 70_000);
        engine.Count.ShouldBe(1);
        engine.End();
        _output.Flows.Count.ShouldBe(2);
        var (first, second) = (_output.Flows[0], _output.Flows[1]);
        first.FinishType.ShouldBe(FinishType.TcpFin);
        (first.Metric.AbPackets, first.Metric.BaPackets).ShouldBe((3, 2));
        first.RttNs.ShouldBe(Millisecond);
        second.FinishType.ShouldBe(FinishType.NotFinished);
        second.Metric.AbPackets.ShouldBe(1);
    }

    [Fact]
    public void A_reset_connection_ends_by_RST_and_leaves_soon()
    {
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        engine.AdvanceTo(new(Start, 0));
        Send(engine, 0, true, 0x02);
        Send(engine, 1, false, 0x14);
        engine.AdvanceTo(new(Start + (70 * Second), 0));
        engine.Count.ShouldBe(0);
        _output.Flows.ShouldHaveSingleItem().FinishType.ShouldBe(FinishType.TcpRst);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2 })]
    [InlineData(new[] { 0, 30, 55 })]
    public void Segments_that_come_late_or_again_stay_with_their_closed_connection(int[] seconds)
    {
        const byte syn = 0x02, fin = 0x11;
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        engine.AdvanceTo(new(Start, 0));
        Send(engine, 0, true, syn);
        Send(engine, 1, false, syn | 0x10);
        Send(engine, 2, true, fin);
        Send(engine, 3, false, fin);
        foreach (var second in seconds)
        {
            engine.AdvanceTo(new(Start + (second * Second), 0));
            Send(engine, (second * 1000) + 4, false, fin);
            Send(engine, (second * 1000) + 5, true, syn);
        }

        engine.End();
        var flow = _output.Flows.ShouldHaveSingleItem();
        (flow.FinishType, flow.Metric.AbPackets, flow.Metric.BaPackets).ShouldBe((FinishType.TcpFin, 2 + seconds.Length, 2 + seconds.Length));
    }

    [Fact]
    public void Counters_end_at_the_highest_number_there_is()
    {
        var engine = new FlowEngine(new FlowOptions { ExtraTcpMetric = true }, Captures.Origin, _output);
        var packet = Ipv4(6, Tcp(1, 2, data: 10));
        for (var i = 0; i < 4; i++)
        {
            engine.Process(Start + i, LinkType.Ip, int.MaxValue, packet, uint.MaxValue);
        }

        PacketLayers layers = default;
        layers.AddLayer(LayerType.IPv4);
        for (var i = 0; i < 3; i++)
        {
            engine.CountSummary(layers, Start, Start, long.MaxValue / 2, long.MaxValue / 2, 1);
        }

        engine.CountSummary(layers, Start, Start, long.MaxValue, long.MaxValue, uint.MaxValue);
        engine.End();
        _output.Flows.Select(flow => (flow.Metric.AbPackets + flow.Metric.BaPackets, flow.Metric.AbBytes + flow.Metric.BaBytes)).ShouldBe(
            [(4L * uint.MaxValue, long.MaxValue), (long.MaxValue, long.MaxValue)], ignoreOrder: true);
        _output.Flows.ShouldAllBe(flow => flow.LastUpdateMetric == null || flow.LastUpdateMetric.AbBytes >= 0);
    }

    [Fact]
    public void Ports_used_again_without_a_close_are_another_connection()
    {
        const byte syn = 0x02;
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        engine.AdvanceTo(new(Start, 0));
        Send(engine, 0, true, syn, sequence: 5);
        Send(engine, 1, true, syn, sequence: 5);
        Send(engine, 2, false, syn | 0x10);
        Send(engine, 3, false, syn, sequence: 9);
        Send(engine, 90, true, syn, sequence: 700);
        Send(engine, 91, false, syn | 0x10);
        engine.End();
        _output.Flows.Select(flow => (flow.Metric.AbPackets, flow.Metric.BaPackets)).ShouldBe([(2, 2), (1, 1)]);
    }

    [Fact]
    public void A_SYN_seen_behind_its_answer_opens_the_same_connection_and_one_seconds_later_another()
    {
        const byte syn = 0x02;
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        engine.AdvanceTo(new(Start, 0));
        Send(engine, 1, false, syn | 0x10);
        Send(engine, 0, true, syn, sequence: 5);
        Send(engine, 2, true, 0x10);
        engine.End();
        _output.Flows.ShouldHaveSingleItem().Metric.AbPackets.ShouldBe(1);

        var stray = new FinalFlows();
        engine = new FlowEngine(new FlowOptions(), Captures.Origin, stray);
        engine.AdvanceTo(new(Start, 0));
        Send(engine, 0, false, 0x10);
        Send(engine, 2000, true, syn, sequence: 5);
        engine.End();
        stray.Flows.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(13, 14, "TIMESTAMP")]
    [InlineData(15, 16, "INFO")]
    [InlineData(17, 18, "ADDRESS_MASK")]
    [InlineData(42, 43, "EXTENDED_ECHO")]
    public void A_question_in_ICMP_and_its_answer_are_one_flow(byte query, byte answer, string name)
    {
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        byte[] Message(byte type, int id) => [type, 0, 0, 0, .. U16(id), .. U16(1), .. new byte[12]];
        engine.Process(Start, LinkType.Ip, 60, Ipv4(1, Message(query, 7)));
        engine.Process(Start + 150, LinkType.Ip, 60, Ipv4(1, Message(answer, 7), "10.0.0.2", "10.0.0.1"));
        engine.Process(Start + 200, LinkType.Ip, 60, Ipv4(1, Message(query, 8)));
        engine.Process(Start + 200, LinkType.Ip, 60, Ipv4(1, Echo(7, 1)));
        engine.End();
        _output.Flows.Count.ShouldBe(3);
        var flow = _output.Flows[0];
        (flow.Metric.AbPackets, flow.Metric.BaPackets, flow.RttNs, flow.Icmp.Type, flow.Icmp.Id).ShouldBe((1, 1, 150, name, 7u));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void An_address_that_talks_to_itself_has_questions_one_way_and_answers_the_other(string address)
    {
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        var isV4 = !address.Contains(':');
        byte[] Packet(byte protocol, byte[] payload) => isV4 ? Ipv4(protocol, payload, address, address) : Ipv6(protocol, payload, address, address);
        for (var i = 0; i < 3; i++)
        {
            engine.Process(Start + i, LinkType.Ip, 60, isV4 ? Packet(1, Echo(7, i)) : Packet(58, EchoV6(7, i)));
            engine.Process(Start + i, LinkType.Ip, 60, isV4 ? Packet(1, Echo(7, i, reply: true)) : Packet(58, EchoV6(7, i, reply: true)));
            engine.Process(Start + i, LinkType.Ip, 60, Packet(17, Udp(4000, 53, [])));
            engine.Process(Start + i, LinkType.Ip, 60, Packet(17, Udp(53, 4000, [])));
        }

        engine.End();
        _output.Flows.Select(flow => (flow.Metric.AbPackets, flow.Metric.BaPackets)).ShouldBe([(3, 3), (3, 3)]);
    }

    [Fact]
    public void The_round_trip_time_of_an_echo_is_that_of_the_matching_answer()
    {
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        engine.Process(Start, LinkType.Ip, 60, Ipv4(1, Echo(3, 1)));
        engine.Process(Start + 100, LinkType.Ip, 60, Ipv4(1, Echo(3, 2)));
        engine.Process(Start + 150, LinkType.Ip, 60, Ipv4(1, Echo(3, 1, reply: true), "10.0.0.2", "10.0.0.1"));
        engine.Process(Start + 350, LinkType.Ip, 60, Ipv4(1, Echo(3, 2, reply: true), "10.0.0.2", "10.0.0.1"));
        engine.End();
        _output.Flows.ShouldHaveSingleItem().RttNs.ShouldBe(250);
    }

    [Fact]
    public void Flows_beyond_the_limit_leave_reported_and_are_counted()
    {
        var engine = new FlowEngine(new FlowOptions { MaxEntries = 10 }, Captures.Origin, _output);
        for (var port = 1; port <= 25; port++)
        {
            engine.Process(Start + (port * Second), LinkType.Ip, 60, Ipv4(17, Udp(port, 53, [])));
        }

        engine.Counts.FlowsEvicted.ShouldBe(15);
        engine.Count.ShouldBe(10);
        _output.Flows.Select(flow => flow.Transport.A).ShouldBe(Enumerable.Range(1, 15).Select(port => (long)port), ignoreOrder: true);
    }

    [Fact]
    public void Fragments_in_any_order_are_put_together_and_overlapping_ones_are_not()
    {
        var datagram = Udp(7, 8, new byte[3000]);
        var parts = new[] { (0, 1480), (1480, 2960), (2960, datagram.Length) };
        byte[] Part(int i, int id) => Ipv4(17, datagram[parts[i].Item1..parts[i].Item2], fragment: (parts[i].Item1 / 8) | (i == 2 ? 0 : 0x2000), identification: id);
        var engine = new FlowEngine(new FlowOptions { Defragment = true }, Captures.Origin, _output);
        foreach (var i in new[] { 2, 0, 0, 1 })
        {
            engine.Process(Start, LinkType.Ip, Part(i, 1).Length, Part(i, 1));
        }

        engine.Process(Start, LinkType.Ip, 100, Part(0, 2));
        engine.Process(Start, LinkType.Ip, 100, Ipv4(17, new byte[64], fragment: 10, identification: 2));
        engine.End();
        var flow = _output.Flows.ShouldHaveSingleItem();
        flow.LayersPath.ShouldBe("IPv4/Fragment/UDP");
        (flow.Transport.A, flow.Transport.B).ShouldBe((7, 8));
        flow.Metric.AbPackets.ShouldBe(4);
        flow.IpMetric.Fragments.ShouldBe(1);
        engine.Counts.FragmentErrors.ShouldBe(1);
    }

    [Fact]
    public void Fragments_of_a_tunnel_packet_give_the_inner_flow()
    {
        var inner = Ipv6(6, Tcp(1, 2, data: 1000), "fd01::1", "fd01::2");
        var packet = Udp(9, 4789, Vxlan(5, Ethernet(0x86dd, inner)));
        byte[] first = Ipv6(44, [.. Ipv6Fragment(17, 0, true, 3), .. packet[..512]]);
        byte[] second = Ipv6(44, [.. Ipv6Fragment(17, 512, false, 3), .. packet[512..]]);
        var engine = new FlowEngine(new FlowOptions { Defragment = true }, Captures.Origin, _output);
        engine.Process(Start, LinkType.Ip, first.Length, first);
        engine.Process(Start, LinkType.Ip, second.Length, second);
        engine.End();
        var outer = _output.Flows.Single(flow => flow.LayersPath == "IPv6/Fragment/UDP/VXLAN");
        outer.Metric.AbBytes.ShouldBe(first.Length + second.Length);
        var carried = _output.Flows.Single(flow => flow.ParentUuid == outer.Uuid);
        carried.LayersPath.ShouldBe("Ethernet/IPv6/TCP");
        carried.Metric.AbBytes.ShouldBe(14 + inner.Length);
    }

    [Fact]
    public void No_memory_is_allocated_per_packet()
    {
        var engine = new FlowEngine(new FlowOptions { Defragment = false }, Captures.Origin, _output);
        var packets = TestPackets.All.ToArray();
        Feed(engine, packets, 2000);
        Allocated.ShouldBeNothingPerPacket(20_000 * packets.Length, () => Feed(engine, packets, 20_000));
        engine.Packets.ShouldBe(22_000L * packets.Length);
    }

    private static void Feed(FlowEngine engine, TestPacket[] packets, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var packet in packets)
            {
                engine.Process(Start + round, packet.LinkType, packet.Bytes.Length, packet.Bytes);
            }
        }
    }

    private static void Send(FlowEngine engine, int millisecond, bool fromA, byte flags, uint sequence = 1)
    {
        var packet = fromA ? Ipv4(6, Tcp(1000, 80, flags, sequence)) : Ipv4(6, Tcp(80, 1000, flags, sequence), "10.0.0.2", "10.0.0.1");
        engine.Process(Start + (millisecond * Millisecond), LinkType.Ip, packet.Length, packet);
    }

    private static Flow Single(LinkType link, byte[] packet)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, output);
        engine.Process(Start, link, packet.Length, packet);
        engine.Process(Start, link, packet.Length, packet);
        engine.End();
        return output.Flows.ShouldHaveSingleItem();
    }

    private int ReportsAfter(FlowEngine engine, long now)
    {
        var before = _output.Reports;
        engine.AdvanceTo(new(now, 0));
        return _output.Reports - before;
    }

    /// <summary>Takes no more reports than it's said to have room for.</summary>
    private sealed class NarrowOutput : IFlowOutput
    {
        internal List<(ulong Uuid, long Packets)> Reports { get; } = [];

        public int Room { get; set; }

        public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
        {
            Room--.ShouldBeGreaterThan(0);
            Reports.Add((record.Uuid, record.Counters.AbPackets + record.Counters.BaPackets));
        }
    }
}
