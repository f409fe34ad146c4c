using Analyzer.Node.Flows;
using Analyzer.Node.Tests.Kit;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Flows;

/// <summary>What becomes of raw packets in a partition's state.</summary>
public sealed class RawPacketStoreTests
{
    private static readonly FlowLimits Limits = new(TimeSpan.FromMinutes(1), 5, MaxRawBytes: 1000);

    private readonly FlowPartitionState _state = new(Limits);

    [Fact]
    public void A_packet_sent_twice_is_kept_once()
    {
        Store(Packet("a", 1), Packet("a", 2));
        _state.IsNews(new FlowRows(1), [Packet("a", 1), Packet("a", 2)]).ShouldBeFalse();
        _state.IsNews(new FlowRows(1), [Packet("a", 2), Packet("a", 3)]).ShouldBeTrue();
        Store(Packet("a", 2), Packet("a", 3));
        Found("a").ShouldBe([("a", 1), ("a", 2), ("a", 3)]);
    }

    [Fact]
    public void Packets_are_found_by_flow_in_the_order_they_were_captured()
    {
        Store(Packet("a", 2), Packet("b", 1), Packet("a", 1));
        Found("b", "a", "c", "a").ShouldBe([("b", 1), ("a", 1), ("a", 2)]);
    }

    [Fact]
    public void Over_the_limit_the_flows_whose_packets_came_first_lose_theirs()
    {
        Store(Packet("a", 1, 300), Packet("b", 1, 300), Packet("a", 2, 0));
        Found("a", "b").Count.ShouldBe(3);
        Store(Packet("c", 1, 300));
        Found("a", "b", "c").ShouldBe([("b", 1), ("c", 1)]);
        Store(Packet("d", 1, 5000));
        Found("a", "b", "c", "d").ShouldBeEmpty();
        Store(Packet("e", 1, 300));
        Found("e").ShouldBe([("e", 1)]);
    }

    [Fact]
    public void Packets_go_with_their_flow()
    {
        _state.Apply(new FlowsUpdated { At = 10_000, Blocks = { TestFlows.Block([TestFlows.Flow("a")]) }, RawPackets = { Packet("a", 1) } });
        _state.Apply(new FlowsUpdated { At = 60_000, Blocks = { TestFlows.Block([TestFlows.Flow("b")]) }, RawPackets = { Packet("b", 1) } });
        _state.Apply(_state.DecideExpiry(70_001)!);
        Found("a", "b").ShouldBe([("b", 1)]);
    }

    [Fact]
    public void A_flow_s_next_state_keeps_its_packets_and_so_does_a_snapshot()
    {
        Store(Packet("a", 1));
        _state.Apply(new FlowsUpdated { Blocks = { TestFlows.Block([TestFlows.Flow("a")]), TestFlows.Block([TestFlows.Flow("a", packets: 2)]) } });
        Found("a").ShouldBe([("a", 1)]);

        var again = new FlowPartitionState(Limits);
        again.Apply(_state.ToSnapshot());
        again.RawPackets.Of([TestFlows.Id("a")]).ShouldHaveSingleItem().ShouldBe(Packet("a", 1));
    }

    private static RawPacket Packet(string flow, long index, int length = 10) => new() { FlowUuid = TestFlows.Id(flow), Index = index, Data = ByteString.CopyFrom(new byte[length]) };

    private void Store(params RawPacket[] packets) => _state.Apply(new FlowsUpdated { RawPackets = { packets } });

    private List<(string, int)> Found(params string[] flows) =>
        [.. _state.RawPackets.Of(TestFlows.Ids(flows)).Select(packet => (TestFlows.Short(packet.FlowUuid), (int)packet.Index))];
}
