using Agent.Node.Capture;
using Agent.Node.Topology;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Topology;
using static Agent.Node.Tests.ToldFlows;
using static Agent.Node.Tests.Topology.HostGraphTests;
using LocalGraph = Agent.Node.Topology.HostGraph;

namespace Agent.Node.Tests.Uplink;

public sealed class UplinkActorTests : TestKit
{
    private readonly TestProbe _link;
    private readonly TestProbe _topology;
    private readonly UplinkOptions _options = new(Buffer: 100, Batch: 10, ResendAfter: TimeSpan.FromMilliseconds(500));
    private IActorRef _uplink;
    private readonly HostFacts _facts = new("h1", new Agent.Node.Linux.NamespaceId(4, 1));

    public UplinkActorTests()
        : base("akka.test.single-expect-default = 30 s")
    {
        (_link, _topology) = (CreateTestProbe(), CreateTestProbe());
        _uplink = Start();
        Publish(_facts);
        _uplink.Tell(new LinkUp(_link.Ref));
    }

    [Fact]
    public void It_registers_and_sends_the_whole_graph_once_accepted()
    {
        var register = _link.ExpectMsg<RegisterAgent>();
        (register.Host, register.Session).ShouldBe(("h1", "s"));
        _link.LastSender.ShouldBe(_uplink);

        Accept();

        var sync = _link.ExpectMsg<SyncGraph>();
        (sync.Host, sync.Session).ShouldBe(("h1", "s"));
        sync.Nodes.ShouldHaveSingleItem().Metadata.Fields["Name"].StringValue.ShouldBe("h1");
    }

    [Fact]
    public void An_uplink_that_is_accepted_before_it_knows_the_graph_sends_it_when_it_does()
    {
        _uplink = Start();
        var link = CreateTestProbe();
        _uplink.Tell(new LinkUp(link.Ref));
        link.ExpectMsg<RegisterAgent>();
        Accept();
        Publish(_facts);

        link.ExpectMsg<SyncGraph>().Nodes.ShouldHaveSingleItem().Metadata.Fields["Name"].StringValue.ShouldBe("h1");
    }

    [Fact]
    public void Changes_follow_and_are_sent_again_until_they_are_stored()
    {
        var sync = Register();
        _uplink.Tell(new GraphStored { Host = "h1", Session = "s", Sequence = sync.Sequence });
        Publish(_facts.WithInterfaces(_facts.Own, Seen(Link(2, "eth0")), 1));

        var update = _link.FishForMessage<UpdateGraph>(u => u.Changes.Count > 0);
        update.Sequence.ShouldBe(sync.Sequence + 1);
        _link.FishForMessage<UpdateGraph>(u => u.Sequence == update.Sequence).Changes.ShouldBe(update.Changes);
    }

    [Fact]
    public void A_change_the_analyzers_cannot_store_is_not_sent_again_and_the_next_one_goes()
    {
        var sync = Register();
        _uplink.Tell(new GraphStored { Host = "h1", Session = "s", Sequence = sync.Sequence });
        var one = _facts.WithInterfaces(_facts.Own, Seen(Link(2, "eth0")), 1);
        Publish(one);
        var refused = _link.FishForMessage<UpdateGraph>(u => u.Changes.Count > 0);
        _uplink.Tell(new GraphRefused { Host = "h1", Session = "s", Sequence = refused.Sequence, Reason = "too large" });
        Publish(one.WithInterfaces(_facts.Own, Seen(Link(3, "eth1")), 1));

        _link.FishForMessage<UpdateGraph>(u => u.Sequence == refused.Sequence + 1);
        // It's sent again, as nobody acknowledges it, and the one before isn't.
        _link.ExpectMsg<UpdateGraph>().Sequence.ShouldBe(refused.Sequence + 1);
    }

    [Fact]
    public void The_whole_graph_goes_again_when_the_analyzers_miss_something()
    {
        var sync = Register();
        _uplink.Tell(new GraphStored { Host = "h1", Session = "s", Sequence = sync.Sequence });

        _uplink.Tell(new ResyncGraph { Host = "h1" });

        _link.FishForMessage<SyncGraph>(s => s.Sequence > sync.Sequence);
    }

