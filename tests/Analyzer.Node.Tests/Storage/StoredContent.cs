using Akka.Actor;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Captures;
using Shared.Messages.Flows;
using Shared.Messages.Injections;
using Shared.Messages.Topology;
using AllCaptures = Shared.Messages.Captures.Captures;
using AllInjections = Shared.Messages.Injections.Injections;

namespace Analyzer.Node.Tests.Storage;

/// <summary>A little of everything the analyzer stores, in events and in snapshots: put into a database, and looked for in it.</summary>
internal static class StoredContent
{
    public static void Store(StoredSystem system)
    {
        StoreGraph(system);
        StoreFlows(system);
        StoreCaptures(system);
        StoreInjections(system);
        StoreLinks(system);
    }

    public static void Check(StoredSystem system)
    {
        var graph = Ask<HostGraph>(system, system.Host(), new GetHostGraph { Host = "h1" });
        graph.Revision.ShouldBe(5);
        graph.Nodes.Select(n => n.Id).ShouldBe(["a", "n2", "n3", "n4"], ignoreOrder: true);
        graph.Nodes.Single(n => n.Id == "n2").Metadata.Fields["Name"].StringValue.ShouldBe("n2");
        graph.Edges.ShouldHaveSingleItem().Id.ShouldBe("a-n4");

        var flows = system.Flows();
        TestFlows.Fields([Ask<FlowsPart>(system, flows, new QueryFlows { Partition = 3, Asker = "x", Query = 1, Steps = "G.Flows()" })])
            .Select(f => (TestFlows.Short(f.Flow.Uuid), f.Row.AbPackets)).ShouldBe([("f0", 2), ("f1", 1), ("f2", 1), ("f4", 1)], ignoreOrder: true);
        Ask<FlowsPart>(system, flows, new QueryFlows { Partition = 3, Asker = "x", Query = 2, Steps = "G.Flows().RawPackets()", Uuids = { TestFlows.Ids("f0", "f3", "f4") } })
            .RawPackets.Select(p => (TestFlows.Short(p.FlowUuid), p.Index)).ShouldBe([("f0", 1), ("f4", 1)]);

        Ask<AllCaptures>(system, system.Captures(), new GetCaptures()).Captures_.Select(c => (c.Name, c.RawPacketLimit)).ShouldBe([("first", 5u), ("last", 0u)]);
        Ask<AllInjections>(system, system.Injections(), new GetInjections()).Injections_.Select(i => (i.DstIp, i.State, i.Sent)).ShouldBe([("10.0.0.2", "finished", 7ul), ("10.0.0.4", "pending", 0ul)]);
        Ask<FabricLinks>(system, system.Fabric(), new GetFabricLinks()).Links.Select(l => l.Link).ShouldBe(["A -> B", "E -> F"]);
    }

    public static CreateInjection Inject(string to) => new()
    {
        Injection = new Injection { Src = "G.V('s')", Type = "icmp4", SrcIp = "10.0.0.1", SrcMac = "02:00:00:00:00:01", DstIp = to, DstMac = "02:00:00:00:00:02" },
    };

    private static void StoreGraph(StoredSystem system)
    {
        var host = system.Host();
        Ask<AgentAccepted>(system, host, new RegisterAgent { Host = "h1", Session = "s" });
        Ask<GraphStored>(system, host, Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b")], [Graphs.Edge("a", "b")]));
        for (var i = 2; i < 5; i++)
        {
            Ask<GraphStored>(system, host, Graphs.Update("s", i, Graphs.Set(Graphs.Node($"n{i}"))));
        }

        Ask<GraphStored>(system, host, Graphs.Update("s", 5, Graphs.DeleteNode("b"), Graphs.Set(Graphs.Edge("a", "n4"))));
        system.StopAndWait(host);
    }

    private static void StoreFlows(StoredSystem system)
    {
        var flows = system.Flows();
        for (var i = 0; i < 5; i++)
        {
            var update = TestFlows.Update(TestFlows.Flow($"f{i}"));
            update.RawPackets.Add(new RawPacket { FlowUuid = TestFlows.Id($"f{i}"), Index = 1 });
            Ask<FlowsStored>(system, flows, update);
        }

        Ask<FlowsStored>(system, flows, TestFlows.Update(TestFlows.Flow("f0", last: 11_000, packets: 2)));
        system.StopAndWait(flows);
        system.SaveEvent("flows-3", new FlowsExpired { Uuids = { TestFlows.Id("f3") } });
    }

    private static void StoreCaptures(StoredSystem system)
    {
        var captures = system.Captures();
        Ask<Capture>(system, captures, new CreateCapture { Capture = new Capture { GremlinQuery = "G.V()", Name = "first", RawPacketLimit = 5 } });
        var deleted = Ask<Capture>(system, captures, new CreateCapture { Capture = new Capture { GremlinQuery = "G.V('x')" } });
        Ask<CaptureDeleted>(system, captures, new DeleteCapture { Uuid = deleted.Uuid });
        var all = Ask<AllCaptures>(system, captures, new GetCaptures());
        system.StopAndWait(captures);
        system.SaveSnapshot("captures", new CaptureRegistryState { Captures = { all.Captures_ } });
        captures = system.Captures();
        Ask<Capture>(system, captures, new CreateCapture { Capture = new Capture { GremlinQuery = "G.V('y')", Name = "last" } });
        system.StopAndWait(captures);
    }

    private static void StoreInjections(StoredSystem system)
    {
        var injections = system.Injections();
        var finished = Ask<Injection>(system, injections, Inject("10.0.0.2"));
        var deleted = Ask<Injection>(system, injections, Inject("10.0.0.3"));
        injections.Tell(new InjectionProgress { Uuid = finished.Uuid, State = "finished", Sent = 7 });
        Ask<InjectionDeleted>(system, injections, new DeleteInjection { Uuid = deleted.Uuid });
        var all = Ask<AllInjections>(system, injections, new GetInjections());
        system.StopAndWait(injections);
        system.SaveSnapshot("injections", new InjectionRegistryState { Injections = { all.Injections_ } });
        injections = system.Injections();
        Ask<Injection>(system, injections, Inject("10.0.0.4"));
        system.StopAndWait(injections);
    }

    private static void StoreLinks(StoredSystem system)
    {
        var fabric = system.Fabric();
        Ask<FabricLink>(system, fabric, new CreateFabricLink { Link = "A -> B" });
        var deleted = Ask<FabricLink>(system, fabric, new CreateFabricLink { Link = "C -> D" });
        Ask<FabricLinkDeleted>(system, fabric, new DeleteFabricLink { Uuid = deleted.Uuid });
        Ask<FabricLink>(system, fabric, new CreateFabricLink { Link = "E -> F" });
        system.StopAndWait(fabric);
    }

    private static T Ask<T>(StoredSystem system, IActorRef actor, object message)
    {
        actor.Tell(message, system.TestActor);
        return system.ExpectMsg<T>();
    }
}
