using Akka.Actor;
using Analyzer.Node.Flows;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Flows;

public sealed class FlowsEntityTests : EntityTest
{
    private static readonly FlowsEntitySettings Settings = new(new FlowLimits(TimeSpan.FromHours(1), 1000), 3, TimeSpan.FromHours(1));

    [Fact]
    public void An_update_is_acknowledged_when_it_is_stored()
    {
        var entity = Start(Settings);
        entity.Tell(TestFlows.Update(Flow("a")), TestActor);

        var stored = ExpectMsg<FlowsStored>();
        stored.Partition.ShouldBe(3);
        stored.Session.ShouldBe("s");
        stored.Sequence.ShouldBe(7);
        Uuids(entity).ShouldBe(["a"]);
    }

    [Fact]
    public void An_update_sent_again_is_acknowledged_again()
    {
        var entity = Start(Settings);
        entity.Tell(TestFlows.Update(Flow("a")), TestActor);
        entity.Tell(TestFlows.Update(Flow("a")), TestActor);

        ExpectMsg<FlowsStored>();
        ExpectMsg<FlowsStored>();
        Uuids(entity).ShouldBe(["a"]);
    }

    [Fact]
    public void A_block_that_cant_be_read_is_refused_with_the_reason_and_the_next_is_taken()
    {
        var entity = Start(Settings);
        var update = TestFlows.Update(Flow("a"));
        update.Block = Google.Protobuf.ByteString.CopyFrom(update.Block.Span[..10]);
        entity.Tell(update, TestActor);
        var refused = ExpectMsg<FlowsRefused>();
        (refused.Partition, refused.Session, refused.Sequence).ShouldBe((3, "s", 7));
        refused.Reason.ShouldContain("flow block");

        entity.Tell(TestFlows.Update(Flow("b")), TestActor);
        ExpectMsg<FlowsStored>();
        Uuids(entity).ShouldBe(["b"]);
    }

    [Fact]
    public void Flows_are_there_after_a_restart()
    {
        var entity = Start(Settings);
        foreach (var i in Enumerable.Range(0, 7))
        {
            entity.Tell(TestFlows.Update(Flow($"f{i}")), TestActor);
            ExpectMsg<FlowsStored>();
        }

        StopAndWait(entity);

        Uuids(Start(Settings)).ShouldBe(Enumerable.Range(0, 7).Select(i => $"f{i}"), ignoreOrder: true);
    }

    [Fact]
    public void Raw_packets_are_there_after_a_restart_whether_from_events_or_from_a_snapshot()
    {
        foreach (var updates in new[] { 2, 7 })
        {
            var entity = Start(Settings);
            for (var i = 1; i <= updates; i++)
            {
                var update = TestFlows.Update(Flow("a", offset: i));
                update.RawPackets.Add(new RawPacket { FlowUuid = TestFlows.Id("a"), Index = i });
                entity.Tell(update, TestActor);
                ExpectMsg<FlowsStored>();
            }

            StopAndWait(entity);
            var again = Start(Settings);
            again.Tell(new QueryFlows { Partition = 3, Asker = "x", Query = 1, Steps = "G.Flows().RawPackets()" }, TestActor);
            ExpectMsg<FlowsPart>().RawPackets.Select(packet => packet.Index).ShouldBe(Enumerable.Range(1, updates).Select(i => (long)i));
            StopAndWait(again);
        }
    }

    [Fact]
    public void Flows_past_their_retention_leave_by_themselves()
    {
        var entity = Start(Settings with { Limits = new FlowLimits(TimeSpan.FromMilliseconds(1), 1000), ExpireEvery = TimeSpan.FromMilliseconds(50) });
        entity.Tell(TestFlows.Update(Flow("a")), TestActor);
        ExpectMsg<FlowsStored>();

        AwaitAssert(() => Uuids(entity).ShouldBeEmpty());
    }

    [Fact]
    public void The_limit_holds_under_updates()
    {
        var entity = Start(Settings with { Limits = new FlowLimits(TimeSpan.FromHours(1), 10) });
        entity.Tell(TestFlows.Update([.. Enumerable.Range(0, 30).Select(i => Flow($"f{i:00}", i))]), TestActor);
        ExpectMsg<FlowsStored>();

        AwaitAssert(() => Uuids(entity).ShouldBe(Enumerable.Range(20, 10).Select(i => $"f{i:00}"), ignoreOrder: true));
    }

    private static Flow Flow(string uuid, long offset = 0, string tracking = "7") =>
        TestFlows.Flow(uuid, tracking, last: DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + offset);

    private IActorRef Start(FlowsEntitySettings settings) => Sys.ActorOf(FlowsEntity.Props(3, settings));

    private string[] Uuids(IActorRef entity)
    {
        entity.Tell(new QueryFlows { Partition = 3, Asker = Guid.NewGuid().ToString(), Query = 1, Steps = "G.Flows()" }, TestActor);
        return TestFlows.Uuids([ExpectMsg<FlowsPart>()]);
    }
}
