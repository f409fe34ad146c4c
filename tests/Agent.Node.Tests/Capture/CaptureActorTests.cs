using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Agent.Node.Capture;
using Agent.Node.Flows.Applications;
using Agent.Node.Tests.Capture.NetFlow;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using PacketDotNet;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Capture;

public sealed class CaptureActorTests : TestKit
{
    private const int Port = 6343;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"capture-actor-{Guid.NewGuid():N}.pcap");

    [Fact]
    public void A_file_s_flows_are_all_reported_when_it_ends_those_in_tunnels_with_their_parents()
    {
        var inner = Ethernet(0x0800, Ipv4(1, Echo(7, 1)));
        var middle = Ethernet(0x0800, Ipv4(47, Gre(0x6558, inner, key: 5), "192.168.0.1", "192.168.0.2"));
        var outer = Ethernet(0x0800, Ipv4(17, Udp(40000, 4789, Vxlan(77, middle)), "172.16.0.1", "172.16.0.2"));
        Write(_file, LinkLayers.Ethernet, Enumerable.Repeat(outer, 1000));

        var uplink = CreateTestProbe();
        Start(File(_file), uplink);
        ExpectMsg<CaptureStarted>(Patience).CaptureId.ShouldBe("capture-1");
        FishForMessage(message => message is CaptureFinished, Patience);

        var flows = Take(uplink, found => found.Count == 3 && found.Values.All(flow => flow.Metric.AbPackets == 1000));
        var byPath = flows.Values.ToDictionary(flow => flow.LayersPath);
        byPath["Ethernet/IPv4/UDP/VXLAN"].Network.Id.ShouldBe(77);
        byPath["Ethernet/IPv4/GRE"].ParentUuid.ShouldBe(byPath["Ethernet/IPv4/UDP/VXLAN"].Uuid);
        byPath["Ethernet/IPv4/GRE"].Network.Id.ShouldBe(5);
        byPath["Ethernet/IPv4/ICMPv4"].ParentUuid.ShouldBe(byPath["Ethernet/IPv4/GRE"].Uuid);
        flows.Values.ShouldAllBe(flow => flow.NodeTid == "tid-1" && flow.CaptureId == "capture-1" && flow.Host == "host-1");
    }

    [Theory]
    [InlineData("reports/gtpu_two_teids")]
    [InlineData("reports/mpls_two_labels")]
    [InlineData("reports/dns_port51234")]
    [InlineData("tunnels/teids-of-two-directions-around-vxlan")]
    [InlineData("tunnels/nsh-in-vxlan-gpe")]
    [InlineData("tunnels/lisp-in-gue")]
    [InlineData("tunnels/l2tp-from-any-port")]
    [InlineData("tunnels/eight-deep")]
    public void Flows_in_tunnels_actors_are_those_of_one_engine(string capture)
    {
        var file = Captures.File(capture + ".pcap");
        var expected = Captures.FlowsOf(file).Select(Described).ToList();
        var uplink = CreateTestProbe();
        Start(File(file), uplink);
        FishForMessage(message => message is CaptureFinished, Patience);

        Take(uplink, found => found.Count == expected.Count && found.Values.Select(Described).Order().SequenceEqual(expected.Order()));

        static string Described(Flow flow) =>
            $"{flow.LayersPath} {flow.Network?.A} {flow.Network?.Id} {flow.Tunnel?.ReturnId} {flow.Metric.AbPackets}/{flow.Metric.AbBytes} {flow.Metric.BaPackets}/{flow.Metric.BaBytes} {flow.RttNs}";
    }

    [Fact]
    public void Packets_that_end_in_the_middle_of_a_header_are_counted_outside_of_tunnels_and_inside()
    {
        var cut = Ethernet(0x0800, Ipv4(17, Udp(53, 53, new byte[20])))[..30];
        Write(_file, LinkLayers.Ethernet, [Ethernet(0x0800, Ipv4(1, Echo(1, 1))), cut, Ethernet(0x0800, Ipv4(47, Gre(0x6558, cut)))]);

        Start(File(_file), CreateTestProbe());

        FishForMessage(message => message is CaptureStatistics { Received: 3, Counts.DecodeErrors: 2 }, Patience);
    }

    [Fact]
    public void A_capture_s_start_carries_on_the_trace_of_the_request_it_came_from()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("skydive.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Write(_file, LinkLayers.Ethernet, [Ethernet(0x0800, Ipv4(1, Echo(1, 1)))]);

        Start(File(_file) with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }, CreateTestProbe());
        FishForMessage(message => message is CaptureFinished, Patience);

        var span = ended.Single(activity => activity.TraceId.ToString() == "0af7651916cd43dd8448eb211c80319c");
        (span.OperationName, span.ParentSpanId.ToString()).ShouldBe(("capture start", "b7ad6b7169203331"));
        span.GetTagItem("skydive.capture").ShouldBe("capture-1");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(8)]
    public void Tunnels_are_followed_from_actor_to_actor_as_deep_as_the_settings_say(int depth)
    {
        var packet = Ipv4(1, Echo(1, 1));
        for (var tunnel = 12; tunnel > 0; tunnel--)
        {
            packet = Ipv4(4, packet, $"10.{tunnel}.0.1", $"10.{tunnel}.0.2");
        }

        Write(_file, LinkLayers.Ethernet, [Ethernet(0x0800, packet)]);
        var uplink = CreateTestProbe();
        Start(File(_file) with { MaxTunnelDepth = depth }, uplink);
        FishForMessage(message => message is CaptureFinished, Patience);

        var flows = Take(uplink, found => found.Count == depth + 1);
        uplink.ExpectMsg<AwaitDelivery>();
        uplink.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        var parent = "";
        for (var level = 1; level <= depth + 1; level++)
        {
            var flow = flows.Values.Single(candidate => candidate.ParentUuid == parent);
            flow.Network.A.ShouldBe($"10.{level}.0.1");
            parent = flow.Uuid;
        }
    }

    [Fact]
    public void Tunnels_wherever_they_nest_count_against_one_limit()
    {
        // 3 tunnels with 3 in each: 12 actors without a limit. Live, so that none ends and makes room.
        var end = new IPEndPoint(Loopback.Next(), Port);
        var uplink = CreateTestProbe();
        Start(Settings() with { Source = CaptureSource.Sflow, ListenAddress = end.Address.ToString(), ListenPort = Port, MaxTunnels = 5 }, uplink);
        ExpectMsg<CaptureStarted>(Patience);
        using var client = new UdpClient();
        for (var i = 0; i < 9; i++)
        {
            var frame = Ethernet(0x0800, Ipv4(4, Ipv4(4, Ipv4(1, Echo(1, 1)), $"10.1.{i}.1", "10.1.0.1"), $"10.0.0.{1 + (i / 3)}", "10.0.0.100"));
            client.Send(SflowCraft.Datagram((uint)i + 1, rate: 1, frame, frame.Length), end);
        }

        static int Parents(Dictionary<string, Flow> flows) => flows.Values.Select(flow => flow.ParentUuid).Where(parent => parent.Length > 0).Distinct().Count();
        var flows = Take(uplink, found => Parents(found) == 5);
        var through = flows.Values.Count(flow => flow.LayersPath == "IPv4/ICMPv4");
        through.ShouldBeInRange(2, 3);
        FishForMessage(message => message is CaptureStatistics statistics && statistics.DroppedByUs == 9 - through, Patience);
    }

    [Fact]
    public void Flows_in_all_tunnels_stay_within_one_budget_and_those_that_had_to_leave_are_counted()
    {
        // One tunnel alone has more than the budget: however its actors take turns, they are short of it.
        const int tunnels = 8;
        const int flows = 20_000;
        const long budget = 1 << 20;
        Write(_file, LinkLayers.Ethernet, from flow in Enumerable.Range(0, flows)
                                          from tunnel in Enumerable.Range(1, tunnels)
                                          let inner = Ipv4(17, Udp(1, 2, []), $"10.1.{flow >> 8}.{flow & 0xff}", "10.2.0.1")
                                          select Ethernet(0x0800, Ipv4(4, inner, $"10.0.0.{tunnel}", "10.0.0.100")));
        var sharing = new CaptureSharing(rings: 1 << 20, flows: 64 << 20, innerFlows: budget);
        ChildActorOf(CaptureActor.Props(File(_file), TestActor, sharing));
        var most = 0L;
        // The file is read as its flows are taken in: the budget is looked at while they come.
        var statistics = (CaptureStatistics)FishForMessage(message =>
        {
            most = Math.Max(most, sharing.Flows.Used);
            (message as FlowUpdates)?.TakenIn!(0);
            return message is CaptureStatistics { Received: tunnels * flows, Counts.FlowsEvicted: > tunnels * flows / 2 };
        }, Patience);
        statistics.DroppedByUs.ShouldBe(0);
        most.ShouldBeLessThan(budget + (1 << 20));
        FishForMessage(message =>
        {
            (message as FlowUpdates)?.TakenIn!(0);
            if (message is AwaitDelivery)
            {
                LastSender.Tell(FlowsDelivered.Instance);
            }

            return message is CaptureFinished;
        }, Patience);
        AwaitAssert(() => sharing.Flows.Used.ShouldBe(0), Patience);
    }

    [Fact]
    public void Applications_are_named_and_read_in_tunnels_as_configured()
    {
        var inner = Ipv4(6, Tcp(40000, 7777), "10.1.0.1", "10.1.0.2");
        var query = Ipv4(17, Udp(40000, 53, ApplicationCraft.DnsQuery(1, "inner.example")), "10.1.0.1", "10.1.0.2");
        Write(_file, LinkLayers.Ethernet, new[] { inner, query }.Select(packet => Ethernet(0x0800, Ipv4(4, Ipv4(4, packet, "10.2.0.1", "10.2.0.2"), "10.3.0.1", "10.3.0.2"))));
        var uplink = CreateTestProbe();
        Start(File(_file) with { ApplicationPorts = new ApplicationPorts(new Dictionary<int, string> { [7777] = "Mine" }, new Dictionary<int, string>()) }, uplink);
        var flows = Take(uplink, found => found.Count == 4);
        flows.Values.ShouldContain(flow => flow.Application == "Mine");
        flows.Values.Single(flow => flow.Application == "DNS").Dns.Questions[0].Name.ShouldBe("inner.example");
    }

    [Fact]
    public void Statistics_count_the_packets_read()
    {
        Write(_file, LinkLayers.Ethernet, Enumerable.Repeat(Ethernet(0x0800, Ipv4(6, Tcp(1, 2))), 30));
        Start(File(_file), CreateTestProbe());
        FishForMessage(message => message is CaptureStatistics { Received: 30, DroppedByUs: 0 }, Patience);
    }

    [Fact]
    public void A_file_that_is_cut_off_is_reported_as_failed_with_its_flows()
    {
        Write(_file, LinkLayers.Ethernet, Enumerable.Repeat(Ethernet(0x0800, Ipv4(6, Tcp(1, 2))), 3));
        using (var stream = new FileStream(_file, FileMode.Open))
        {
            stream.SetLength(stream.Length - 5);
        }

        var uplink = CreateTestProbe();
        var capture = Start(File(_file), uplink);
        Watch(capture);
        var failed = (CaptureFailed)FishForMessage(message => message is CaptureFailed, Patience);
        failed.Error.ShouldContain(_file);
        failed.Error.ShouldContain("after 2 packets");
        uplink.ExpectMsg<FlowUpdates>(Patience).Flows[0].Metric.AbPackets.ShouldBe(2);
        ExpectTerminated(capture, Patience);
    }

    [Fact]
    public void A_filter_that_does_not_compile_is_named_with_libpcap_s_words()
    {
        Write(_file, LinkLayers.Ethernet, []);
        Start(File(_file) with { BpfFilter = "icmp andd" }, CreateTestProbe());
        ExpectMsg<CaptureFailed>(Patience).Error.ShouldMatch("filter \"icmp andd\": .*syntax error");
    }

    [Fact]
    public void An_interface_that_is_not_there_is_named()
    {
        Start(Settings() with { Source = CaptureSource.Pcap, Device = "no-such-if" }, CreateTestProbe());
        ExpectMsg<CaptureFailed>(Patience).Error.ShouldContain("there is no interface no-such-if");
    }

    [Fact]
    public void An_unknown_key_mode_is_named()
    {
        Start(File(_file) with { LayerKeyMode = "L4" }, CreateTestProbe());
        ExpectMsg<CaptureFailed>(Patience).Error.ShouldContain("\"L4\"");
    }

    [RequiresFact("root", "ip", "ping")]
    public void A_ping_between_namespaces_is_one_flow_and_a_deleted_interface_ends_the_capture()
    {
        using var pair = new VethPair("capture");
        var uplink = CreateTestProbe();
        var capture = Start(Settings() with { Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA, BpfFilter = "icmp" }, uplink);
        ExpectMsg<CaptureStarted>(Patience);
        pair.Ping(3);

        var flows = Take(uplink, found => found.Values.Any(flow => flow.Metric is { AbPackets: 3, BaPackets: 3 }));
        var flow = flows.Values.ShouldHaveSingleItem();
        flow.LayersPath.ShouldBe("Ethernet/IPv4/ICMPv4");
        (flow.Network.A, flow.Network.B).ShouldBe((VethPair.AddressA, VethPair.AddressB));
        flow.RttNs.ShouldBeGreaterThan(0);
        FishForMessage(message => message is CaptureStatistics { Received: 6, DroppedByKernel: 0 }, Patience);

        Watch(capture);
        pair.DeleteInterface();
        var failed = (CaptureFailed)FishForMessage(message => message is CaptureFailed, Patience);
        failed.Error.ShouldContain(pair.Interface);
        ExpectTerminated(capture, Patience);
    }

    [RequiresFact("root", "ip", "ss")]
    public void A_ring_of_blocks_is_small_until_packets_come_fast_and_has_the_size_asked_for_then()
    {
        using var pair = new VethPair("ring");
        StartSmall(Settings() with { Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA, BufferSize = 4 << 20, BpfFilter = "udp", SnapLength = 65535 });
        ExpectMsg<CaptureStarted>(Patience);
        RingsOf(pair).ShouldBe([2 << 20]);

        pair.Flood(megabytes: 8);
        AwaitAssert(() => RingsOf(pair).ShouldBe([4 << 20]), Patience);
    }

    [RequiresFact("root", "ip", "ss")]
    public void A_ring_that_another_takes_the_place_of_loses_no_packet_and_counts_none_twice()
    {
        using var pair = new VethPair("change");
        StartSmall(Settings() with { Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA, BpfFilter = "udp", SnapLength = 65535 });
        ExpectMsg<CaptureStarted>(Patience);
        RingsOf(pair).ShouldBe([2 << 20]);
        var sent = pair.SendAtRate(seconds: 3, perMillisecond: 8);
        RingsOf(pair).ShouldNotBe([2 << 20]);
        FishForMessage(message => message is CaptureStatistics statistics && statistics.Received + statistics.DroppedByKernel >= sent, Patience);
        FishForMessage(message => message is CaptureStatistics statistics && statistics.Received + statistics.DroppedByKernel == sent, Patience);
    }

    [RequiresFact("root", "ip", "ss")]
    public void Where_rings_may_take_no_more_memory_a_capture_s_ring_is_as_small_as_can_be_and_that_is_counted()
    {
        using var pair = new VethPair("least");
        var sharing = new CaptureSharing(rings: 700 << 10, flows: 64 << 20, innerFlows: 64 << 20);
        foreach (var id in new[] { "first", "second" })
        {
            ChildActorOf(CaptureActor.Props(Settings() with { CaptureId = id, Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA, BpfFilter = "udp", SnapLength = 65535 }, CreateTestProbe(), sharing));
            ExpectMsg<CaptureStarted>(Patience);
        }

        RingsOf(pair).ShouldBe([256 << 10, 512 << 10]);
        pair.Flood(megabytes: 8);
        FishForMessage(message => message is CaptureStatistics { CaptureId: "first", RingsRefused: > 0 }, Patience);
        FishForMessage(message => message is CaptureStatistics { CaptureId: "second", RingsRefused: > 1 }, Patience);
        RingsOf(pair).ShouldBe([256 << 10, 512 << 10]);
    }

    [RequiresFact("root", "ip")]
    public void A_capture_for_which_no_descriptors_are_left_says_so_and_starts_once_another_has_ended()
    {
        using var pair = new VethPair("files");
        var sharing = new CaptureSharing(rings: 64 << 20, flows: 64 << 20, innerFlows: 64 << 20, descriptors: 256 + 5);
        Props Capture(string id) => CaptureActor.Props(Settings() with { CaptureId = id, Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA }, CreateTestProbe(), sharing);
        var first = ChildActorOf(Capture("first"));
        ExpectMsg<CaptureStarted>(Patience);

        ChildActorOf(Capture("second"));
        ((CaptureFailed)FishForMessage(message => message is CaptureFailed, Patience)).Error.ShouldContain("files and sockets that this process may have open");

        Watch(first);
        Sys.Stop(first);
        FishForMessage(message => message is Terminated, Patience);
        AwaitAssert(() => sharing.Places.Take(1).ShouldBe(1), Patience);
        sharing.Places.GiveBack(1);
        ChildActorOf(Capture("third"));
        FishForMessage(message => message is CaptureStarted { CaptureId: "third" }, Patience);
    }

    [RequiresFact("root", "ip", "ping")]
    public void No_more_of_a_packet_is_kept_than_asked_for_and_its_whole_length_counted()
    {
        using var pair = new VethPair("snap");
        var uplink = CreateTestProbe();
        Start(Settings() with { Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA, BpfFilter = "icmp", SnapLength = 30 }, uplink);
        ExpectMsg<CaptureStarted>(Patience);
        pair.Ping(2);
        // The IP header ends at byte 34: with 30 there's only Ethernet to tell.
        var flow = Take(uplink, found => found.Values.Any(flow => flow.Metric.AbPackets + flow.Metric.BaPackets == 4)).Values.ShouldHaveSingleItem();
        flow.LayersPath.ShouldBe("Ethernet");
        flow.Metric.AbBytes.ShouldBe(2 * 98);
    }

    [RequiresFact("root", "ip", "ping")]
    public void What_the_kernel_drops_for_want_of_room_is_counted_as_the_kernel_s()
    {
        using var pair = new VethPair("drops");
        var capture = Start(Settings() with { Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA, BufferSize = 64 << 10, SnapLength = 65535 }, CreateTestProbe());
        ExpectMsg<CaptureStarted>(Patience);
        pair.Flood(megabytes: 64);
        var statistics = (CaptureStatistics)FishForMessage(message => message is CaptureStatistics { DroppedByKernel: > 0 }, Patience);
        statistics.DroppedByInterface.ShouldBe(0);
        statistics.DroppedByUs.ShouldBe(0);
        Sys.Stop(capture);
    }

    [RequiresFact("root", "ip", "ping")]
    public void A_stopped_capture_reports_its_flows()
    {
        using var pair = new VethPair("stop");
        var uplink = CreateTestProbe();
        var capture = Start(
            Settings() with { Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA, BpfFilter = "icmp", UpdateEvery = TimeSpan.FromHours(1), StatisticsEvery = TimeSpan.FromMilliseconds(100) }, uplink);
        ExpectMsg<CaptureStarted>(Patience);
        pair.Ping(2);
        FishForMessage(message => message is CaptureStatistics { Received: 4 }, Patience);
        Sys.Stop(capture);
        Take(uplink, found => found.Values.Any(flow => flow.Metric is { AbPackets: 2, BaPackets: 2 })).Count.ShouldBe(1);
    }

    [Fact]
    public void Sampled_headers_stand_for_as_many_packets_as_the_rate_says()
    {
        var end = new IPEndPoint(Loopback.Next(), Port);
        var uplink = CreateTestProbe();
        Start(Settings() with { Source = CaptureSource.Sflow, ListenAddress = end.Address.ToString(), ListenPort = Port, UpdateEvery = TimeSpan.FromMilliseconds(100) }, uplink);
        ExpectMsg<CaptureStarted>(Patience);
        using var client = new UdpClient();
        var frame = Ethernet(0x0800, Ipv4(1, Echo(9, 1)));
        client.Send(SflowCraft.Datagram(sequence: 1, rate: 64, frame, frame.Length), end);
        client.Send(SflowCraft.Datagram(sequence: 4, rate: 64, frame, 1400), end);

        var flow = Take(uplink, found => found.Values.Any(flow => flow.Metric.AbPackets == 128)).Values.ShouldHaveSingleItem();
        flow.Metric.AbBytes.ShouldBe(64 * (frame.Length + 1400));
        flow.SamplingRate.ShouldBe(64u);
        flow.Icmp.Id.ShouldBe(9u);
        FishForMessage(message => message is CaptureStatistics { Received: 2, DroppedByKernel: 2 }, Patience);
    }

    [Fact]
    public void The_header_size_cuts_what_is_kept_and_nothing_of_what_is_counted()
    {
        var frame = Ethernet(0x0800, Ipv4(17, Udp(1, 2, new byte[500])));
        Write(_file, LinkLayers.Ethernet, Enumerable.Repeat(frame, 5));
        var uplink = CreateTestProbe();
        Start(File(_file) with { SnapLength = 60, RawPacketLimit = 3 }, uplink);
        var updates = uplink.ExpectMsg<FlowUpdates>(Patience);
        updates.Flows.ShouldHaveSingleItem().Metric.AbBytes.ShouldBe(5 * frame.Length);
        updates.RawPackets.Select(packet => (packet.Index, packet.OriginalLength, packet.Data.Length)).ShouldBe([(1L, (long)frame.Length, 60), (2, frame.Length, 60), (3, frame.Length, 60)]);
    }

    [RequiresFact("root", "ip", "ping")]
    public void A_live_capture_takes_no_more_of_a_packet_than_the_header_size()
    {
        using var pair = new VethPair("snap");
        var uplink = CreateTestProbe();
        Start(Settings() with { Source = CaptureSource.Pcap, Device = pair.Interface, NamespacePath = pair.PathA, BpfFilter = "icmp", SnapLength = 60, RawPacketLimit = 2 }, uplink);
        ExpectMsg<CaptureStarted>(Patience);
        pair.Ping(2);
        var updates = new List<FlowUpdates>();
        while (updates.Count == 0 || updates[^1].Flows[^1].Metric.AbPackets < 2)
        {
            updates.Add(uplink.ExpectMsg<FlowUpdates>(Patience));
        }

        updates.SelectMany(update => update.RawPackets).Select(packet => (packet.Index, packet.Data.Length, packet.OriginalLength)).ShouldBe([(1L, 60, 98L), (2, 60, 98)]);
        updates[^1].Flows[^1].Metric.AbBytes.ShouldBe(2 * 98);
    }

    [Fact]
    public void Raw_packets_inside_a_tunnel_are_whole()
    {
        var inner = Ethernet(0x0800, Ipv4(17, Udp(1, 2, new byte[1300])));
        Write(_file, LinkLayers.Ethernet, Enumerable.Repeat(Ethernet(0x0800, Ipv4(17, Udp(40000, 4789, Vxlan(77, inner)), "172.16.0.1", "172.16.0.2")), 20));
        var uplink = CreateTestProbe();
        Start(File(_file) with { RawPacketLimit = 2 }, uplink);
        var packets = new List<RawPacket>();
        while (packets.Count < 4)
        {
            packets.AddRange(uplink.ExpectMsg<FlowUpdates>(Patience).RawPackets);
        }

        packets.Where(packet => packet.Data.Length == inner.Length).Select(packet => packet.Index).ShouldBe([1, 2]);
        packets.Count(packet => packet.Data.Length > inner.Length).ShouldBe(2);
    }

    [Fact]
    public void Of_a_sampled_capture_the_counters_are_estimates_and_say_so()
    {
        var frame = Ethernet(0x0800, Ipv4(6, Tcp(1, 2, data: 100)));
        Write(_file, LinkLayers.Ethernet, Enumerable.Repeat(frame, 1000));
        var uplink = CreateTestProbe();
        Start(File(_file) with { SamplingRate = 10, ExtraTcpMetric = true }, uplink);
        var flow = Take(uplink, found => found.Values.Any(flow => flow.Metric.AbPackets == 1000)).Values.ShouldHaveSingleItem();
        (flow.SamplingRate, flow.Metric.AbBytes).ShouldBe((10u, 1000L * frame.Length));
        (flow.TcpMetric.AbPackets, flow.TcpMetric.AbBytes, flow.TcpMetric.AbRetransmitted, flow.TcpMetric.AbSegmentSkipped).ShouldBe((1000, 100_000, 0, 0));
    }

    [Fact]
    public void Statistics_count_what_couldnt_be_put_together()
    {
        Write(_file, LinkLayers.Ethernet, [Ethernet(0x0800, Ipv4(17, new byte[64], fragment: 0x2000))]);
        Start(File(_file) with { IpDefrag = true }, CreateTestProbe());
        FishForMessage(message => message is CaptureStatistics { Counts.FragmentErrors: 1 }, Patience);
    }

    [Fact]
    public void Statistics_count_what_couldnt_be_put_together_inside_tunnels_too()
    {
        var inner = Ethernet(0x0800, Ipv4(17, new byte[64], fragment: 0x2000));
        Write(_file, LinkLayers.Ethernet, [Ethernet(0x0800, Ipv4(17, Udp(40000, 4789, Vxlan(77, inner)), "172.16.0.1", "172.16.0.2"))]);
        Start(File(_file) with { IpDefrag = true }, CreateTestProbe());
        FishForMessage(message => message is CaptureStatistics { Counts.FragmentErrors: 1 }, Patience);
        ExpectMsg<CaptureFinished>(Patience);
    }

    [Fact]
    public void NetFlow_records_are_flows_of_the_capture()
    {
        var end = new IPEndPoint(Loopback.Next(), Port);
        var uplink = CreateTestProbe();
        Start(Settings() with { Source = CaptureSource.NetFlow, ListenAddress = end.Address.ToString(), ListenPort = Port, UpdateEvery = TimeSpan.FromMilliseconds(100) }, uplink);
        ExpectMsg<CaptureStarted>(Patience);
        using var client = new UdpClient();
        var record = NetFlowCraft.Version5Record([10, 0, 0, 1], [10, 0, 0, 2], 1234, 80, 6, 7, 700, 1000, 2000);
        client.Send(NetFlowCraft.Version5(1, 0, record), end);
        client.Send([1, 2, 3], end);
        client.Send(NetFlowCraft.Version5(5, 0, record), end);

        var flow = Take(uplink, found => found.Values.Any(flow => flow.Metric.AbPackets == 14)).Values.ShouldHaveSingleItem();
        (flow.LayersPath, flow.CaptureId, flow.NodeTid).ShouldBe(("IPv4/TCP", "capture-1", "tid-1"));
        FishForMessage(message => message is CaptureStatistics { Received: 2, DroppedByKernel: 3, DroppedByUs: 1 }, Patience);
    }

    [Fact]
    public void A_port_in_use_is_named()
    {
        var end = new IPEndPoint(Loopback.Next(), Port);
        using var taken = new UdpClient(end);
        Start(Settings() with { Source = CaptureSource.NetFlow, ListenAddress = end.Address.ToString(), ListenPort = Port }, CreateTestProbe());
        ExpectMsg<CaptureFailed>(Patience).Error.ShouldContain($"UDP port {Port}");
    }

    [Theory]
    [InlineData("NetFlow")]
    [InlineData("Sflow")]
    public void A_capture_gets_the_port_of_the_one_before_as_soon_as_that_is_stopped(string source)
    {
        var settings = Settings() with { Source = Enum.Parse<CaptureSource>(source), ListenAddress = Loopback.Next().ToString(), ListenPort = Port };
        for (var change = 0; change < 5; change++)
        {
            var capture = Start(settings, CreateTestProbe());
            (FishForMessage(message => message is CaptureStarted or CaptureFailed, Patience) as CaptureFailed)?.Error.ShouldBeNull();
            Watch(capture);
            Sys.Stop(capture);
            FishForMessage(message => message is Terminated, Patience);
        }
    }

    [Fact]
    public void A_capture_of_a_port_that_another_keeps_fails()
    {
        var settings = Settings() with { Source = CaptureSource.NetFlow, ListenAddress = Loopback.Next().ToString(), ListenPort = Port };
        Start(settings, CreateTestProbe());
        ExpectMsg<CaptureStarted>(Patience);
        Start(settings, CreateTestProbe());
        FishForMessage(message => message is CaptureFailed, Patience);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        System.IO.File.Delete(_file);
    }

    /// <summary>Bytes of the rings in the pair's namespace. The kernel's own words: packet_diag(7) has the version, 2 is TPACKET_V3, and the ring where one is mapped.</summary>
    private static int[] RingsOf(VethPair pair)
    {
        var sockets = pair.Inside("ss", "--packet", "--extended");
        sockets.ShouldContain("ver:2");
        return [.. Regex.Matches(sockets, @"ring_rx\(blk_size:(\d+),blk_nr:(\d+)")
            .Select(ring => int.Parse(ring.Groups[1].Value, CultureInfo.InvariantCulture) * int.Parse(ring.Groups[2].Value, CultureInfo.InvariantCulture)).Order()];
    }

    private static CaptureSettings Settings() => new()
    {
        CaptureId = "capture-1",
        NodeTid = "tid-1",
        Host = "host-1",
        Source = CaptureSource.File,
        UpdateEvery = TimeSpan.FromMilliseconds(200),
        StatisticsEvery = TimeSpan.FromMilliseconds(200),
    };

    private static CaptureSettings File(string path) => Settings() with { FilePath = path };

    private static Dictionary<string, Flow> Take(TestProbe uplink, Func<Dictionary<string, Flow>, bool> enough)
    {
        var found = new Dictionary<string, Flow>();
        while (!enough(found))
        {
            foreach (var flow in uplink.ExpectMsg<FlowUpdates>(Patience).Flows)
            {
                found[flow.Uuid] = flow;
            }
        }
        return found;
    }

    /// <summary>A capture as one of many, whose ring is small at first.</summary>
    private void StartSmall(CaptureSettings settings) =>
        ChildActorOf(CaptureActor.Props(settings, CreateTestProbe().Ref, new CaptureSharing(rings: 16 << 20, flows: 64 << 20, innerFlows: 64 << 20)));

    /// <summary>A capture whose parent is the test's actor.</summary>
    private IActorRef Start(CaptureSettings settings, TestProbe uplink)
    {
        uplink.SetAutoPilot(new DeliveringUplink());
        return ChildActorOf(CaptureActor.Props(settings, uplink.Ref, TestSharing.All));
    }
}