    [Fact]
    public void Flows_wait_for_the_registration_and_are_sent_until_they_are_stored()
    {
        _uplink.Tell(Updates(new Flow { Uuid = "f", L3TrackingId = "a" }));
        Register();

        var first = _link.FishForMessage<UpdateFlows>(_ => true);
        first.Told.ShouldHaveSingleItem().Uuid.ShouldBe(Id("f"));
        first.Partition.ShouldBe(FlowPartition.Of(Id("a"), 16));
        _link.FishForMessage<UpdateFlows>(_ => true).Sequence.ShouldBe(first.Sequence);
        _uplink.Tell(new FlowsStored { Partition = first.Partition, Session = "s", Sequence = first.Sequence });
        AwaitAssert(() =>
        {
            _uplink.Tell(GetUplinkStatus.Instance, TestActor);
            ExpectMsg<UplinkStatus>().ShouldBe(new UplinkStatus(true, 0, 1, 0));
        });
    }

    [Fact]
    public void What_the_analyzers_refuse_isnt_sent_again_and_the_next_flows_go()
    {
        _uplink.Tell(Updates(new Flow { Uuid = "f", L3TrackingId = "a" }));
        Register();
        var first = _link.FishForMessage<UpdateFlows>(_ => true);
        _uplink.Tell(Updates(new Flow { Uuid = "e", L3TrackingId = "a" }));
        _uplink.Tell(new FlowsRefused { Partition = first.Partition, Session = "s", Sequence = first.Sequence, Reason = "no" });

        _link.FishForMessage<UpdateFlows>(update => update.Sequence != first.Sequence).Told.ShouldHaveSingleItem().Uuid.ShouldBe(Id("e"));
    }

    [Fact]
    public void Another_link_is_registered_with_anew_and_gets_the_newest_of_what_waits()
    {
        Register();
        _uplink.Tell(new LinkDown(_link.Ref));
        _uplink.Tell(Updates(new Flow { Uuid = "f", L3TrackingId = "a", Last = 1 }));
        _uplink.Tell(Updates(new Flow { Uuid = "f", L3TrackingId = "a", Last = 2 }));

        var next = CreateTestProbe();
        _uplink.Tell(new LinkUp(next.Ref));
        next.ExpectMsg<RegisterAgent>().Session.ShouldBe("s");
        Accept();

        next.ExpectMsg<SyncGraph>();
        next.FishForMessage<UpdateFlows>(_ => true).Told.ShouldHaveSingleItem().Last.ShouldBe(2);
    }

    [Fact]
    public void What_is_said_of_a_link_before_changes_nothing()
    {
        Register();

        _uplink.Tell(new LinkDown(CreateTestProbe().Ref));
        _uplink.Tell(new LinkUp(_link.Ref));
        _uplink.Tell(Updates(new Flow { Uuid = "f", L3TrackingId = "a" }));

        _link.FishForMessage<UpdateFlows>(_ => true).Told.ShouldHaveSingleItem().Uuid.ShouldBe(Id("f"));
    }

    [Fact]
    public void It_is_drained_when_its_flows_are_stored()
    {
        Register();
        _uplink.Tell(Updates(new Flow { Uuid = "f", L3TrackingId = "a" }));
        _uplink.Tell(Drain.Instance, TestActor);
        var update = _link.FishForMessage<UpdateFlows>(_ => true);
        ExpectNoMsg(TimeSpan.FromMilliseconds(600));

        _uplink.Tell(new FlowsStored { Partition = update.Partition, Session = "s", Sequence = update.Sequence });

        ExpectMsg<Akka.Done>();
    }

    [Fact]
    public void Without_a_link_there_is_nothing_to_wait_for()
    {
        _uplink.Tell(new LinkDown(_link.Ref));
        _uplink.Tell(Updates(new Flow { Uuid = "f", L3TrackingId = "a" }));

        _uplink.Tell(Drain.Instance, TestActor);

        ExpectMsg<Akka.Done>();
    }

    private IActorRef Start()
    {
        var uplink = Sys.ActorOf(UplinkActor.Props("h1", "s", _options, _topology.Ref));
        _topology.ExpectMsg<WatchGraph>();
        return uplink;
    }

    private SyncGraph Register()
    {
        _link.ExpectMsg<RegisterAgent>();
        Accept();
        return _link.ExpectMsg<SyncGraph>();
    }

    private void Accept() => _uplink.Tell(new AgentAccepted { Host = "h1", FlowPartitions = 16 });

    private LocalGraph _graph = LocalGraph.Empty;

    private void Publish(HostFacts facts)
    {
        (_graph, var changes) = _graph.Update(facts, 1);
        _uplink.Tell(new GraphUpdate(_graph, facts.Ovs, changes));
    }
}
