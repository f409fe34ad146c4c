using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Analyzer.Node.Captures;
using Analyzer.Node.Flows;
using Analyzer.Node.Injections;
using Analyzer.Node.Tests.Flows;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Shared.Messages.Captures;
using Shared.Messages.Flows;
using Shared.Messages.Injections;
using Shared.Messages.Serialization;
using Shared.Messages.Topology;
using AllCaptures = Shared.Messages.Captures.Captures;
using AllInjections = Shared.Messages.Injections.Injections;

namespace Analyzer.Node.Tests;

/// <summary>All entities over a database and the protocols' own serializers: what one process stored, the next one finds.</summary>
public sealed class StoredEntityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("entities-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_new_process_finds_graph_flows_captures_and_injections()
    {
        using (var first = new Process(_directory))
            first.Store();
        using var second = new Process(_directory);
        second.Check();
    }

    [Fact]
    public void What_cannot_be_stored_is_refused_at_once()
    {
        using var process = new Process(_directory);
        process.RefuseSecondWriter();
    }

    private sealed class Process(string directory) : TestKit(HoconOf(directory))
    {
        private static readonly HostEntitySettings HostSettings = new(16, 2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
        private static readonly FlowsEntitySettings FlowSettings = new(new FlowLimits(TimeSpan.FromHours(1), 1000), 2, TimeSpan.FromHours(1));

        public void Store()
        {
            var host = Sys.ActorOf(HostEntity.Props("h1", HostSettings, ActorRefs.Nobody));
            host.Tell(new RegisterAgent { Host = "h1", Session = "s" }, TestActor);
            ExpectMsg<AgentAccepted>();
            host.Tell(Graphs.Sync("s", 1, [Graphs.Node("a"), Graphs.Node("b")], [Graphs.Edge("a", "b")]), TestActor);
            ExpectMsg<GraphStored>();
            for (var i = 2; i < 5; i++)
            {
                host.Tell(Graphs.Update("s", i, Graphs.Set(Graphs.Node($"n{i}"))), TestActor);
                ExpectMsg<GraphStored>();
            }

            var flows = Sys.ActorOf(FlowsEntity.Props(3, FlowSettings));
            for (var i = 0; i < 5; i++)
            {
                flows.Tell(FlowPartitionStateTests.Update(FlowPartitionStateTests.Flow($"f{i}", last: DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())), TestActor);
                ExpectMsg<FlowsStored>();
            }

            Captures().Tell(new CreateCapture { Capture = new Capture { GremlinQuery = "G.V()", Name = "kept" } }, TestActor);
            ExpectMsg<Capture>();
            Injections().Tell(new CreateInjection { Injection = new Injection { Src = "G.V('s')", Type = "icmp4", SrcIp = "10.0.0.1", SrcMac = "02:00:00:00:00:01", DstIp = "10.0.0.2", DstMac = "02:00:00:00:00:02" } }, TestActor);
            ExpectMsg<Injection>();
        }

        public void Check()
        {
            Sys.ActorOf(HostEntity.Props("h1", HostSettings, ActorRefs.Nobody)).Tell(new GetHostGraph { Host = "h1" }, TestActor);
            var graph = ExpectMsg<HostGraph>();
            graph.Revision.ShouldBe(4);
            graph.Nodes.Select(n => n.Id).ShouldBe(["a", "b", "n2", "n3", "n4"], ignoreOrder: true);
            graph.Edges.ShouldHaveSingleItem().Id.ShouldBe("a-b");

            Sys.ActorOf(FlowsEntity.Props(3, FlowSettings)).Tell(new GetFlows { Partition = 3 }, TestActor);
            ExpectMsg<FoundFlows>().Flows.Select(f => f.Uuid).ShouldBe(["f0", "f1", "f2", "f3", "f4"], ignoreOrder: true);

            Captures().Tell(new GetCaptures(), TestActor);
            ExpectMsg<AllCaptures>().Captures_.ShouldHaveSingleItem().Name.ShouldBe("kept");
            Injections().Tell(new GetInjections(), TestActor);
            ExpectMsg<AllInjections>().Injections_.ShouldHaveSingleItem().State.ShouldBe("failed");
        }

        // The second writer of one journal finds its first number taken.
        public void RefuseSecondWriter()
        {
            var (first, second) = (Captures(), Captures());
            second.Tell(new GetCaptures(), TestActor);
            ExpectMsg<AllCaptures>();
            first.Tell(new CreateCapture { Capture = new Capture { GremlinQuery = "G.V('a')" } }, TestActor);
            ExpectMsg<Capture>();
            second.Tell(new CreateCapture { Capture = new Capture { GremlinQuery = "G.V('b')" } }, TestActor);
            var refused = ExpectMsg<CaptureRefused>();
            refused.NotStored.ShouldBeTrue();
            refused.Reason.ShouldStartWith("captures: not stored");
        }

        private static Config HoconOf(string directory) => ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = WARNING
              test.single-expect-default = 20s
              persistence {
                journal {
                  plugin = "akka.persistence.journal.sql"
                  sql { class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql", provider-name = SQLite, connection-string = "Data Source={{directory}}/skydive.db" }
                }
                snapshot-store {
                  plugin = "akka.persistence.snapshot-store.sql"
                  sql { class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql", provider-name = SQLite, connection-string = "Data Source={{directory}}/skydive.db" }
                }
              }
            }
            """).WithFallback(ProtocolSerializer.Bindings);

        private IActorRef Captures() => Sys.ActorOf(CaptureRegistry.Props(CaptureRegistrySettings.Of(new FixedSelector(), ActorRefs.Nobody, ActorRefs.Nobody)));

        private IActorRef Injections()
        {
            var selector = new FixedSelector();
            selector.Set("G.V('s')", FixedSelector.NodeOf("s", "h1"));
            return Sys.ActorOf(InjectionRegistry.Props(new InjectionRegistrySettings(selector, ActorRefs.Nobody, ActorRefs.Nobody)));
        }
    }
}
