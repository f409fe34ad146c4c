using Agent.Node.Decoding;
using Agent.Node.Flows;
using PacketDotNet;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows.Details;

/// <summary>A capture's ExtraTCPMetric, from the packet to the flow.</summary>
public sealed class TcpMetricTests : IDisposable
{
    private const byte Fin = TcpHeader.Fin | TcpHeader.Ack;
    private const byte Rst = TcpHeader.Rst | TcpHeader.Ack;
    private const byte Syn = TcpHeader.Syn;
    private const byte SynAck = TcpHeader.Syn | TcpHeader.Ack;
    private const byte Push = 0x18;
    private const uint Client = uint.MaxValue - 100;
    private const uint Server = 7000;
    private const long First = 1_700_000_000_000;

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"tcp-metric-{Guid.NewGuid():N}.pcap");

    // A packet per millisecond: the handshake takes two, so what fills a gap one later is out of order, what takes longer was lost.
    private static readonly byte[][] Connection =
    [
        FromClient(Syn, 0, 0, 0),
        FromServer(SynAck, 0, 1, 0),
        FromClient(TcpHeader.Ack, 1, 1, 0),
        FromClient(Push, 1, 1, 200),
        FromClient(Push, 401, 1, 200),
        FromClient(Push, 201, 1, 200),
        FromServer(TcpHeader.Ack, 1, 601, 0),
        FromServer(Push, 1, 601, 1000),
        FromServer(Push, 2001, 601, 1000),
        FromServer(Push, 3001, 601, 1000),
        FromServer(Push, 4001, 601, 1000),
        FromServer(Push, 5001, 601, 1000),
        FromClient(TcpHeader.Ack, 601, 1001, 0),
        FromClient(TcpHeader.Ack, 601, 1001, 0),
        FromClient(TcpHeader.Ack, 601, 1001, 0),
        FromServer(Push, 1001, 601, 1000),
        FromClient(TcpHeader.Ack, 601, 6001, 0),
        FromServer(Push, 7001, 601, 500),
        FromClient(Push, 601, 6001, 50),
        FromClient(Push, 601, 6001, 50),
        FromClient(Fin, 651, 6001, 0),
        FromServer(Rst, 7501, 652, 0),
    ];

    [Fact]
    public void Times_order_losses_and_bytes_are_told_per_direction()
    {
        Write(_file, LinkLayers.Ethernet, Connection);
        var tcp = Captures.FlowsOf(_file, new FlowOptions { ExtraTcpMetric = true }).ShouldHaveSingleItem().TcpMetric;
        (tcp.AbSynStart, tcp.BaSynStart, tcp.AbSynTtl, tcp.BaSynTtl).ShouldBe((First, First + 1, 64, 64));
        (tcp.AbFinStart, tcp.BaFinStart, tcp.AbRstStart, tcp.BaRstStart).ShouldBe((First + 20, 0, 0, First + 21));
        (tcp.AbSegmentOutOfOrder, tcp.AbRetransmitted, tcp.AbSegmentSkipped, tcp.AbSegmentSkippedBytes).ShouldBe((1, 1, 0, 0));
        (tcp.BaSegmentOutOfOrder, tcp.BaRetransmitted, tcp.BaSegmentSkipped, tcp.BaSegmentSkippedBytes).ShouldBe((0, 1, 1, 1000));
        (tcp.AbPackets, tcp.AbBytes, tcp.BaPackets, tcp.BaBytes).ShouldBe((7, 650, 9, 6500));
        (tcp.AbSawStart, tcp.AbSawEnd, tcp.BaSawStart, tcp.BaSawEnd).ShouldBe((1, 1, 1, 1));
    }

    [RequiresFact("tshark")]
    public void Wireshark_tells_the_same()
    {
        Write(_file, LinkLayers.Ethernet, Connection);
        var tcp = Captures.FlowsOf(_file, new FlowOptions { ExtraTcpMetric = true }).Single().TcpMetric;
        Count("tcp.analysis.out_of_order", 1000).ShouldBe(tcp.AbSegmentOutOfOrder);
        Count("tcp.analysis.retransmission", 1000).ShouldBe(tcp.AbRetransmitted);
        Count("tcp.analysis.out_of_order", 80).ShouldBe(tcp.BaSegmentOutOfOrder);
        Count("tcp.analysis.retransmission", 80).ShouldBe(tcp.BaRetransmitted);
        // Wireshark marks each gap when it opens: of the server's two, one was filled.
        Count("tcp.analysis.lost_segment", 80).ShouldBe(tcp.BaSegmentSkipped + tcp.BaRetransmitted);
    }

    [Fact]
    public void Only_the_first_bytes_of_each_packet_say_the_same()
    {
        var whole = Feed(Connection, int.MaxValue, new FlowOptions { ExtraTcpMetric = true });
        var headers = Feed(Connection, 54, new FlowOptions { ExtraTcpMetric = true });
        headers.TcpMetric.ShouldBe(whole.TcpMetric);
        headers.Metric.ShouldBe(whole.Metric);
    }

    [Fact]
    public void Nothing_is_told_unless_asked_for()
    {
        Feed(Connection, int.MaxValue, new FlowOptions()).TcpMetric.ShouldBeNull();
        var udp = Ethernet(0x0800, Ipv4(17, Udp(1, 2, [])));
        Feed([udp], int.MaxValue, new FlowOptions { ExtraTcpMetric = true }).TcpMetric.ShouldBeNull();
    }

    [Fact]
    public void A_new_connection_on_the_same_ports_starts_from_nothing()
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions { ExtraTcpMetric = true }, Captures.Origin, output);
        foreach (var packet in Connection.Concat([FromClient(Syn, 100_000, 0, 0)]))
        {
            engine.Process(First * 1_000_000, LinkType.Ethernet, packet.Length, packet);
        }

        engine.End();
        output.Flows.Count.ShouldBe(2);
        output.Flows.ShouldContain(flow => flow.TcpMetric.AbPackets == 1 && flow.TcpMetric.AbRetransmitted == 0);
    }

    [Fact]
    public void The_round_trip_is_measured_also_where_the_server_was_heard_first()
    {
        var stray = FromServer(TcpHeader.Ack, 0, 0, 0);
        var flow = Feed([stray, .. Connection[..3]], int.MaxValue, new FlowOptions());
        flow.Transport.A.ShouldBe(80);
        flow.RttNs.ShouldBe(1_000_000);
    }

    [Fact]
    public void Memory_is_allocated_per_flow_and_not_per_packet()
    {
        var engine = new FlowEngine(new FlowOptions { ExtraTcpMetric = true }, Captures.Origin, new FinalFlows());
        var packets = Connection[3..18];
        Feed(engine, packets, 10);
        Allocated.ShouldBeNothingPerPacket(10_000 * packets.Length, () => Feed(engine, packets, 10_000));
    }

    public void Dispose() => File.Delete(_file);

    private static Flow Feed(byte[][] packets, int captured, FlowOptions options)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(options, Captures.Origin, output);
        for (var i = 0; i < packets.Length; i++)
        {
            engine.Process((First + i) * 1_000_000, LinkType.Ethernet, packets[i].Length, packets[i].AsSpan(0, Math.Min(captured, packets[i].Length)));
        }

        engine.End();
        return output.Flows.ShouldHaveSingleItem();
    }

    private static void Feed(FlowEngine engine, byte[][] packets, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var packet in packets)
            {
                engine.Process(First * 1_000_000, LinkType.Ethernet, packet.Length, packet);
            }
        }
    }

    private long Count(string mark, int fromPort) => Tshark.Run("-r", _file, "-Y", $"{mark} && tcp.srcport == {fromPort}", "-T", "fields", "-e", "frame.number").Count(line => line.Length > 0);

    private static byte[] FromClient(byte flags, uint sequence, uint acknowledged, int data) =>
        Segment(1000, 80, flags, unchecked(Client + sequence), acknowledged == 0 ? 0 : Server + acknowledged, data, "10.0.0.1", "10.0.0.2");

    private static byte[] FromServer(byte flags, uint sequence, uint acknowledged, int data) =>
        Segment(80, 1000, flags, Server + sequence, unchecked(Client + acknowledged), data, "10.0.0.2", "10.0.0.1");

    private static byte[] Segment(int source, int destination, byte flags, uint sequence, uint acknowledged, int data, string from, string to)
    {
        var tcp = Tcp(source, destination, flags, sequence, data);
        U32(acknowledged).CopyTo(tcp, 8);
        return from == "10.0.0.1" ? Ethernet(0x0800, Ipv4(6, tcp, from, to)) : Ethernet(0x0800, Ipv4(6, tcp, from, to), MacB, MacA);
    }
}
