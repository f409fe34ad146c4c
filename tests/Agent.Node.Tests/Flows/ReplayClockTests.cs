using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

/// <summary>Captures whose times jump.</summary>
public sealed class ReplayClockTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_700_000_000 * Second;
    private const long Year = 365L * 86400 * Second;

    private static readonly byte[] Packet = Ipv4(17, Udp(7, 8, []));

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    public void A_single_wrong_time_ends_no_flow_and_isnt_taken_for_the_flows_last(int block)
    {
        foreach (var wrong in new[] { Start + (70 * Year), Start + (3 * 3600 * Second), 0, Start - Year })
        {
            foreach (var place in new[] { 0, 1, 5, 9 })
            {
                List<long> times = [.. Enumerable.Range(0, 10).Select(i => Start + (i * Second))];
                times[place] = wrong;
                var flow = Replay(times, block).ShouldHaveSingleItem();
                flow.Metric.AbPackets.ShouldBe(10);
                if (place > 0)
                {
                    flow.Last.ShouldBeInRange((Start + (8 * Second)) / 1_000_000, (Start + (9 * Second)) / 1_000_000);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    public void A_long_pause_ends_flows(int block)
    {
        List<long> times = [.. Enumerable.Range(0, 5).Select(i => Start + (i * Second)), .. Enumerable.Range(0, 5).Select(i => Start + (3600 * Second) + (i * Second))];
        var flows = Replay(times, block);
        flows.Count.ShouldBe(2);
        flows.Sum(flow => flow.Metric.AbPackets).ShouldBe(10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    public void A_clock_that_is_set_back_lets_flows_end_all_the_same(int block)
    {
        List<long> times = [.. Enumerable.Range(0, 5).Select(i => Start + (i * Second)), .. Enumerable.Range(0, 2000).Select(i => Start - (3600 * Second) + (i * Second))];
        var flows = Replay(times, block, port: i => i < 5 ? 7 : 9);
        flows.Single(flow => flow.Transport.A == 7).FinishType.ShouldBe(FinishType.Timeout);
        flows.Sum(flow => flow.Metric.AbPackets).ShouldBe(times.Count);
    }

    [Fact]
    public void Packets_minutes_apart_are_a_quiet_network()
    {
        var flows = Replay([.. Enumerable.Range(0, 20).Select(i => Start + (i * 240 * Second))], 256);
        flows.ShouldHaveSingleItem().Metric.AbPackets.ShouldBe(20);
    }

    [Fact]
    public void A_live_captures_intervals_are_measured_by_the_engines_clock_whatever_packets_say()
    {
        var collector = new MessageCollector();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, collector);
        var set = -3600 * Second;
        for (var second = 0; second < 30; second++)
        {
            // Set back by an hour after ten seconds, ahead by two after twenty.
            var offset = second < 10 ? 0 : second < 20 ? set : -set;
            engine.AdvanceTo(new(Start + (second * Second), offset));
            engine.Process(Start + (second * Second) + offset, LinkType.Ip, Packet.Length, Packet);
        }

        var reports = collector.Take();
        reports.Count.ShouldBeInRange(5, 8);
        reports.Select(flow => flow.Uuid).Distinct().Count().ShouldBe(1);
        engine.Count.ShouldBe(1);
        engine.AdvanceTo(new(Start + (700 * Second), set));
        engine.Count.ShouldBe(0);
    }

    private static IReadOnlyList<Flow> Replay(List<long> times, int block, Func<int, int>? port = null)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, output);
        byte[] memory = [.. Ipv4(17, Udp(7, 8, [])), .. Ipv4(17, Udp(9, 8, []))];
        var places = times.Select((time, i) => new PacketPlace(time, port?.Invoke(i) == 9 ? Packet.Length : 0, Packet.Length, Packet.Length)).ToArray();
        for (var i = 0; i < places.Length; i += block)
        {
            engine.Replay(LinkType.Ip, memory, places.AsSpan(i, Math.Min(block, places.Length - i)));
        }

        engine.End();
        return output.Flows;
    }
}
