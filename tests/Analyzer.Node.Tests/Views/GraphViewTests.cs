using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Analyzer.Node.Views;
using Shared.Messages.Configuration;
using Shared.Messages.Parts;
using Shared.Messages.Topology;
using Topology.Fabric.Protocol;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Views;

public class GraphViewTests : EntityTest
{
    private readonly TestProbe _hosts;
    private readonly IActorRef _view;

    public GraphViewTests()
    {
        _hosts = CreateTestProbe();
        _view = Sys.ActorOf(GraphView.Props(Mediator.Ref, _hosts.Ref));
        Mediator.ExpectMsg<Subscribe>().Topic.ShouldBe(HostEntity.ChangesTopic);
    }

    [Fact]
    public void It_asks_all_hosts_again_and_again_telling_what_it_knows()
    {
        Mediator.ExpectMsg<Publish>().Message.ShouldBeOfType<AnnounceHostGraphs>().Known.ShouldBeEmpty();
        _view.Tell(Changed("h", 1, "a"));
        Mediator.FishForMessage<Publish>(p => ((AnnounceHostGraphs)p.Message).Known.TryGetValue("h", out var revision) && revision == 1);
    }

    [Fact]
    public void Of_many_hosts_it_tells_in_several_messages_each_about_some_names()
    {
        string[] hosts = [.. Enumerable.Range(0, 450).Select(i => $"{i:000}".PadRight(HostId.MaxLength, 'x'))];
        foreach (var host in hosts.Reverse())
        {
            _view.Tell(Changed(host, 1, $"node of {host}"));
        }

        Nodes().Length.ShouldBe(hosts.Length);
        var told = new List<AnnounceHostGraphs>();
        Mediator.FishForMessage<Publish>(p => p.Message is AnnounceHostGraphs { After: "", Until: not "" } first && first.Known.Count == 200 && Add(first));
        while (told[^1].Until.Length > 0)
        {
            Add(Mediator.ExpectMsg<Publish>().Message.ShouldBeOfType<AnnounceHostGraphs>());
        }

        told.Select(one => (one.After, one.Until, one.Known.Count)).ShouldBe([("", hosts[199], 200), (hosts[199], hosts[399], 200), (hosts[399], "", 50)]);
        told.SelectMany(one => one.Known.Keys).ShouldBe(hosts, ignoreOrder: true);
        told.ShouldAllBe(one => one.CalculateSize() < InParts.LargestMessage);

        bool Add(AnnounceHostGraphs one)
        {
            told.Add(one);
            return true;
        }
    }

    [Fact]
    public void A_missed_event_has_it_ask_the_host_for_everything()
    {
        _view.Tell(Changed("h", 5, "e"));
        _hosts.ExpectMsg<GetHostGraph>().Host.ShouldBe("h");

        var whole = new HostGraph { Host = "h", Revision = 5 };
        whole.Nodes.Add([NodeOf("a"), NodeOf("e")]);
        _view.Tell(whole);
        Nodes().ShouldBe(["a", "e"]);
    }

    [Fact]
    public void Subscribers_get_the_graph_and_then_each_change()
    {
        _view.Tell(Changed("h", 1, "a"));
        _view.Tell(new SubscribeToGraph(TestActor));
        ExpectMsg<GraphUpdated>(updated => updated.Changes.Count == 0 && updated.Graph.NodeCount == 1);
        _view.Tell(Changed("h", 2, "b"));
        ExpectMsg<GraphUpdated>(updated => updated.Changes.Count == 1 && updated.Graph.NodeCount == 2);
    }

    [Fact]
    public void A_host_without_anything_left_counts_as_empty()
    {
        _view.Tell(Changed("h", 1, "a"));
        _view.Tell(new GraphChanged { Host = "h", Revision = 2, Changes = { new GraphChange { NodeDeleted = "a" } } });
        _view.Tell(GetGraph.Instance, TestActor);
        ExpectMsg<CurrentGraph>().Hosts["h"].ShouldBe(new HostView(2, IsEmpty: true));
    }

    [Fact]
    public void A_view_that_failed_goes_on_with_the_graph_and_the_subscribers_it_had()
    {
        _view.Tell(Changed("h", 1, "a"));
        _view.Tell(new SubscribeToGraph(TestActor));
        ExpectMsg<GraphUpdated>();
        // Nobody can't be watched: that's a failure in the middle of a message.
        _view.Tell(new SubscribeToGraph(null!));
        Mediator.FishForMessage(message => message is Subscribe);

        Nodes().ShouldBe(["a"]);
        _view.Tell(Changed("h", 2, "b"));
        ExpectMsg<GraphUpdated>(updated => updated.Changes.Count == 1 && updated.Graph.NodeCount == 2);
    }

    private string[] Nodes()
    {
        _view.Tell(GetGraph.Instance, TestActor);
        return [.. ExpectMsg<CurrentGraph>().Graph.Nodes.Select(n => n.Id).Order(StringComparer.Ordinal)];
    }

    private static GraphNode NodeOf(string id) => new TopologyNode { Id = id, Host = "h" }.ToMessage();

    private static GraphChanged Changed(string host, long revision, string node) =>
        new() { Host = host, Revision = revision, Changes = { new GraphChange { NodeSet = NodeOf(node) } } };
}
