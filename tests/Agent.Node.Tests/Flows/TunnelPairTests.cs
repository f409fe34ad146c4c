using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

/// <summary>Tunnels whose directions have identifiers of their own, between two ends that have many of them.</summary>
public sealed class TunnelPairTests
{
    private const byte Syn = 0x02;
    private const byte SynAck = 0x12;
    private const byte Ack = 0x10;
    private const long Millisecond = 1_000_000;
    private readonly FinalFlows _output = new();
    private long _time = 1_700_000_000_000_000_000;

    [Fact]
    public void Subscribers_with_equal_inner_addresses_stay_apart_however_their_packets_mix()
    {
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            var output = new FinalFlows();
            var engine = new FlowEngine(new FlowOptions(), Captures.Origin, output);
            var left = Enumerable.Range(0, 4).Select(subscriber => Connection(subscriber, (uint)random.Next(), (uint)random.Next())).ToList();
            while (left.Count > 0)
            {
                var next = left[random.Next(left.Count)];
                Feed(engine, next.Dequeue());
                left.RemoveAll(connection => connection.Count == 0);
            }
            engine.End();
            var tunnels = output.Flows.Where(flow => flow.ParentUuid.Length == 0).ToList();
            tunnels.Select(flow => (flow.Network.Id, flow.Tunnel.ReturnId)).ShouldBe([(1, 4), (2, 3), (3, 2), (4, 1)], ignoreOrder: true);
            var inner = output.Flows.Where(flow => flow.ParentUuid.Length > 0).ToList();
            inner.Count.ShouldBe(4);
            inner.ShouldAllBe(flow => flow.Metric.AbPackets == 3 && flow.Metric.BaPackets == 2 && flow.RttNs > 0);
            inner.Select(flow => flow.ParentUuid).ShouldBe(tunnels.Select(flow => flow.Uuid), ignoreOrder: true);
            foreach (var tunnel in tunnels)
            {
                (tunnel.Metric.AbPackets, tunnel.Metric.BaPackets).ShouldBe((3, 2));
            }
        }
    }

    [Fact]
    public void A_connection_seen_from_the_middle_on_pairs_by_numbers_that_are_near_and_not_by_others()
    {
        Read(
            There(1, Inner(Ack, 1000, 5000, 100)), Back(2, InnerBack(Ack, 900_000_000, 700_000_000, 100)), Back(3, InnerBack(Ack, 5000, 1000, 1400)),
            There(1, Inner(Ack, 1100, 5000)), Back(3, InnerBack(Ack, 6400, 1100)));
        Tunnels().ShouldBe(["1>3 2/2", "2 1/0"]);
    }

    [Fact]
    public void What_has_no_numbers_pairs_by_its_ports_when_there_is_one_of_it_only()
    {
        Read(There(1, Datagram(4000, 5000)), Back(2, Datagram(5000, 4000, back: true)));
        Tunnels().ShouldBe(["1>2 1/1"]);
    }

    [Fact]
    public void What_fits_to_two_stays_apart()
    {
        Read(
            There(1, Datagram(4000, 5000)), There(3, Datagram(4000, 5000)), Back(2, Datagram(5000, 4000, back: true)), Back(4, Datagram(5000, 4000, back: true)));
        Tunnels().ShouldBe(["1 1/0", "2 1/0", "3 1/0", "4 1/0"]);
    }

    [Fact]
    public void What_stayed_apart_pairs_as_soon_as_a_packet_fits_to_one()
    {
        Read(
            There(1, Datagram(4000, 5000)), There(3, Datagram(4000, 5000)), Back(2, Datagram(5000, 4000, back: true)), Back(4, Datagram(5000, 4000, back: true)),
            There(3, Inner(Syn, 100, 0)), Back(4, InnerBack(SynAck, 500, 101)), There(3, Inner(Ack, 101, 501)));
        // The direction that came later goes on in the other's flow, and what it had by itself ends.
        Tunnels().ShouldBe(["1 1/0", "2 1/0", "3>4 3/1", "4 1/0"]);
        Inside("3>4").ShouldBe(["IPv4/TCP 2/1", "IPv4/UDP 1/0"]);
    }

    [Fact]
    public void Equal_ports_pair_tunnels_with_equal_identifiers_only()
    {
        Read(There(1, Datagram(500, 500)), Back(2, Datagram(500, 500, back: true)), There(3, Datagram(123, 123)), Back(3, Datagram(123, 123, back: true)));
        Tunnels().ShouldBe(["1 1/0", "2 1/0", "3 1/1"]);
    }

    [Fact]
    public void An_echo_and_a_DNS_query_pair_with_their_own_answers()
    {
        byte[] Query(int id, bool back = false) => Datagram(back ? 53 : 4000, back ? 4000 : 53, back, U16(id));
        Read(
            There(1, Ipv4(1, Echo(9, 1))), There(3, Ipv4(1, Echo(9, 7))), Back(4, Ipv4(1, Echo(9, 7, reply: true), "10.0.0.2", "10.0.0.1")), Back(2, Ipv4(1, Echo(9, 1, reply: true), "10.0.0.2", "10.0.0.1")),
            There(5, Query(77)), There(7, Query(78)), Back(8, Query(78, back: true)), Back(6, Query(77, back: true)));
        Tunnels().ShouldBe(["1>2 1/1", "3>4 1/1", "5>6 1/1", "7>8 1/1"]);
    }

    [Fact]
    public void A_message_about_no_tunnel_and_its_answer_are_one_flow_and_what_ends_a_tunnel_is_its_own()
    {
        byte[] Message(byte type, uint id) => [0x32, type, 0, 4, .. U32(id), 0, 1, 0, 0];
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        Feed(engine, There(1, Inner(Syn, 100, 0)));
        Feed(engine, Back(2, InnerBack(SynAck, 500, 101)));
        foreach (var (back, message) in new[] { (false, Message(1, 0)), (true, Message(2, 0)), (true, Message(254, 2)) })
        {
            var packet = back
                ? Ethernet(0x0800, Ipv4(17, Udp(2152, 2152, message), "172.16.0.2", "172.16.0.1"), MacB, MacA)
                : Ethernet(0x0800, Ipv4(17, Udp(2152, 2152, message), "172.16.0.1", "172.16.0.2"));
            engine.Process(_time += Millisecond, LinkType.Ethernet, packet.Length, packet);
        }
        engine.End();
        Tunnels().ShouldBe(["0 1/1", "1>2 1/2"]);
    }

    [Fact]
    public void An_answer_after_a_minute_is_none()
    {
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        Feed(engine, There(1, Inner(Syn, 100, 0)));
        _time += 60_000 * Millisecond;
        Feed(engine, Back(2, InnerBack(SynAck, 500, 101)));
        engine.End();
        Tunnels().ShouldBe(["1 1/0", "2 1/0"]);
    }

    [Fact]
    public void Packets_of_another_time_take_no_room()
    {
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        var now = _time;
        _time += 365L * 24 * 3600 * 1000 * Millisecond;
        for (var id = 100; id < 200; id++)
        {
            Feed(engine, There(id, Inner(Syn, 100, 0)));
        }

        _time = now;
        Feed(engine, There(1, Inner(Syn, 100, 0)));
        Feed(engine, There(3, Inner(Syn, 7777, 0)));
        Feed(engine, Back(2, InnerBack(SynAck, 500, 101)));
        engine.End();
        Tunnels().ShouldContain("1>2 1/1");
    }

    [Fact]
    public void Other_ends_tunnels_are_not_asked()
    {
        Read(There(1, Inner(Syn, 100, 0)), (true, 2, InnerBack(SynAck, 500, 101), "172.16.0.9"), Back(3, InnerBack(SynAck, 500, 101)));
        Tunnels().ShouldBe(["1>3 1/1", "2 1/0"]);
    }

    [Fact]
    public void Both_directions_of_a_pair_are_one_tunnel_to_whoever_takes_what_it_carries()
    {
        var sink = new Sink();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output, sink);
        var connection = Connection(0, 100, 500);
        while (connection.TryDequeue(out var packet))
        {
            Feed(engine, packet);
        }

        engine.End();
        sink.Carried.Count.ShouldBe(5);
        sink.Carried.Distinct().ShouldBe(sink.Ended);
    }

    [Fact]
    public void Pairs_leave_with_their_flows_and_chance_identifiers_take_no_room()
    {
        const int entries = 100;
        var engine = new FlowEngine(new FlowOptions { MaxEntries = entries, ReportUpdates = false }, Captures.Origin, _output);
        for (var number = 0; number < 20_000; number++)
        {
            var id = 2 * (number + 1);
            Feed(engine, There(id, Inner(Syn, (uint)number, 0)));
            if (number % 3 == 0)
            {
                Feed(engine, Back(id + 1, InnerBack(SynAck, 500, (uint)number + 1)));
                engine.PairedTunnels.ShouldBeGreaterThan(0);
            }
            engine.PairedTunnels.ShouldBeLessThanOrEqualTo(entries);
        }
        engine.End();
        engine.PairedTunnels.ShouldBe(0);
    }

    [Fact]
    public void As_many_conversations_as_are_remembered_pair_and_above_that_the_last_ones()
    {
        const int more = 100;
        var engine = new FlowEngine(new FlowOptions { ReportUpdates = false }, Captures.Origin, _output);
        for (var number = 0; number < AskedPackets.Most + more; number++)
        {
            Feed(engine, There(1 + number, Datagram(10_000 + number, 53_000)));
        }

        for (var answered = 0; answered < AskedPackets.Most + more; answered++)
        {
            var number = (answered + more) % (AskedPackets.Most + more);
            Feed(engine, Back(100_001 + number, Datagram(53_000, 10_000 + number, back: true)));
        }

        engine.PairedTunnels.ShouldBe(AskedPackets.Most, ChosenHashSecret.Again);
    }

    [Fact]
    public void A_conversation_in_many_tunnels_takes_a_few_places()
    {
        var engine = new FlowEngine(new FlowOptions { ReportUpdates = false }, Captures.Origin, _output);
        Feed(engine, There(1, Datagram(10_000, 53_000)));
        for (var number = 0; number < 2 * AskedPackets.Most; number++)
        {
            Feed(engine, There(10 + number, Inner(Syn, (uint)number, 0)));
        }

        Feed(engine, Back(2, Datagram(53_000, 10_000, back: true)));
        engine.PairedTunnels.ShouldBe(1, ChosenHashSecret.Again);
    }

    [Fact]
    public void Packets_in_a_block_give_the_flows_they_give_one_by_one()
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, output);
        var packets = Enumerable.Range(0, 4).SelectMany(subscriber => Connection(subscriber, (uint)subscriber * 1_000_000, 500)).Select(Packet).ToList();
        var block = packets.SelectMany(packet => packet).ToArray();
        var start = 0;
        var places = packets.Select((packet, number) => new PacketPlace(_time + number, (start += packet.Length) - packet.Length, packet.Length, packet.Length)).ToArray();
        engine.Process(LinkType.Ethernet, block, places);
        engine.End();
        output.Flows.Count.ShouldBe(8);
        output.Flows.ShouldAllBe(flow => flow.Metric.AbPackets == 3 && flow.Metric.BaPackets == 2);
    }

    /// <summary>Of a subscriber: its identifiers one way and the other are those of another one the other way and this.</summary>
    private static Queue<(bool Back, int Id, byte[] Inner, string From)> Connection(int subscriber, uint client, uint server)
    {
        var (up, down) = (subscriber + 1, 4 - subscriber);
        return new([
            There(up, Inner(Syn, client, 0)), Back(down, InnerBack(SynAck, server, client + 1)), There(up, Inner(Ack, client + 1, server + 1)),
            There(up, Inner(Ack, client + 1, server + 1, 10)), Back(down, InnerBack(Ack, server + 1, client + 11)),
        ]);
    }

    private static (bool Back, int Id, byte[] Inner, string From) There(int id, byte[] inner) => (false, id, inner, "172.16.0.1");

    private static (bool Back, int Id, byte[] Inner, string From) Back(int id, byte[] inner) => (true, id, inner, "172.16.0.2");

    private static byte[] Inner(byte flags, uint sequence, uint acknowledged, int data = 0) => Ipv4(6, Segment(40_000, 80, flags, sequence, acknowledged, data));

    private static byte[] InnerBack(byte flags, uint sequence, uint acknowledged, int data = 0) => Ipv4(6, Segment(80, 40_000, flags, sequence, acknowledged, data), "10.0.0.2", "10.0.0.1");

    private static byte[] Segment(int source, int destination, byte flags, uint sequence, uint acknowledged, int data)
    {
        var segment = Tcp(source, destination, flags, sequence, data);
        U32(acknowledged).CopyTo(segment.AsSpan(8));
        return segment;
    }

    private static byte[] Datagram(int source, int destination, bool back = false, params byte[] payload) =>
        back ? Ipv4(17, Udp(source, destination, payload), "10.0.0.2", "10.0.0.1") : Ipv4(17, Udp(source, destination, payload));

    private static byte[] Packet((bool Back, int Id, byte[] Inner, string From) packet) => packet.Back
        ? Ethernet(0x0800, Ipv4(17, Udp(2152, 2152, Gtp((uint)packet.Id, packet.Inner)), packet.From, "172.16.0.1"), MacB, MacA)
        : Ethernet(0x0800, Ipv4(17, Udp(2152, 2152, Gtp((uint)packet.Id, packet.Inner)), packet.From, "172.16.0.2"));

    private void Feed(FlowEngine engine, (bool Back, int Id, byte[] Inner, string From) packet)
    {
        var bytes = Packet(packet);
        engine.Process(_time += Millisecond, LinkType.Ethernet, bytes.Length, bytes);
    }

    private void Read(params (bool Back, int Id, byte[] Inner, string From)[] packets)
    {
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, _output);
        foreach (var packet in packets)
        {
            Feed(engine, packet);
        }

        engine.End();
    }

    /// <summary>"1>2 5/3": the identifiers of the two directions, and packets.</summary>
    private List<string> Tunnels() => [.. _output.Flows.Where(flow => flow.ParentUuid.Length == 0).Select(flow => $"{Ids(flow)} {Counts(flow)}").Order(StringComparer.Ordinal)];

    private List<string> Inside(string ids)
    {
        var tunnel = _output.Flows.Single(flow => flow.ParentUuid.Length == 0 && Ids(flow) == ids);
        return [.. _output.Flows.Where(flow => flow.ParentUuid == tunnel.Uuid).Select(flow => $"{flow.LayersPath} {Counts(flow)}").Order(StringComparer.Ordinal)];
    }

    private static string Ids(Flow flow) => flow.Tunnel is { HasReturnId: true } tunnel ? $"{flow.Network.Id}>{tunnel.ReturnId}" : $"{flow.Network.Id}";

    private static string Counts(Flow flow) => $"{flow.Metric.AbPackets}/{flow.Metric.BaPackets}";

    private sealed class Sink : ITunnelSink
    {
        internal List<ulong> Carried { get; } = [];

        internal List<ulong> Ended { get; } = [];

        public void Carry(ulong tunnel, LinkType link, long time, EngineClock clock, int originalLength, ReadOnlySpan<byte> packet, uint samplingRate) => Carried.Add(tunnel);

        void ITunnelSink.Ended(ulong tunnel) => Ended.Add(tunnel);
    }
}
