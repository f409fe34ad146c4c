using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

public sealed class FlowMessagesTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_700_000_000 * Second;

    private static readonly byte[] Packet = Ethernet(0x0800, Ipv4(17, Udp(1, 2, [])));

    [Fact]
    public void Updates_of_a_flow_follow_on_each_other_without_gaps_and_the_last_ends_with_its_last_packet()
    {
        var collector = new MessageCollector();
        var engine = new FlowEngine(new FlowOptions { ExpireAfter = TimeSpan.FromSeconds(30) }, Captures.Origin, collector);
        for (var tenth = 0; tenth < 1000; tenth++)
        {
            var now = Start + (tenth * Second / 10);
            // A packet right after each report: a rate over the time to the last packet alone would be thousands of times too high.
            if (tenth is 0 or 51 or 101 or 151)
            {
                engine.Process(now, LinkType.Ethernet, Packet.Length, Packet);
            }

            engine.AdvanceTo(new(now, 0));
        }

        var updates = collector.Take().Select(flow => flow.LastUpdateMetric).Where(update => update is not null).ToList();
        updates.Sum(update => update.AbPackets).ShouldBe(4);
        updates.Count.ShouldBeGreaterThanOrEqualTo(4);
        updates[0].Start.ShouldBe(Start / 1_000_000);
        for (var i = 1; i < updates.Count; i++)
        {
            updates[i].Start.ShouldBe(updates[i - 1].Last);
        }

        updates.ShouldAllBe(update => update.Last - update.Start >= 1000);
    }

    [Fact]
    public void What_is_left_at_the_end_ends_with_its_last_packet()
    {
        var collector = new MessageCollector();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, collector);
        engine.AdvanceTo(new(Start, 0));
        engine.Process(Start + Second, LinkType.Ethernet, Packet.Length, Packet);
        engine.End();
        var flow = collector.Take().ShouldHaveSingleItem();
        flow.FinishType.ShouldBe(FinishType.NotFinished);
        flow.LastUpdateMetric.Last.ShouldBe((Start + Second) / 1_000_000);
    }
}
