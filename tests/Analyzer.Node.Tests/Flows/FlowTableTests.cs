using Analyzer.Node.Flows;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Flows;

public sealed class FlowTableTests
{
    private readonly FlowTable _table = new();

    [Fact]
    public void An_update_says_what_it_added_and_from_when_on()
    {
        Apply(Flow(1, packets: 3, start: 1000, last: 2000, quiet: 500));
        _table.ToFlow(_table.Find(1)).LastUpdateMetric.ShouldBe(new FlowMetric { AbPackets = 3, AbBytes = 300, Start = 1000, Last = 2500 });
        Apply(Flow(1, packets: 10, start: 1000, last: 7000));
        _table.ToFlow(_table.Find(1)).LastUpdateMetric.ShouldBe(new FlowMetric { AbPackets = 7, AbBytes = 700, Start = 2500, Last = 7000 });
        Apply(Flow(1, packets: 10, start: 1000, last: 7000, finish: FinishType.Timeout));
        _table.ToFlow(_table.Find(1)).LastUpdateMetric.ShouldBeNull();
    }

    [Fact]
    public void What_was_sent_again_behind_newer_ones_is_no_news()
    {
        Apply(Flow(1, packets: 5, last: 2000));
        Apply(Flow(1, packets: 3, last: 1500)).ShouldBe(0);
        Apply(Flow(1, packets: 5, last: 2000)).ShouldBe(0);
        Apply(Flow(1, packets: 5, last: 2000, finish: FinishType.TcpFin)).ShouldBe(1);
        Apply(Flow(1, packets: 5, last: 2000)).ShouldBe(0);
        _table.ToFlow(_table.Find(1)).FinishType.ShouldBe(FinishType.TcpFin);
    }

    /// <summary>Any order of updates and removals, with ids that many flows share, against a plain dictionary.</summary>
    [Fact]
    public void All_ways_to_a_flow_lead_to_the_same_flows()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var table = new FlowTable();
            var expected = new Dictionary<ulong, Flow>();
            var order = new List<ulong>();
            for (var step = 0; step < 3000; step++)
            {
                if (random.Next(4) > 0 || expected.Count == 0)
                {
                    var uuid = (ulong)random.Next(1, 400);
                    var known = expected.GetValueOrDefault(uuid);
                    var flow = Flow(uuid, packets: (known?.Metric.AbPackets ?? 0) + 1, last: 5000 + step);
                    flow.TrackingId = known?.TrackingId ?? FlowForms.Id((ulong)random.Next(0, 20));
                    flow.L3TrackingId = known?.L3TrackingId ?? FlowForms.Id((ulong)random.Next(0, 5));
                    flow.NodeTid = known?.NodeTid ?? $"node {random.Next(6)}";
                    flow.Application = $"application {random.Next(50)}";
                    flow.Tls = random.Next(3) == 0 ? new Tls { ServerName = $"server {step}" } : null;
                    expected[uuid] = flow;
                    order.Remove(uuid);
                    order.Add(uuid);
                    Apply(table, step, flow);
                }
                else
                {
                    var uuid = expected.Keys.ElementAt(random.Next(expected.Count));
                    expected.Remove(uuid);
                    order.Remove(uuid);
                    table.Remove(table.Find(uuid));
                }
            }

            table.Count.ShouldBe(expected.Count);
            var byAge = new List<ulong>();
            for (var number = table.Oldest; number >= 0; number = table.NextByAge(number))
            {
                byAge.Add(table[number].Row.Uuid);
            }

            byAge.ShouldBe(order, $"seed {seed}");
            foreach (var (uuid, flow) in expected)
            {
                var found = table.ToFlow(table.Find(uuid));
                found.LastUpdateMetric = flow.LastUpdateMetric;
                found.ShouldBe(flow);
            }

            foreach (var group in expected.GroupBy(pair => pair.Value.NodeTid))
            {
                table.OfNode(group.Key).Select(number => table[number].Row.Uuid).ShouldBe(group.Select(pair => pair.Key), ignoreOrder: true);
            }

            foreach (var group in expected.Where(pair => pair.Value.TrackingId.Length > 0).GroupBy(pair => pair.Value.TrackingId))
            {
                table.OfTracking(Convert.ToUInt64(group.Key, 16)).Select(number => table[number].Row.Uuid).ShouldBe(group.Select(pair => pair.Key), ignoreOrder: true);
            }

            foreach (var group in expected.Where(pair => pair.Value.L3TrackingId.Length > 0).GroupBy(pair => pair.Value.L3TrackingId))
            {
                table.OfL3Tracking(Convert.ToUInt64(group.Key, 16)).Select(number => table[number].Row.Uuid).ShouldBe(group.Select(pair => pair.Key), ignoreOrder: true);
            }

            // Texts go with the last flow that has them.
            foreach (var uuid in expected.Keys)
            {
                table.Remove(table.Find(uuid));
            }

            for (var number = 1; number < table.Texts.End; number++)
            {
                table.Texts[number].ShouldBeEmpty();
            }

            table.OfNode("node 1").ShouldBeEmpty();
        }
    }

    private int Apply(params Flow[] flows) => Apply(_table, 0, flows);

    private static int Apply(FlowTable table, long at, params Flow[] flows)
    {
        var rows = new FlowRows();
        foreach (var flow in flows)
        {
            rows.Add(flow);
        }

        return table.Apply(rows, at);
    }

    private static Flow Flow(ulong uuid, long packets, long start = 1000, long last = 1000, long quiet = 0, FinishType finish = FinishType.NotFinished) => new()
    {
        Uuid = FlowForms.Id(uuid),
        TrackingId = "a",
        L3TrackingId = "b",
        NodeTid = "n",
        LayersPath = "Ethernet/IPv4",
        Metric = new FlowMetric { AbPackets = packets, AbBytes = 100 * packets, Start = start, Last = last },
        LastUpdateMetric = new FlowMetric { Last = last + quiet },
        Start = start,
        Last = last,
        FinishType = finish,
    };
}
