using System.Net;
using Agent.Node.Capture.NetFlow;
using Agent.Node.Flows;
using Agent.Node.Tests;
using Analyzer.Node.Export;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using CaptureFlows = Agent.Node.Tests.Captures;

namespace Analyzer.Node.Tests.Export;

/// <summary>Messages byte for byte, and as our own receiver of IPFIX reads them.</summary>
public sealed class IpfixTests
{
    private static readonly OuterFlow Vxlan = new(FlowParts.IPv4, 0, 0x0a000001, 0, 0x0a000002, 5000, 4789, 77, "VXLAN");

    [Fact]
    public void A_message_has_its_header_its_set_and_the_record_as_its_template_says()
    {
        var rows = TestFlows.Rows([Inner()]);
        var message = Messages(1400, (rows, 0, new FlowUpdate(3, 300, 2, 200, 5_000), Vxlan)).ShouldHaveSingleItem();
        byte[] record =
        [
            .. U64(5_000), .. U64(10_000), 2,
            .. U64(3), .. U64(300), .. U64(2), .. U64(200), 1,
            2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, .. U16(8), .. U16(10),
            192, 168, 0, 1, 192, 168, 0, 2, 4, 6, .. U16(1000), .. U16(80),
            4, .. "HTTP"u8,
            .. U64(0xb), .. U64(0xc), .. U64(0xd), 17, .. "Ethernet/IPv4/TCP"u8, .. U64(8 | (10 << 12)), .. U64(0), .. U64(7), .. U32(1),
            3, .. "tid"u8, 4, .. "hôt"u8, 3, .. "cap"u8,
            .. U64(0xa), 1, 0, 0, 0, 0, 0, 0, 77, .. U64(77), 5, .. "VXLAN"u8, 10, 0, 0, 1, 10, 0, 0, 2, .. U16(5000), .. U16(4789),
        ];
        const int template = 256 + (2 * 4) + 2;
        message[..4].ShouldBe([0, 10, .. U16(16 + 4 + record.Length)]);
        message[8..16].ShouldBe([.. U32(9), .. U32(5)]);
        message[16..20].ShouldBe([.. U16(template), .. U16(4 + record.Length)]);
        message[20..].ShouldBe(record);
    }

    [Fact]
    public void A_template_lists_its_elements_with_their_enterprise()
    {
        var target = new byte[512];
        var template = IpfixTemplate.All.First();
        var length = template.WriteTemplate(target);
        template.Id.ShouldBe((ushort)256);
        target[..8].ShouldBe([.. U16(256), .. U16(template.Elements.Count()), .. U16(152), .. U16(8)]);
        target.AsSpan(24, 16).ToArray().ShouldBe([.. U16(0x8000 | 2), .. U16(8), .. U32(29305), .. U16(0x8000 | 1), .. U16(8), .. U32(29305)]);
        length.ShouldBe(4 + template.Elements.Sum(element => element.Enterprise == 0 ? 4 : 8));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(1400)]
    [InlineData(16384)]
    public void Messages_fit_their_size_and_all_templates_and_records_can_be_read(int size)
    {
        var random = new RandomFlows(new Random(3));
        var flows = Enumerable.Range(0, 300).Select(_ => random.Next()).ToList();
        flows[0].LayersPath = string.Join('/', Enumerable.Repeat("Ethernet/IPv4/UDP/VXLAN/é", 40));
        flows[0].Host = flows[0].NodeTid = flows[0].CaptureId = new string('x', 5000);
        var rows = TestFlows.Rows(flows);
        var reader = new IpfixReader();
        foreach (var message in IpfixMessage.Templates(size))
        {
            message.Length.ShouldBeLessThanOrEqualTo(size);
            message.Seal(0, 5);
            reader.Read(message.Bytes.AsSpan(0, message.Length));
        }

        reader.Templates.ShouldBe(20);
        foreach (var message in Messages(size, [.. Enumerable.Range(0, rows.Count).Select(i => (rows, i, default(FlowUpdate), i % 3 == 0 && rows[i].ParentUuid != 0 ? Vxlan : null))]))
        {
            message.Length.ShouldBeLessThanOrEqualTo(size);
            reader.Read(message);
        }

        reader.Records.Select(record => record.Number(1, IpfixValues.Own)).ShouldBe(rows.Span.ToArray().Select(row => row.Uuid));
    }

