using Agent.Node.Decoding;
using Agent.Node.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

/// <summary>Packets that couldn't be put together, counted at their flow where it's known and in the total always.</summary>
public sealed class FragmentErrorTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_700_000_000 * Second;

    private static readonly byte[] Datagram = Udp(7, 8, new byte[1000]);

    private readonly FinalFlows _output = new();
    private readonly FlowEngine _engine;
    private long _now = Start;

    public FragmentErrorTests() => _engine = new FlowEngine(new FlowOptions { Defragment = true }, Captures.Origin, _output);

    [Fact]
    public void Overlapping_fragments_count_at_their_flow_once()
    {
        Whole(1);
        Feed(0, 504, 2);
        Feed(496, 800, 2);
        Feed(504, Datagram.Length, 2);
        Feed(0, 504, 2);
        Flow().IpMetric.ShouldBe(new IpMetric { Fragments = 1, FragmentErrors = 1 });
        _engine.Counts.FragmentErrors.ShouldBe(1);
        Flow().Metric.AbPackets.ShouldBe(2);
    }

    [Fact]
    public void Fragments_that_never_come_count_after_their_time()
    {
        Whole(1);
        Feed(0, 504, 2);
        _now += 31 * Second;
        Whole(3);
        _engine.Counts.FragmentErrors.ShouldBe(1);
        Flow().IpMetric.ShouldBe(new IpMetric { Fragments = 2, FragmentErrors = 1 });
    }

    [Fact]
    public void Those_still_missing_at_the_end_count_too()
    {
        Whole(1);
        Feed(0, 504, 2);
        Flow().IpMetric.FragmentErrors.ShouldBe(1);
    }

    [Fact]
    public void Without_the_first_fragment_the_flow_isnt_known()
    {
        Whole(1);
        Feed(504, Datagram.Length, 2);
        Flow().IpMetric.ShouldBe(new IpMetric { Fragments = 1 });
        _engine.Counts.FragmentErrors.ShouldBe(1);
    }

    [Fact]
    public void A_flow_that_has_no_whole_packet_isnt_made_up()
    {
        Feed(0, 504, 2);
        _engine.End();
        _output.Flows.ShouldBeEmpty();
        _engine.Counts.FragmentErrors.ShouldBe(1);
    }

    [Fact]
    public void Too_many_at_once_are_counted_and_nothing_grows()
    {
        Whole(1);
        for (var id = 2; id < 1002; id++)
        {
            Feed(0, 504, id);
        }

        Flow().IpMetric.FragmentErrors.ShouldBe(1000);
        _engine.Counts.FragmentErrors.ShouldBe(1000);
    }

    private void Whole(int id)
    {
        Feed(0, 504, id);
        Feed(504, Datagram.Length, id);
    }

    private void Feed(int from, int to, int id)
    {
        var packet = Ipv4(17, Datagram[from..to], fragment: (from / 8) | (to == Datagram.Length ? 0 : 0x2000), identification: id);
        _engine.AdvanceTo(new(_now, 0));
        _engine.Process(_now, LinkType.Ip, packet.Length, packet);
    }

    private Flow Flow()
    {
        _engine.End();
        return _output.Flows.ShouldHaveSingleItem();
    }
}
