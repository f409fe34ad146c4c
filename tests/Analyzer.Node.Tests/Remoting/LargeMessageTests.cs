using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Akka.Event;
using Akka.Hosting;
using Akka.TestKit;
using Analyzer.Node.Captures;
using Analyzer.Node.Injections;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Analyzer.Node.Views;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Hosting;
using Shared.Messages.Injections;
using Shared.Messages.Parts;
using Shared.Messages.Topology;
using AllCaptures = Shared.Messages.Captures.Captures;

namespace Analyzer.Node.Tests.Remoting;

/// <summary>The largest there is of each kind, between entities and registries on one node and an agent, a view and an API on another.</summary>
public sealed class LargeMessageTests : EntityTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ActorSystem _other = ActorSystem.Create("other", Node);
    private readonly FixedSelector _selector = new();
    private readonly TestProbe _problems;
    private readonly IActorRef _topic;
    private readonly IActorRef _entity;
    private readonly IActorRef _agent;

    public LargeMessageTests()
        : base(Node)
    {
        _problems = CreateTestProbe();
        foreach (var system in new[] { Sys, _other })
        {
            system.EventStream.Subscribe(_problems, typeof(Warning));
            system.EventStream.Subscribe(_problems, typeof(Error));
        }

        _topic = Sys.ActorOf(Props.Create(() => new Topic()));
        _entity = Sys.ActorOf(HostEntity.Props("h1", HostEntitySettings.Of(16, 1000, TimeSpan.FromDays(7)), _topic));
        var told = In(_other, Sys.ActorOf(Props.Create(() => new Witness(TestActor))));
        var entity = In(_other, _entity);
        _agent = _other.ActorOf(Props.Create(() => new Agent(entity, told)));
        ExpectMsg<AgentAccepted>(TimeSpan.FromSeconds(10));
    }

    private static Config Node { get; } = ConfigurationFactory.ParseString("akka.actor.provider = remote, akka.loggers = []").WithFallback(new AkkaConfigurationBuilder(new ServiceCollection(), NodeHosting.ActorSystemName)
        .WithSkydive(new LogOptions("warning", Json: false))
        .WithMembership(NodeHosting.AnalyzerRole, new RemotingOptions("127.0.0.1", "127.0.0.1", 0), []).Configuration.Value);

    [Fact]
    public async Task A_host_of_5000_nodes_and_10000_edges_gets_to_its_entity_and_to_another_nodes_view()
    {
        var sync = Whole(5000, 10_000);
        sync.CalculateSize().ShouldBeGreaterThan(4 << 20);
        _agent.Tell(sync);
        ExpectMsg<GraphStored>(Patience).Sequence.ShouldBe(1);

        // One that starts gets it whole, and follows.
        var topic = _other.ActorOf(Props.Create(() => new Topic()));
        topic.Tell(In(_other, _entity));
        var view = _other.ActorOf(GraphView.Props(topic, In(_other, _entity)));
        _topic.Tell(In(Sys, view));
        await ShowsAsync(view, 5000, 10_000);
        // Two edges go with their node.
        var update = new UpdateGraph { Host = "h1", Session = "s", Sequence = 2, Changes = { Graphs.DeleteNode("n0") } };
        _agent.Tell(update);
        ExpectMsg<GraphStored>(Patience).Sequence.ShouldBe(2);
        await ShowsAsync(view, 4999, 9998);

        // One that's there is told in events.
        _agent.Tell(new SyncGraph { Host = "h1", Session = "s", Sequence = 3 });
        ExpectMsg<GraphStored>(Patience).Sequence.ShouldBe(3);
        await ShowsAsync(view, 0, 0);
        _problems.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task An_element_too_large_for_a_message_gets_to_a_view_too()
    {
        var topic = _other.ActorOf(Props.Create(() => new Topic()));
        topic.Tell(In(_other, _entity));
        var view = _other.ActorOf(GraphView.Props(topic, In(_other, _entity)));
        _topic.Tell(In(Sys, view));
        _agent.Tell(Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b", "h1", ("Routes", new string('x', 1 << 20))), Graphs.Node("c")]));
        ExpectMsg<GraphStored>(Patience);

        await ShowsAsync(view, 3, 0);
        _problems.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task A_posted_file_of_24_MiB_gets_from_an_API_through_the_entity_to_the_agent()
    {
        var read = new ReadPcap { Host = "h1", Uuid = "u", File = Bytes(Analyzer.Node.Http.Api.PcapApi.LargestFile) };

        var answer = await InParts.AskAsync(_other, In(_other, _entity), read, Patience, "h1");

        answer.ShouldBe(new PcapRead { Uuid = "u", Packets = read.File.Length });
        ExpectMsg<ReadPcap>().ShouldBe(read);
        _problems.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task A_posted_file_is_refused_when_there_is_no_agent()
    {
        var lonely = Sys.ActorOf(HostEntity.Props("h2", HostEntitySettings.Of(16, 1000, TimeSpan.FromDays(7)), _topic));

        var answer = await InParts.AskAsync(_other, In(_other, lonely), new ReadPcap { Host = "h2", File = Bytes(1 << 20) }, Patience, "h2");

        answer.ShouldBeOfType<PcapRefused>().Unavailable.ShouldBeTrue();
    }

    [Fact]
    public async Task An_injection_of_12_MiB_gets_through_the_registry_to_the_agent_and_lists_stay_small()
    {
        _selector.Set("G.V('s')", FixedSelector.NodeOf("s", "h1"));
        var registry = Sys.ActorOf(InjectionRegistry.Props(new InjectionRegistrySettings(_selector, _entity, _topic, new InjectionOptions(1000, TimeSpan.FromDays(1)))));
        var asked = new Injection { Src = "G.V('s')", Pcap = Bytes(InjectionLimits.MaxPcap), Payload = new string('p', InjectionLimits.MaxPayload) };

        var created = (await InParts.AskAsync(_other, In(_other, registry), new CreateInjection { Injection = asked }, Patience)).ShouldBeOfType<Injection>();

        created.Pcap.IsEmpty.ShouldBeTrue();
        ExpectMsg<StartInjection>(Patience).Injection.Pcap.ShouldBe(asked.Pcap);
        await AwaitAssertAsync(async () =>
        {
            var all = (await InParts.AskAsync(_other, In(_other, registry), new GetInjections(), Patience)).ShouldBeOfType<Shared.Messages.Injections.Injections>();
            var listed = all.Injections_.ShouldHaveSingleItem();
            (listed.State, listed.Payload).ShouldBe(("finished", ""));
        });
        var one = (await InParts.AskAsync(_other, In(_other, registry), new GetInjections { Uuid = created.Uuid }, Patience)).ShouldBeOfType<Shared.Messages.Injections.Injections>();
        one.Injections_.ShouldHaveSingleItem().Payload.ShouldBe(asked.Payload);
        _problems.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task A_thousand_captures_with_the_longest_texts_get_to_the_agent_and_to_an_API()
    {
        var registry = Sys.ActorOf(CaptureRegistry.Props(new CaptureRegistrySettings(_selector, _ => null, _entity, _topic, TimeSpan.FromMilliseconds(20), TimeSpan.FromHours(1))));
        for (var i = 0; i < CaptureLimits.MaxCaptures; i++)
        {
            var query = $"G.V('{i}')".PadRight(CaptureLimits.MaxQuery);
            _selector.Set(query, FixedSelector.NodeOf($"n{i}", "h1"));
            registry.Tell(new CreateCapture
            {
                Capture = new Capture
                {
                    GremlinQuery = query,
                    BpfFilter = new string('f', CaptureLimits.MaxFilter),
                    Name = new string('n', CaptureLimits.MaxName),
                    Description = new string('d', CaptureLimits.MaxDescription),
                },
            });
        }

        var told = FishForMessage<SetCaptures>(set => set.Captures.Count == CaptureLimits.MaxCaptures, Patience);
        told.CalculateSize().ShouldBeGreaterThan(1 << 20);
        var all = (await InParts.AskAsync(_other, In(_other, registry), new GetCaptures(), Patience)).ShouldBeOfType<AllCaptures>();
        all.Captures_.Count.ShouldBe(CaptureLimits.MaxCaptures);
        all.CalculateSize().ShouldBeGreaterThan(6 << 20);
        _problems.HasMessages.ShouldBeFalse();
    }

    protected override void AfterAll()
    {
        _other.Terminate().Wait(Patience).ShouldBeTrue();
        base.AfterAll();
    }

    private static IActorRef In(ActorSystem system, IActorRef actor) =>
        ((ExtendedActorSystem)system).Provider.ResolveActorRef(Akka.Serialization.Serialization.SerializedActorPath(actor));

    private static async Task ShowsAsync(IActorRef view, int nodes, int edges)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            var shown = (await view.Ask<CurrentGraph>(GetGraph.Instance, Patience)).Graph;
            if ((shown.NodeCount, shown.AllEdges.Count()) == (nodes, edges) || DateTime.UtcNow > deadline)
            {
                (shown.NodeCount, shown.AllEdges.Count()).ShouldBe((nodes, edges));
                return;
            }

            await Task.Delay(100);
        }
    }

    private static SyncGraph Whole(int nodes, int edges)
    {
        var text = new string('x', 1000);
        var sync = Graphs.Sync("s", 1, Enumerable.Range(0, nodes).Select(i => Graphs.Node($"n{i}", "h1", ("Text", text))));
        for (var i = 0; i < edges; i++)
        {
            var edge = Graphs.Edge($"n{(i * 7) % nodes}", $"n{i % nodes}");
            edge.Id = $"e{i}";
            sync.Edges.Add(edge);
        }

        return sync;
    }

    private static ByteString Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    /// <summary>What's published here is told to one that may be on another node.</summary>
    private sealed class Topic : ReceiveActor
    {
        private IActorRef _subscriber = ActorRefs.Nobody;

        public Topic()
        {
            Receive<Publish>(publish => _subscriber.Forward(publish.Message));
            Receive<Subscribe>(_ => { });
            Receive<IActorRef>(subscriber => _subscriber = subscriber);
        }
    }

    /// <summary>Tells the test what it's told.</summary>
    private sealed class Witness : ReceiveActor
    {
        public Witness(IActorRef test)
        {
            Receive<Offered>(offered => InParts.Fetch(Context, offered));
            ReceiveAny(test.Tell);
        }
    }

    /// <summary>As an agent's link does.</summary>
    private sealed class Agent : ReceiveActor
    {
        private readonly IActorRef _entity;

        public Agent(IActorRef entity, IActorRef told)
        {
            _entity = entity;
            Receive<SyncGraph>(sync => entity.Tell(InParts.Of(Context, sync, sync.Host, $"graph-{sync.Sequence}")));
            Receive<UpdateGraph>(entity.Tell);
            Receive<Offered>(offered => InParts.Fetch(Context, offered));
            Receive<ReadPcap>(read =>
            {
                Context.Sender.Tell(new PcapRead { Uuid = read.Uuid, Packets = read.File.Length });
                told.Tell(InParts.Of(Context, read));
            });
            Receive<StartInjection>(start =>
            {
                Context.Sender.Tell(new InjectionProgress { Uuid = start.Injection.Uuid, State = "finished" });
                told.Tell(InParts.Of(Context, start));
            });
            Receive<SetCaptures>(set => told.Tell(InParts.Of(Context, set)));
            ReceiveAny(told.Tell);
        }

        protected override void PreStart() => _entity.Tell(new RegisterAgent { Host = "h1", Session = "s" });
    }
}
