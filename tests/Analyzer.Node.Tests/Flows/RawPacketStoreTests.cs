using Analyzer.Node.Flows;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Flows;

/// <summary>What becomes of raw packets in a partition's state.</summary>
public sealed class RawPacketStoreTests
{
    private static readonly FlowLimits Limits = new(TimeSpan.FromMinutes(1), 5, MaxRawBytes: 1000);

    private readonly FlowPartitionState _state = new(Limits);

    [Fact]
    public void A_packet_sent_twice_is_stored_once()
    {
        Store(Packet("a", 1), Packet("a", 2)).RawPackets.Count.ShouldBe(2);
        _state.Decide(Update(Packet("a", 1), Packet("a", 2)), 0).ShouldBeNull();
        Store(Packet("a", 2), Packet("a", 3)).RawPackets.ShouldHaveSingleItem().Index.ShouldBe(3);
        Found("a").ShouldBe([("a", 1), ("a", 2), ("a", 3)]);
    }

    [Fact]
    public void Packets_are_found_by_flow_in_the_order_they_were_captured()
    {
        Store(Packet("a", 2), Packet("b", 1), Packet("a", 1));
        Found("b", "a", "nobody", "a").ShouldBe([("b", 1), ("a", 1), ("a", 2)]);
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
        var update = Update(Packet("a", 1), Packet("b", 1));
        update.Flows.Add(FlowPartitionStateTests.Flow("a", last: 10_000));
        update.Flows.Add(FlowPartitionStateTests.Flow("b", last: 60_000));
        _state.Apply(_state.Decide(update, 0)!);
        _state.Apply(_state.DecideExpiry(70_001)!);
        Found("a", "b").ShouldBe([("b", 1)]);
    }

    [Fact]
    public void A_flow_s_next_state_keeps_its_packets_and_so_does_a_snapshot()
    {
        Store(Packet("a", 1));
        _state.Apply(_state.Decide(FlowPartitionStateTests.Update(FlowPartitionStateTests.Flow("a")), 0)!);
        _state.Apply(_state.Decide(FlowPartitionStateTests.Update(FlowPartitionStateTests.Flow("a", packets: 2)), 0)!);
        Found("a").ShouldBe([("a", 1)]);

        var again = new FlowPartitionState(Limits);
        again.Apply(_state.ToSnapshot());
        again.Find(new GetRawPackets { Uuids = { "a" } }).RawPackets.ShouldHaveSingleItem().ShouldBe(Packet("a", 1));
    }

    private static RawPacket Packet(string flow, long index, int length = 10) => new() { FlowUuid = flow, Index = index, Data = ByteString.CopyFrom(new byte[length]) };

    private static UpdateFlows Update(params RawPacket[] packets)
    {
        var update = FlowPartitionStateTests.Update();
        update.RawPackets.AddRange(packets);
        return update;
    }

    private FlowsUpdated Store(params RawPacket[] packets)
    {
        var updated = _state.Decide(Update(packets), 0).ShouldNotBeNull();
        _state.Apply(updated);
        return updated;
    }

    private List<(string, int)> Found(params string[] flows)
    {
        var query = new GetRawPackets();
        query.Uuids.AddRange(flows);
        return [.. _state.Find(query).RawPackets.Select(packet => (packet.FlowUuid, (int)packet.Index))];
    }
}
