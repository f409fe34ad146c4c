using Agent.Node.Capture;
using Agent.Node.Topology;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Topology;
using static Agent.Node.Tests.Topology.HostGraphTests;
using LocalGraph = Agent.Node.Topology.HostGraph;

namespace Agent.Node.Tests.Uplink;

public sealed class UplinkActorTests : TestKit
{
    private readonly TestProbe _topologyRegion;
    private readonly TestProbe _flowsRegion;
    private readonly TestProbe _topology;
    private readonly TestProbe _parent;
    private readonly IActorRef _uplink;
    private readonly HostFacts _facts = new("h1", new Agent.Node.Namespaces.NamespaceId(4, 1));

    public UplinkActorTests()
        : base("akka.test.single-expect-default = 30 s")
    {
        (_topologyRegion, _flowsRegion, _topology, _parent) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        var options = new UplinkOptions(Buffer: 100, Batch: 10, ResendAfter: TimeSpan.FromMilliseconds(500));
        _uplink = _parent.ChildActorOf(UplinkActor.Props("h1", "s", options, new AnalyzerRegions(_topologyRegion.Ref, _flowsRegion.Ref), _topology.Ref));
        _topology.ExpectMsg<WatchGraph>();
        Publish(_facts);
    }

    [Fact]
    public void It_registers_and_sends_the_whole_graph_once_accepted()
    {
        var register = _topologyRegion.ExpectMsg<RegisterAgent>();
        (register.Host, register.Session).ShouldBe(("h1", "s"));
        _topologyRegion.LastSender.ShouldBe(_uplink);

        Accept();

        var sync = _topologyRegion.ExpectMsg<SyncGraph>();
        (sync.Host, sync.Session).ShouldBe(("h1", "s"));
        sync.Nodes.ShouldHaveSingleItem().Metadata.Fields["Name"].StringValue.ShouldBe("h1");
    }

    [Fact]
    public void Changes_follow_and_are_sent_again_until_they_are_stored()
    {
        var sync = Register();
        _uplink.Tell(new GraphStored { Host = "h1", Session = "s", Sequence = sync.Sequence });
        Publish(_facts.WithInterfaces(_facts.Own, Seen(Link(2, "eth0")), 1));

        var update = _topologyRegion.FishForMessage<UpdateGraph>(u => u.Changes.Count > 0);
        update.Sequence.ShouldBe(sync.Sequence + 1);
        _topologyRegion.FishForMessage<UpdateGraph>(u => u.Sequence == update.Sequence).Changes.ShouldBe(update.Changes);
    }

    [Fact]
    public void The_whole_graph_goes_again_when_the_analyzers_miss_something()
    {
        var sync = Register();
        _uplink.Tell(new GraphStored { Host = "h1", Session = "s", Sequence = sync.Sequence });

        _uplink.Tell(new ResyncGraph { Host = "h1" });

        _topologyRegion.FishForMessage<SyncGraph>(s => s.Sequence > sync.Sequence);
    }

    [Fact]
    public void Flows_wait_for_the_registration_and_are_sent_until_they_are_stored()
    {
        _uplink.Tell(new FlowUpdates([new Flow { Uuid = "f", L3TrackingId = "x" }]));
        Register();

        var first = _flowsRegion.ExpectMsg<UpdateFlows>();
        first.Flows.ShouldHaveSingleItem().Uuid.ShouldBe("f");
        first.Partition.ShouldBe(FlowPartition.Of("x", 16));
        _flowsRegion.ExpectMsg<UpdateFlows>().Sequence.ShouldBe(first.Sequence);
        _uplink.Tell(new FlowsStored { Partition = first.Partition, Session = "s", Sequence = first.Sequence });
        AwaitAssert(() =>
        {
            _uplink.Tell(GetUplinkStatus.Instance, TestActor);
            ExpectMsg<UplinkStatus>().ShouldBe(new UplinkStatus(true, 0, 1, 0));
        });
    }

    [Fact]
    public void A_refusal_goes_to_its_parent()
    {
        _topologyRegion.ExpectMsg<RegisterAgent>();

        _uplink.Tell(new AgentRefused { Host = "h1", Reason = "taken" });

        _parent.ExpectMsg<AgentRefused>().Reason.ShouldBe("taken");
    }

    private SyncGraph Register()
    {
        _topologyRegion.ExpectMsg<RegisterAgent>();
        Accept();
        return _topologyRegion.ExpectMsg<SyncGraph>();
    }

    private void Accept() => _uplink.Tell(new AgentAccepted { Host = "h1", FlowPartitions = 16 });

    private LocalGraph _graph = LocalGraph.Empty;

    private void Publish(HostFacts facts)
    {
        (_graph, var changes) = _graph.Update(facts, 1);
        _uplink.Tell(new GraphUpdate(_graph, facts.Ovs, changes));
    }
}