    [Fact]
    public void Our_own_receiver_reads_what_was_sent()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new RandomFlows(new Random(seed));
            var flows = Enumerable.Range(0, 200).Select(_ => random.Next()).Where(flow => flow.Network is not null).ToList();
            foreach (var flow in flows)
            {
                flow.Metric.AbBytes %= 1_000_000;
                // What isn't known to be ICMP's or a transport's has no ports.
                flow.Icmp?.About.Clear();
            }

            var rows = TestFlows.Rows(flows);
            var read = new FinalFlows();
            var engine = new FlowEngine(new FlowOptions(), CaptureFlows.Origin, read);
            var collector = new NetFlowCollector(engine);
            var from = new IPEndPoint(IPAddress.Loopback, 4000).Serialize();
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
            foreach (var message in IpfixMessage.Templates(1400))
            {
                message.Seal(9, 5);
                collector.Read(message.Bytes.AsSpan(0, message.Length), from, now);
            }

            foreach (var message in Messages(1400, [.. flows.Select((flow, i) => (rows, i, Total(flow), i % 2 == 0 && rows[i].ParentUuid != 0 ? Vxlan : null))]))
            {
                collector.Read(message, from, now);
            }

            engine.End();
            (collector.Records, collector.Lost, collector.Broken, collector.UnknownTemplates).ShouldBe((flows.Count, 0, 0, 0));
            Sums(read.Flows).ShouldBe(Sums(flows), ignoreOrder: true, $"seed {seed}");
        }
    }

    private static Dictionary<string, (long, long)> Sums(IEnumerable<Flow> flows) => flows.GroupBy(Key).ToDictionary(
        group => group.Key,
        group => (group.Sum(flow => flow.Metric.AbPackets + flow.Metric.BaPackets), group.Sum(flow => flow.Metric.AbBytes + flow.Metric.BaBytes)));

    // Both directions are one, and who is A may be told otherwise.
    private static string Key(Flow flow)
    {
        string[] ends = [$"{flow.Network.A} {flow.Transport?.A}", $"{flow.Network.B} {flow.Transport?.B}"];
        return string.Join(", ", ends.Order(StringComparer.Ordinal)) + $" {flow.Transport?.Protocol} {flow.Icmp?.Type} {flow.Icmp?.Code}";
    }

    private static FlowUpdate Total(Flow flow) => new(flow.Metric.AbPackets, flow.Metric.AbBytes, flow.Metric.BaPackets, flow.Metric.BaBytes, flow.Start);

    /// <summary>A TCP flow in a VXLAN tunnel.</summary>
    internal static Flow Inner() => new()
    {
        Uuid = "b",
        ParentUuid = "a",
        TrackingId = "c",
        L3TrackingId = "d",
        LayersPath = "Ethernet/IPv4/TCP",
        Application = "HTTP",
        Link = new FlowLayer { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = "02:00:00:00:00:02", Id = 8 | (10 << 12) },
        Network = new FlowLayer { Protocol = "IPV4", A = "192.168.0.1", B = "192.168.0.2" },
        Transport = new TransportLayer { Protocol = "TCP", A = 1000, B = 80 },
        Metric = new FlowMetric { AbPackets = 3, AbBytes = 300, BaPackets = 2, BaBytes = 200 },
        Start = 5_000,
        Last = 10_000,
        RttNs = 7,
        SamplingRate = 1,
        NodeTid = "tid",
        Host = "hôt",
        CaptureId = "cap",
    };

    private static List<byte[]> Messages(int size, params (FlowRows Rows, int Index, FlowUpdate Counted, OuterFlow? Outer)[] flows)
    {
        var messages = new List<byte[]>();
        uint sequence = 9;
        var gather = new IpfixMessages(size, message =>
        {
            message.Seal(sequence, 5);
            sequence += (uint)message.Records;
            messages.Add(message.Bytes[..message.Length]);
        });
        var record = new byte[IpfixTemplate.LongestRecord];
        foreach (var (rows, index, counted, outer) in flows)
        {
            var flow = new IpfixFlow(in rows[index], rows.Texts, counted, IpfixEndReason.ActiveTimeout, outer);
            var template = IpfixTemplate.Of(flow);
            gather.Add(template.Id, record.AsSpan(0, template.WriteRecord(record, flow)));
        }

        gather.Flush();
        return messages;
    }

    private static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] U32(uint value) => [.. U16((int)(value >> 16)), .. U16((int)(value & 0xffff))];

    private static byte[] U64(ulong value) => [.. U32((uint)(value >> 32)), .. U32((uint)value)];
}
