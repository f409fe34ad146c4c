using System.Net;
using Agent.Node.Capture.NetFlow;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.Capture.NetFlow.NetFlowCraft;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Capture.NetFlow;

public sealed class NetFlowCollectorTests
{
    private const long SentMilliseconds = SentSeconds * 1000L;
    private const long Now = (SentSeconds + 1) * 1_000_000_000L;
    private static readonly byte[] A = [10, 0, 0, 1];
    private static readonly byte[] B = [10, 0, 0, 2];
    private static readonly (int, int)[] Simple = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (2, 4), (1, 4), (22, 4), (21, 4)];

    private readonly FinalFlows _flows = new();
    private readonly FlowEngine _engine;
    private readonly NetFlowCollector _collector;
    private readonly SocketAddress _exporter = new IPEndPoint(IPAddress.Loopback, 4000).Serialize();

    public NetFlowCollectorTests()
    {
        _engine = new FlowEngine(new FlowOptions(), Captures.Origin, _flows);
        _collector = new NetFlowCollector(_engine);
    }

    [Fact]
    public void Both_directions_are_one_flow_and_the_one_that_began_first_is_A_s()
    {
        Read(Version5(
            1, 0,
            Version5Record(B, A, 80, 1234, 6, 4, 4000, Uptime - 4900, Uptime - 1000, flags: 0x13),
            Version5Record(A, B, 1234, 80, 6, 5, 500, Uptime - 5000, Uptime - 2000, flags: 0x13)));
        var flow = End().ShouldHaveSingleItem();
        flow.LayersPath.ShouldBe("IPv4/TCP");
        (flow.Network.A, flow.Network.B, flow.Transport.A, flow.Transport.B).ShouldBe(("10.0.0.1", "10.0.0.2", 1234, 80));
        flow.Metric.ShouldBe(new FlowMetric { AbPackets = 5, AbBytes = 500, BaPackets = 4, BaBytes = 4000, Start = SentMilliseconds - 5000, Last = SentMilliseconds - 1000 });
        flow.FinishType.ShouldBe(FinishType.TcpFin);
        _collector.Records.ShouldBe(2);
    }

    [Fact]
    public void Records_of_a_flow_told_in_parts_add_up()
    {
        Read(Version5(1, 0, Version5Record(A, B, 5, 6, 17, 10, 1000, 1000, 2000)));
        Read(Version5(2, 0, Version5Record(A, B, 5, 6, 17, 7, 700, 2000, 3000)));
        var metric = End().ShouldHaveSingleItem().Metric;
        (metric.AbPackets, metric.AbBytes, metric.Last - metric.Start).ShouldBe((17, 1700, 2000));
        _collector.Lost.ShouldBe(0);
    }

    [Fact]
    public void Times_are_right_when_the_exporter_s_uptime_went_round()
    {
        Read([.. U16(5), .. U16(1), .. U32(500), .. U32(SentSeconds), .. U32(0), .. U32(1), 0, 0, 0, 0, .. Version5Record(A, B, 5, 6, 17, 1, 100, uint.MaxValue - 499, 200)]);
        var flow = End().ShouldHaveSingleItem();
        (flow.Start, flow.Last).ShouldBe((SentMilliseconds - 1000, SentMilliseconds - 300));
    }

    [Fact]
    public void Sampled_counters_are_scaled_and_marked()
    {
        const int everyPacketInterval = 0x4000;
        Read(Version5(1, everyPacketInterval | 100, Version5Record(A, B, 5, 6, 17, 3, 300, 1000, 2000)));
        var flow = End().ShouldHaveSingleItem();
        (flow.Metric.AbPackets, flow.Metric.AbBytes, flow.SamplingRate).ShouldBe((300, 30000, 100u));
    }

    [Fact]
    public void Gaps_in_the_numbers_of_datagrams_are_losses_a_restart_is_none()
    {
        var record = Version5Record(A, B, 5, 6, 17, 1, 100, 1000, 2000);
        Read(Version5(10, 0, record, record));
        Read(Version5(17, 0, record));
        _collector.Lost.ShouldBe(5);
        Read(Version5(0, 0, record));
        _collector.Lost.ShouldBe(5);
        Read(Version9(100, 0));
        Read(Version9(103, 0));
        _collector.Lost.ShouldBe(7);
    }

    [Fact]
    public void Records_lost_are_told_whether_or_not_the_exporter_s_numbers_have_the_datagram_s_own_in()
    {
        var record = Record(A, B, 1, 2, 17, 3, 300);
        var before = (SequenceOfFirst: 0u, OfSecond: 2u);
        var with = (SequenceOfFirst: 2u, OfSecond: 3u);
        foreach (var (first, second) in new[] { before, with })
        {
            var domain = first;
            Read(Ipfix(first, domain, Set(2, Template(300, Simple)), Set(300, record, record)));
            Read(Ipfix(second, domain, Set(300, record)));
            _collector.Lost.ShouldBe(0);
        }
        Read(Ipfix(3 + 40, 0, Set(300, record)));
        _collector.Lost.ShouldBe(40);
    }

    [Fact]
    public void Data_before_their_template_are_counted_and_those_after_it_read()
    {
        var data = Set(300, Record(A, B, 1, 2, 17, 3, 300));
        Read(Version9(1, 7, data));
        (_collector.UnknownTemplates, _collector.Records).ShouldBe((1, 0));
        Read(Version9(2, 7, Set(0, Template(300, Simple)), data));
        Read(Version9(1, 8, data));
        (_collector.UnknownTemplates, _collector.Records).ShouldBe((2, 1));
        End().ShouldHaveSingleItem().LayersPath.ShouldBe("IPv4/UDP");
    }

    [Fact]
    public void A_template_told_anew_replaces_the_one_before()
    {
        Read(Version9(1, 0, Set(0, Template(300, (8, 4), (12, 4), (4, 1), (1, 4)))));
        Read(Version9(2, 0, Set(0, Template(300, Simple)), Set(300, Record(A, B, 1, 2, 6, 3, 300))));
        End().ShouldHaveSingleItem().Metric.AbPackets.ShouldBe(3);
    }

    [Fact]
    public void Variable_lengths_and_other_enterprises_fields_are_skipped()
    {
        byte[] template =
        [
            .. U16(256), .. U16(8), .. EnterpriseField(7, 65535, 9), .. U16(8), .. U16(4), .. U16(82), .. U16(65535), .. U16(12), .. U16(4),
            .. EnterpriseField(1, 4, 9), .. U16(4), .. U16(1), .. U16(2), .. U16(8), .. U16(1), .. U16(8),
        ];
        byte[] record = [3, 1, 2, 3, .. A, 255, .. U16(300), .. new byte[300], .. B, 0xff, 0xff, 0xff, 0xff, 17, .. new byte[7], 9, .. new byte[6], 1, 0];
        Read(Ipfix(1, 0, Set(2, template), Set(256, record, record)));
        var flow = End().ShouldHaveSingleItem();
        (flow.LayersPath, flow.Metric.AbPackets, flow.Metric.AbBytes).ShouldBe(("IPv4/UDP", 18, 512));
        _collector.Broken.ShouldBe(0);
    }

    [Fact]
    public void A_record_of_both_directions_counts_in_both()
    {
        byte[] template = [.. U16(256), .. U16(7), .. U16(27), .. U16(16), .. U16(28), .. U16(16), .. U16(4), .. U16(1), .. U16(2), .. U16(4), .. U16(1), .. U16(4), .. EnterpriseField(2, 4, 29305), .. EnterpriseField(1, 4, 29305)];
        byte[] record = [.. IPAddress.Parse("fd00::2").GetAddressBytes(), .. IPAddress.Parse("fd00::1").GetAddressBytes(), 17, .. U32(2), .. U32(200), .. U32(3), .. U32(900)];
        Read(Ipfix(1, 0, Set(2, template), Set(256, record)));
        var flow = End().ShouldHaveSingleItem();
        (flow.LayersPath, flow.Network.A).ShouldBe(("IPv6/UDP", "fd00::2"));
        (flow.Metric.AbPackets, flow.Metric.AbBytes, flow.Metric.BaPackets, flow.Metric.BaBytes).ShouldBe((2, 200, 3, 900));
    }

    [Fact]
    public void Sampling_told_by_options_holds_for_the_records_of_its_sampler()
    {
        byte[] options = [.. U16(400), .. U16(4), .. U16(8), .. U16(1), .. U16(4), .. U16(48), .. U16(1), .. U16(34), .. U16(4)];
        var fields = Simple.Append((48, 1)).ToArray();
        Read(Version9(1, 0, Set(1, options), Set(400, [.. U32(0), 5, .. U32(64)]), Set(0, Template(300, fields))));
        Read(Version9(2, 0, Set(300, [.. Record(A, B, 1, 2, 17, 3, 300), 5], [.. Record(A, B, 1, 3, 17, 3, 300), 6])));
        End().Select(flow => flow.Metric.AbPackets).Order().ShouldBe([3, 192]);
    }

    [Fact]
    public void A_withdrawn_template_is_unknown()
    {
        Read(Ipfix(1, 0, Set(2, Template(300, Simple))));
        Read(Ipfix(1, 0, Set(2, Template(300)), Set(300, Record(A, B, 1, 2, 17, 3, 300))));
        _collector.UnknownTemplates.ShouldBe(1);
    }

    [Fact]
    public void What_does_not_add_up_is_counted_and_the_rest_read()
    {
        Read([0, 7, 1, 2]);
        Read([5]);
        Read(Version5(1, 0, Version5Record(A, B, 1, 2, 6, 1, 1, 1, 1))[..^1]);
        Read([.. Version9(1, 0), 1, 0, 0, 3]);
        Read([.. Version9(2, 0), 1, 0, 0xff, 0xff]);
        Read(Version9(3, 0, Set(0, Template(300, (8, 0), (12, 0)))));
        _collector.Broken.ShouldBe(6);
        Read(Version9(4, 0, Set(0, Template(300, Simple)), Set(300, Record(A, B, 1, 2, 17, 3, 300))));
        End().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_time_that_cannot_be_is_that_of_the_datagram()
    {
        Read(Ipfix(1, 0, Set(2, Template(300, (8, 4), (12, 4), (2, 4), (152, 8), (153, 8))), Set(300, [.. A, .. B, .. U32(1), .. Enumerable.Repeat((byte)0xff, 16)])));
        var flow = End().ShouldHaveSingleItem();
        (flow.Start, flow.Last).ShouldBe((Now / 1_000_000, Now / 1_000_000));
    }

    [Fact]
    public void Beyond_its_bound_an_exporter_s_templates_are_not_learnt_and_those_it_has_may_change()
    {
        const ushort first = 256;
        for (var n = 0; n < ObservationDomain.MostTemplates + 50; n++)
        {
            Read(Version9(1, 0, Set(0, Template(first + n, Simple))));
        }

        _collector.Kept.ShouldBe((1, ObservationDomain.MostTemplates, 0));
        Read(Version9(1, 0, Set(first + ObservationDomain.MostTemplates, Record(A, B, 1, 2, 17, 3, 300))));
        (_collector.UnknownTemplates, _collector.Records).ShouldBe((1, 0));
        Read(Version9(1, 0, Set(0, Template(first, [(8, 4), (12, 4), (2, 4)])), Set(first, [.. A, .. B, .. U32(7)])));
        End().ShouldHaveSingleItem().Metric.AbPackets.ShouldBe(7);
    }

    [Fact]
    public void Beyond_its_bound_an_exporter_s_samplers_are_not_learnt_and_those_it_has_may_change()
    {
        byte[] options = [.. U16(400), .. U16(4), .. U16(8), .. U16(1), .. U16(4), .. U16(48), .. U16(2), .. U16(34), .. U16(4)];
        var fields = Simple.Append((48, 2)).ToArray();
        Read(Version9(1, 0, Set(1, options), Set(0, Template(300, fields))));
        for (var n = 0; n < ObservationDomain.MostSamplers + 50; n++)
        {
            Read(Version9(1, 0, Set(400, [.. U32(0), .. U16(n), .. U32(10)])));
        }

        _collector.Kept.ShouldBe((1, 2, ObservationDomain.MostSamplers));
        Read(Version9(1, 0, Set(400, [.. U32(0), .. U16(0), .. U32(64)])));
        Read(Version9(1, 0, Set(300, [.. Record(A, B, 1, 2, 17, 3, 300), .. U16(0)], [.. Record(A, B, 1, 3, 17, 3, 300), .. U16(ObservationDomain.MostSamplers)])));
        End().Select(flow => flow.Metric.AbPackets).Order().ShouldBe([3, 192]);
    }

    [Fact]
    public void Of_too_many_exporters_the_one_unheard_of_for_longest_is_forgotten()
    {
        for (var n = 0; n < NetFlowCollector.MostDomains; n++)
        {
            _collector.Read(Version9(1, (uint)n, Set(0, Template(300, Simple))), _exporter, Now + n);
        }

        _collector.Read(Version9(2, 0), _exporter, Now + 1000);
        for (var n = 0; n < 10; n++)
        {
            _collector.Read(Version9(1, 0, Set(0, Template(300, Simple))), new IPEndPoint(IPAddress.Loopback, 5000 + n).Serialize(), Now + 2000 + n);
        }

        _collector.Kept.ShouldBe((NetFlowCollector.MostDomains, NetFlowCollector.MostDomains, 0));

        var data = Set(300, Record(A, B, 1, 2, 17, 3, 300));
        Read(Version9(3, 0, data));
        Read(Version9(2, 255, data));
        _collector.Records.ShouldBe(2);
        Read(Version9(2, 1, data));
        _collector.UnknownTemplates.ShouldBe(1);
    }

    [Fact]
    public void Hostile_datagrams_neither_throw_nor_grow_what_is_kept()
    {
        const int mostFlows = 500;
        var engine = new FlowEngine(new FlowOptions { MaxEntries = mostFlows }, Captures.Origin, _flows);
        var collector = new NetFlowCollector(engine);
        var random = new Random(5);
        byte[][] seeds =
        [
            Version5(1, 1, Version5Record(A, B, 1, 2, 6, 1, 1, 1, 1)),
            Version9(1, 0, Set(0, Template(300, Simple)), Set(300, Record(A, B, 1, 2, 17, 3, 300))),
            Ipfix(1, 0, Set(2, Template(300, [.. Simple, (82, 65535)])), Set(300, [.. Record(A, B, 1, 2, 17, 3, 300), 3, 1, 2, 3])),
            Version9(
                1, 0, Set(1, [.. U16(400), .. U16(4), .. U16(8), .. U16(1), .. U16(4), .. U16(48), .. U16(2), .. U16(34), .. U16(4)]),
                Set(400, [.. U32(0), 5, 6, .. U32(64)])),
        ];
        var most = (Domains: 0, Templates: 0, Samplers: 0);
        for (var i = 0; i < 200_000; i++)
        {
            var datagram = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var changes = random.Next(6); changes > 0; changes--)
            {
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            }
            // Templates, samplers and flows of every number: more than are kept of each.
            if (i % 2 == 0)
            {
                datagram[^1] = (byte)i;
            }

            collector.Read(datagram.AsSpan(0, random.Next(2) == 0 ? datagram.Length : random.Next(datagram.Length + 1)), _exporter, Now + i);
            engine.Count.ShouldBeLessThanOrEqualTo(mostFlows);
            if (i % 100 == 0)
            {
                most = (Math.Max(most.Domains, collector.Kept.Domains), Math.Max(most.Templates, collector.Kept.Templates), Math.Max(most.Samplers, collector.Kept.Samplers));
            }
        }
        most.Domains.ShouldBe(NetFlowCollector.MostDomains);
        most.Templates.ShouldBeInRange(1, NetFlowCollector.MostDomains * ObservationDomain.MostTemplates);
        most.Samplers.ShouldBeInRange(1, NetFlowCollector.MostDomains * ObservationDomain.MostSamplers);
        engine.Counts.FlowsEvicted.ShouldBeGreaterThan(0);
        collector.Records.ShouldBeGreaterThan(0);
    }

    private static byte[] Record(byte[] source, byte[] destination, int sourcePort, int destinationPort, byte protocol, uint packets, uint bytes) =>
        [.. source, .. destination, .. U16(sourcePort), .. U16(destinationPort), protocol, .. U32(packets), .. U32(bytes), .. U32(Uptime - 2000), .. U32(Uptime - 1000)];

    private void Read(byte[] datagram) => _collector.Read(datagram, _exporter, Now);

    private List<Flow> End()
    {
        _engine.End();
        return _flows.Flows;
    }
}
