using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows.Details;

/// <summary>A capture's RawPacketLimit, from the packet to what is sent to the analyzers.</summary>
public sealed class RawPacketTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_700_000_000 * Second;

    private readonly MessageCollector _collector = new();

    [Fact]
    public void The_first_packets_of_a_flow_and_of_the_flows_in_it_are_kept_from_their_first_layer_on()
    {
        var engine = Engine(limit: 2);
        var inner = Ipv6(58, EchoV6(1, 1), "fd01::1", "fd01::2");
        var frame = Ethernet(0x0800, Ipv4(47, Gre(0x86dd, inner)));
        for (var i = 0; i < 5; i++)
        {
            engine.Process(Start + i, LinkType.Ethernet, frame.Length + 1000, frame);
        }

        engine.End();

        var flows = _collector.Take();
        flows.ShouldAllBe(flow => flow.RawPacketsCaptured == 2);
        var packets = _collector.TakeRawPackets().ToLookup(packet => packet.FlowUuid);
        var outer = packets[flows.Single(flow => flow.ParentUuid == "").Uuid].ToArray();
        outer.Select(packet => (packet.Index, packet.TimeNs, packet.LinkType, packet.OriginalLength)).ShouldBe([(1, Start, 1u, frame.Length + 1000), (2, Start + 1, 1u, frame.Length + 1000)]);
        outer.ShouldAllBe(packet => packet.Data.ToByteArray().SequenceEqual(frame));
        var carried = flows.Single(flow => flow.ParentUuid != "");
        packets[carried.Uuid].Select(packet => (packet.Index, packet.LinkType, packet.OriginalLength, packet.L3TrackingId)).ShouldBe([(1, 101u, inner.Length + 1000, carried.L3TrackingId), (2, 101u, inner.Length + 1000, carried.L3TrackingId)]);
        packets[carried.Uuid].ShouldAllBe(packet => packet.Data.ToByteArray().SequenceEqual(inner));
    }

    [Fact]
    public void Each_packet_is_told_with_one_report_only()
    {
        var engine = Engine(limit: 10);
        var told = new List<long>();
        for (var second = 0; second < 30; second++)
        {
            var now = Start + (second * Second);
            engine.Process(now, LinkType.Ethernet, 60, Packet(1));
            engine.AdvanceTo(new(now, 0));
            told.AddRange(_collector.TakeRawPackets().Select(packet => packet.Index));
        }
        engine.End();
        told.AddRange(_collector.TakeRawPackets().Select(packet => packet.Index));
        told.ShouldBe(Enumerable.Range(1, 10).Select(i => (long)i));
        var reports = _collector.Take();
        reports.Count.ShouldBeGreaterThan(3);
        reports[^1].RawPacketsCaptured.ShouldBe(10);
        reports[0].RawPacketsCaptured.ShouldBeLessThan(10);
    }

    [Fact]
    public void What_doesnt_fit_beside_the_packets_that_wait_is_refused_and_counted()
    {
        var engine = Engine(limit: 100, capacity: 1000);
        for (var i = 0; i < 50; i++)
        {
            engine.Process(Start, LinkType.Ethernet, 60, Packet(i));
        }

        engine.Counts.RawPacketsRefused.ShouldBeGreaterThan(0);
        engine.AdvanceTo(new(Start, 0));
        engine.AdvanceTo(new(Start + (6 * Second), 0));
        var kept = _collector.TakeRawPackets().Count;
        (kept + engine.Counts.RawPacketsRefused).ShouldBe(50);
        _collector.Take().Sum(flow => flow.RawPacketsCaptured).ShouldBe(kept);

        // They have left: there's room again.
        engine.Process(Start + (7 * Second), LinkType.Ethernet, 60, Packet(0));
        engine.End();
        _collector.TakeRawPackets().Count.ShouldBe(1);
    }

    [Fact]
    public void Packets_nobody_takes_leave_with_their_flow()
    {
        var engine = new FlowEngine(new FlowOptions { RawPacketLimit = 5, RawPacketCapacity = 1000, MaxEntries = 3 }, Captures.Origin, new FinalFlows());
        for (var i = 0; i < 500; i++)
        {
            engine.Process(Start, LinkType.Ethernet, 60, Packet(i));
        }

        engine.Counts.RawPacketsRefused.ShouldBe(0);
    }

    [Fact]
    public void Of_a_packet_put_together_its_fragments_are_kept()
    {
        var datagram = Udp(7, 8, new byte[1000]);
        byte[][] fragments =
        [
            Ethernet(0x0800, Ipv4(17, datagram[504..], fragment: 504 / 8)),
            Ethernet(0x0800, Ipv4(17, datagram[..504], fragment: 0x2000)),
        ];
        var engine = new FlowEngine(new FlowOptions { Defragment = true, RawPacketLimit = 5 }, Captures.Origin, _collector);
        for (var i = 0; i < fragments.Length; i++)
        {
            engine.Process(Start + i, LinkType.Ethernet, fragments[i].Length, fragments[i]);
        }

        engine.End();
        _collector.Take().ShouldHaveSingleItem().RawPacketsCaptured.ShouldBe(2);
        var packets = _collector.TakeRawPackets();
        packets.Select(packet => packet.TimeNs).ShouldBe([Start, Start + 1]);
        packets.Select(packet => packet.Data.ToByteArray()).ShouldBe(fragments);
    }

    [Fact]
    public void What_calls_itself_Ethernet_and_is_raw_IP_says_so()
    {
        var engine = Engine(limit: 1);
        engine.Process(Start, LinkType.Ethernet, 60, Ipv4(1, Echo(1, 1)));
        engine.End();
        _collector.TakeRawPackets().ShouldHaveSingleItem().LinkType.ShouldBe(101u);
    }

    [Fact]
    public void No_memory_is_allocated_for_packets_beyond_the_limit()
    {
        var engine = Engine(limit: 3);
        var packet = Packet(1);
        Feed(10);
        Allocated.ShouldBeNothingPerPacket(10_000, () => Feed(10_000));

        void Feed(int packets)
        {
            for (var i = 0; i < packets; i++)
            {
                engine.Process(Start, LinkType.Ethernet, 60, packet);
            }
        }
    }

    private static byte[] Packet(int port) => Ethernet(0x0800, Ipv4(17, Udp(1000 + port, 2000, new byte[10])));

    private FlowEngine Engine(int limit, long capacity = 1 << 20) =>
        new(new FlowOptions { RawPacketLimit = limit, RawPacketCapacity = capacity }, Captures.Origin, _collector);
}
