using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

public sealed class FlowMemoryTests
{
    private const long Second = 1_000_000_000;
    private const long Budget = 16 << 20;

    [Fact]
    public void What_a_part_takes_counts_in_the_whole_and_no_limit_is_passed()
    {
        var whole = new FlowMemory(100);
        var part = whole.Part(60);
        part.TryTake(60).ShouldBeTrue();
        part.TryTake(1).ShouldBeFalse();
        whole.Part().TryTake(41).ShouldBeFalse();
        (whole.Used, part.Used).ShouldBe((60, 60));
        part.GiveBack(60);
        (whole.Used, part.Used).ShouldBe((0, 0));
    }

    [Fact]
    public void Who_has_more_than_a_share_is_asked_for_it_when_another_has_less()
    {
        var whole = new FlowMemory(100);
        var (large, small) = (whole.Part(), whole.Part());
        large.TryTake(90).ShouldBeTrue();
        small.TryTake(5).ShouldBeTrue();
        large.TryTake(20).ShouldBeFalse();
        large.Share.ShouldBe(long.MaxValue);
        small.TryTake(20).ShouldBeFalse();
        large.Share.ShouldBe(33);
    }

    [Fact]
    public void Many_tables_of_one_part_get_no_more_together_than_another_part()
    {
        var whole = new FlowMemory(120);
        var (tunnels, other) = (whole.Part(), whole.Part());
        FlowMemory[] tables = [tunnels.Part(), tunnels.Part(), tunnels.Part()];
        foreach (var table in tables)
        {
            table.TryTake(35).ShouldBeTrue();
        }

        other.TryTake(10).ShouldBeTrue();
        other.TryTake(20).ShouldBeFalse();
        tables[0].Share.ShouldBe(13);
        other.Share.ShouldBe(40);
    }

    [Fact]
    public void Forged_packets_of_many_tunnels_with_many_flows_each_stay_within_the_budget()
    {
        const int tunnels = 300;
        const int flows = 1000;
        var memory = new FlowMemory(Budget);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var engines = Enumerable.Range(0, tunnels).Select(_ => Engine(memory)).ToList();
        for (var flow = 0; flow < flows; flow++)
        {
            foreach (var engine in engines)
            {
                engine.AdvanceTo(new EngineClock((1 + flow / 100) * Second, 0));
                Give(engine, flow);
            }
        }

        memory.Used.ShouldBeLessThanOrEqualTo(Budget);
        engines.Sum(engine => engine.Bytes).ShouldBeLessThanOrEqualTo(Budget);
        engines.Sum(engine => engine.Counts.FlowsEvicted + engine.Count).ShouldBe((long)tunnels * flows);
        engines.ShouldAllBe(engine => engine.Count > 0);
        // Besides tables, each engine has some kilobytes of its own.
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(2 * Budget);

        foreach (var engine in engines)
        {
            engine.End();
        }

        memory.Used.ShouldBe(0);
        engines.Sum(engine => engine.Bytes).ShouldBeLessThan(tunnels * 1024);
    }

    [Fact]
    public void A_tunnel_that_comes_late_gets_its_share_of_one_that_has_all_of_the_budget()
    {
        var memory = new FlowMemory(Budget);
        var (first, late) = (Engine(memory), Engine(memory));
        for (var flow = 0; flow < 100_000; flow++)
        {
            Give(first, flow);
        }

        var had = first.Bytes;
        for (var second = 2; second < 40; second++)
        {
            for (var flow = 0; flow < 1000; flow++)
            {
                Give(late, (second * 1000) + flow);
            }

            late.AdvanceTo(new EngineClock(second * Second, 0));
            first.AdvanceTo(new EngineClock(second * Second, 0));
        }

        late.Count.ShouldBeGreaterThan(12_000);
        first.Count.ShouldBeGreaterThan(12_000);
        first.Bytes.ShouldBeLessThan(had * 2 / 3);
        memory.Used.ShouldBeLessThanOrEqualTo(Budget);
    }

    private static FlowEngine Engine(FlowMemory memory)
    {
        var engine = new FlowEngine(new FlowOptions { MaxEntries = 100_000, ExpireAfter = TimeSpan.FromHours(1) }, Captures.Origin, new Nowhere(), memory: memory.Part());
        engine.AdvanceTo(new EngineClock(Second, 0));
        return engine;
    }

    private static void Give(FlowEngine engine, int flow)
    {
        var packet = Ethernet(0x0800, Ipv4(17, Udp(1, 9, []), $"10.{flow >> 16}.{(flow >> 8) & 0xff}.{flow & 0xff}", "10.255.0.1"));
        engine.Process(Second, LinkType.Ethernet, packet.Length, packet);
    }

    private sealed class Nowhere : IFlowOutput
    {
        public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
        {
        }
    }
}
