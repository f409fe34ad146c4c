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
        entity.Tell(FlowPartitionStateTests.Update(Flow("a")), TestActor);

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
        entity.Tell(FlowPartitionStateTests.Update(Flow("a")), TestActor);
        entity.Tell(FlowPartitionStateTests.Update(Flow("a")), TestActor);

        ExpectMsg<FlowsStored>();
        ExpectMsg<FlowsStored>();
        Uuids(entity).ShouldBe(["a"]);
    }

    [Fact]
    public void Flows_are_there_after_a_restart()
    {
        var entity = Start(Settings);
        foreach (var i in Enumerable.Range(0, 7))
        {
            entity.Tell(FlowPartitionStateTests.Update(Flow($"f{i}")), TestActor);
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
                var update = FlowPartitionStateTests.Update(Flow("a", offset: i));
                update.RawPackets.Add(new RawPacket { FlowUuid = "a", Index = i });
                entity.Tell(update, TestActor);
                ExpectMsg<FlowsStored>();
            }

            StopAndWait(entity);
            var again = Start(Settings);
            again.Tell(new GetRawPackets { Partition = 3, Uuids = { "a" } }, TestActor);
            ExpectMsg<FoundRawPackets>().RawPackets.Select(packet => packet.Index).ShouldBe(Enumerable.Range(1, updates).Select(i => (long)i));
            StopAndWait(again);
        }
    }

    [Fact]
    public void Flows_past_their_retention_leave_by_themselves()
    {
        var entity = Start(Settings with { Limits = new FlowLimits(TimeSpan.FromMilliseconds(1), 1000), ExpireEvery = TimeSpan.FromMilliseconds(50) });
        entity.Tell(FlowPartitionStateTests.Update(FlowPartitionStateTests.Flow("old"), Flow("young", offset: 3_600_000)), TestActor);
        ExpectMsg<FlowsStored>();

        AwaitAssert(() => Uuids(entity).ShouldBe(["young"]));
    }

    [Fact]
    public void The_limit_holds_under_updates()
    {
        var entity = Start(Settings with { Limits = new FlowLimits(TimeSpan.FromHours(1), 10) });
        entity.Tell(FlowPartitionStateTests.Update([.. Enumerable.Range(0, 30).Select(i => Flow($"f{i:00}", i))]), TestActor);
        ExpectMsg<FlowsStored>();

        AwaitAssert(() => Uuids(entity).ShouldBe(Enumerable.Range(20, 10).Reverse().Select(i => $"f{i:00}")));
    }

    [Fact]
    public async Task A_query_asks_all_partitions_and_merges_their_answers()
    {
        var flows = await PartitionQuery.Ask(new Region(Sys, 4, -1), 4, new GetFlows { Limit = 3 }, TimeSpan.FromSeconds(20));

        flows.Select(f => f.Uuid).ShouldBe(["p3", "p2", "p1"]);
    }

    [Fact]
    public async Task A_partition_that_does_not_answer_is_named()
    {
        var error = await Should.ThrowAsync<FlowQueryException>(() => PartitionQuery.Ask(new Region(Sys, 4, 2), 4, new GetFlows(), TimeSpan.FromMilliseconds(300)));

        error.Message.ShouldContain("of 4 partitions, 2 did not answer within 0.3 s");
    }

    [Fact]
    public void A_query_by_L3TrackingID_asks_only_where_its_flows_can_be()
    {
        PartitionQuery.PartitionsOf(new GetFlows { L3TrackingIds = { "x", "x" } }, 16).ShouldBe([FlowPartition.Of("x", 16)]);
        PartitionQuery.PartitionsOf(new GetFlows(), 3).ShouldBe([0, 1, 2]);
    }

    private static Flow Flow(string uuid, long offset = 0) =>
        FlowPartitionStateTests.Flow(uuid, last: DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + offset);

    private IActorRef Start(FlowsEntitySettings settings) => Sys.ActorOf(FlowsEntity.Props(3, settings));

    private string[] Uuids(IActorRef entity)
    {
        entity.Tell(new GetFlows { Partition = 3 }, TestActor);
        return [.. ExpectMsg<FoundFlows>().Flows.Select(f => f.Uuid)];
    }

    // Answers while it's asked, so that no time is too short for those that answer.
    private sealed class Region(ActorSystem system, int partitions, int silent) : MinimalActorRef
    {
        public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

        public override ActorPath Path => Provider.RootPath / "region";

        protected override void TellInternal(object message, IActorRef sender)
        {
            var query = message.ShouldBeOfType<GetFlows>();
            query.Partition.ShouldBeInRange(0, partitions - 1);
            if (query.Partition == silent)
            {
                return;
            }

            var found = new FoundFlows { Partition = query.Partition };
            found.Flows.Add(FlowPartitionStateTests.Flow($"p{query.Partition}", last: query.Partition));
            sender.Tell(found);
        }
    }
}
