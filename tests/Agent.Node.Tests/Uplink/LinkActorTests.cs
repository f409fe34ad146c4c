using System.Collections.Immutable;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Google.Protobuf;
using Shared.Messages.Captures;
using Shared.Messages.Parts;
using Shared.Messages.Serialization;
using Shared.Messages.Topology;

namespace Agent.Node.Tests.Uplink;

public sealed class LinkActorTests : TestKit
{
    private readonly TestProbe _agent;
    private readonly TestProbe _topology;
    private readonly TestProbe _flows;
    private readonly IActorRef _link;

    public LinkActorTests()
        : base(ConfigurationFactory.ParseString("akka.test.single-expect-default = 30 s").WithFallback(ProtocolSerializer.Bindings))
    {
        (_agent, _topology, _flows) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _link = Sys.ActorOf(LinkActor.Props(_agent, _topology, _flows));
        foreach (var way in new[] { _topology, _flows })
        {
            way.ExpectMsg<GetCurrentRegions>();
            way.Reply(new CurrentRegions(ImmutableHashSet.Create(new Address("akka.tcp", "skydive"))));
        }

        _agent.ExpectMsg<LinkUp>();
    }

    [Fact]
    public void A_large_graph_is_offered_to_the_hosts_entity_and_offered_again_while_it_is_not_fetched()
    {
        var sync = new SyncGraph { Host = "h1", Session = "s", Sequence = 1, Nodes = { Node(100_000) } };
        _link.Tell(sync);
        var offered = Next<Offered>();
        (offered.Host, offered.Manifest, TopologyShards.EntityOf(offered)).ShouldBe(("h1", "sync-graph", "h1"));
        _link.Tell(sync);
        Next<Offered>().ShouldBe(offered);
        _link.Tell(new SyncGraph(sync) { Sequence = 2 });
        Next<Offered>().ShouldNotBe(offered);
        _link.Tell(new UpdateGraph { Host = "h1", Sequence = 3, Changes = { new GraphChange { NodeSet = Node(100_000) } } });
        Next<Offered>().Manifest.ShouldBe("update-graph");
        _link.Tell(new UpdateGraph { Host = "h1", Sequence = 4 });
        Next<UpdateGraph>().Sequence.ShouldBe(4);
    }

    [Fact]
    public void A_file_offered_to_the_agent_gets_to_it_and_its_answer_to_who_asked()
    {
        var asker = CreateTestProbe();
        var read = new ReadPcap { Host = "h1", Uuid = "u", File = ByteString.CopyFrom(new byte[1 << 20]) };
        _link.Tell(InParts.Of(Sys, read, "h1").ShouldBeOfType<Offered>(), asker);

        _agent.FishForMessage<ReadPcap>(_ => true).ShouldBe(read);
        _agent.Reply(new PcapRead { Uuid = "u" });

        asker.ExpectMsg<PcapRead>().Uuid.ShouldBe("u");
    }

    private T Next<T>() => (T)_topology.FishForMessage(message => message is not GetCurrentRegions);

    private static GraphNode Node(int length) =>
        new() { Id = "n", Metadata = new MetadataMap { Fields = { ["Text"] = new MetadataValue { StringValue = new string('x', length) } } } };
}
