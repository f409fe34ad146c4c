using Akka.Actor;
using Akka.TestKit;
using Analyzer.Node.Fabric;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Views;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using FabricLink = Shared.Messages.Topology.FabricLink;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Fabric;

public class FabricActorTests : EntityTest
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ResendAfter = TimeSpan.FromSeconds(3);

    private static readonly Graph Live = Graph.Empty
        .With(new TopologyNode { Id = "h", Host = "agent1", Metadata = Metadata.Create(("Type", "host")) })
        .With(new TopologyNode { Id = "e", Host = "agent1", Metadata = Metadata.Create(("Name", "eth1")) })
        .With(new Edge { Id = "h-e", Parent = "h", Child = "e", Host = "agent1" });

    private readonly TestProbe _view;
    private readonly TestProbe _hosts;

    public FabricActorTests()
        : base(StandingTime)
    {
        _view = CreateTestProbe();
        _hosts = CreateTestProbe();
    }

    [Fact]
    public void The_configurations_links_make_the_fabrics_graph()
    {
        var fabric = Start("TOR -> PORT");
        Show(fabric, Graph.Empty);
        var sync = _hosts.ExpectMsg<SyncGraph>();
        sync.Host.ShouldBe("fabric");
        sync.Nodes.Count.ShouldBe(2);
        sync.Edges.Count.ShouldBe(2);
    }

    [Fact]
    public void What_is_not_stored_is_sent_again_less_and_less_often()
    {
        var fabric = Start("TOR -> PORT");
        Show(fabric, Graph.Empty);
        var first = _hosts.ExpectMsg<SyncGraph>();
        for (var after = ResendAfter; after < TimeSpan.FromMinutes(1); after *= 2)
        {
            Pass(after / 2);
            Links(fabric);
            _hosts.HasMessages.ShouldBeFalse();
            Pass(after / 2);
            _hosts.ExpectMsg<SyncGraph>().Sequence.ShouldBe(first.Sequence);
        }
    }

    [Fact]
    public void What_is_refused_is_not_sent_again_and_the_next_change_is()
    {
        var fabric = Start("PORT -> *[Type=host]/eth1");
        Show(fabric, Graph.Empty);
        var first = _hosts.ExpectMsg<SyncGraph>();
        fabric.Tell(new GraphRefused { Host = first.Host, Session = first.Session, Sequence = first.Sequence, Reason = "no" });
        Links(fabric);
        Pass(ResendAfter);
        Show(fabric, Live);

        _hosts.ExpectMsg<SyncGraph>().Sequence.ShouldBe(first.Sequence + 1);
    }

    [Fact]
    public void A_live_node_is_linked_when_it_appears_and_left_when_it_goes()
    {
        var fabric = Start("PORT -> *[Type=host]/eth1");
        Show(fabric, Graph.Empty);
        Stored(fabric, _hosts.ExpectMsg<SyncGraph>()).Edges.ShouldBeEmpty();
        Show(fabric, Live);
        Stored(fabric, _hosts.ExpectMsg<SyncGraph>()).Edges.Single().Child.ShouldBe("e");
        Show(fabric, Live.WithoutNode("e"));
        Stored(fabric, _hosts.ExpectMsg<SyncGraph>()).Edges.ShouldBeEmpty();
    }

    [Fact]
    public void Links_given_by_the_API_outlive_the_actor()
    {
        var fabric = Start();
        fabric.Tell(new CreateFabricLink { Link = "A -> B" }, TestActor);
        var uuid = ExpectMsg<FabricLink>().Uuid;
        StopAndWait(fabric);

        var again = Start();
        Links(again).Single().Uuid.ShouldBe(uuid);
        again.Tell(new DeleteFabricLink { Uuid = uuid }, TestActor);
        ExpectMsg<FabricLinkDeleted>();
    }

    [Fact]
    public void A_link_of_the_configuration_cannot_be_deleted()
    {
        var fabric = Start("TOR -> PORT");
        var link = Links(fabric).Single();
        link.Configured.ShouldBeTrue();
        fabric.Tell(new DeleteFabricLink { Uuid = link.Uuid }, TestActor);
        ExpectMsg<FabricLinkRefused>().NotFound.ShouldBeFalse();
    }

    private IActorRef Start(params string[] configured)
    {
        var fabric = Sys.ActorOf(FabricActor.Props(new FabricSettings(FabricSettings.Configure(configured), _view.Ref, _hosts.Ref, "analyzer.a", 100)));
        _view.ExpectMsg<SubscribeToGraph>();
        return fabric;
    }

    // The answer to the question says that what was told before has been taken.
    private IReadOnlyList<FabricLink> Links(IActorRef fabric)
    {
        fabric.Tell(new GetFabricLinks(), TestActor);
        return ExpectMsg<FabricLinks>().Links;
    }

    private void Show(IActorRef fabric, Graph live)
    {
        fabric.Tell(new GraphUpdated(live, []));
        Links(fabric);
        Pass(Gathering);
    }

    private static SyncGraph Stored(IActorRef fabric, SyncGraph sync)
    {
        fabric.Tell(new GraphStored { Host = sync.Host, Session = sync.Session, Sequence = sync.Sequence });
        return sync;
    }
}
