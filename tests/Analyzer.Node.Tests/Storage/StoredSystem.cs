using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.TestKit.Xunit2;
using Analyzer.Node.Captures;
using Analyzer.Node.Fabric;
using Analyzer.Node.Flows;
using Analyzer.Node.Host;
using Analyzer.Node.Injections;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Shared.Messages.Configuration;
using Shared.Messages.Serialization;

namespace Analyzer.Node.Tests.Storage;

/// <summary>An actor system over a database, with the protocols' own serializers: what a process is to what it stores.</summary>
internal sealed class StoredSystem : TestKit
{
    private static readonly HostEntitySettings HostSettings = new(16, 2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(36500));
    private static readonly FlowsEntitySettings FlowSettings = new(new FlowLimits(TimeSpan.FromDays(36500), 1000), 2, TimeSpan.FromHours(1))
    {
        Journal = "akka.persistence.journal.flows",
        Snapshots = "akka.persistence.snapshot-store.flows",
    };

    private readonly FixedSelector _selector = new();

    private StoredSystem(StorageOptions storage, string more)
        : base(ConfigurationFactory.ParseString(more).WithFallback(Hocon(storage))) => _selector.Set("G.V('s')", FixedSelector.NodeOf("s", "h1"));

    public static StoredSystem Sqlite(string folder, string more = "") => new(OfSqlite(folder), more);

    public static StoredSystem Postgres(string connectionString, string more = "") => new(OfPostgres(connectionString), more);

    /// <summary>What an analyzer's section <c>storage</c> says of such a database.</summary>
    public static StorageOptions OfSqlite(string folder) => SkydiveConfig.Parse($"skydive.analyzer.storage.file = \"{folder}/skydive.db\"").Analyzer.Storage;

    public static StorageOptions OfPostgres(string connectionString) =>
        SkydiveConfig.Parse($"skydive.analyzer.storage {{ provider = postgresql, connection-string = \"{connectionString}\" }}").Analyzer.Storage;

    public IActorRef Host(string name = "h1") => Sys.ActorOf(HostEntity.Props(name, HostSettings, ActorRefs.Nobody));

    public IActorRef Flows(int partition = 3) => Flows(partition, FlowSettings.Limits.Retention);

    public IActorRef Flows(int partition, TimeSpan retention) => Sys.ActorOf(FlowsEntity.Props(
        partition, FlowSettings with { Limits = FlowSettings.Limits with { Retention = retention }, ExpireEvery = retention < TimeSpan.FromMinutes(1) ? retention : FlowSettings.ExpireEvery }));

    /// <summary>One that recovers from its events alone.</summary>
    public IActorRef FlowsWithoutSnapshots() => Sys.ActorOf(FlowsEntity.Props(3, FlowSettings with { SnapshotEvery = 1000 }));

    public IActorRef Captures() => Sys.ActorOf(CaptureRegistry.Props(CaptureRegistrySettings.Of(_selector, ActorRefs.Nobody, ActorRefs.Nobody)));

    public IActorRef Injections() => Sys.ActorOf(InjectionRegistry.Props(new InjectionRegistrySettings(_selector, ActorRefs.Nobody, ActorRefs.Nobody, new InjectionOptions(1000, TimeSpan.FromDays(36500)))));

    public IActorRef Fabric() => Sys.ActorOf(FabricActor.Props(new FabricSettings([], ActorRefs.Nobody, ActorRefs.Nobody, "analyzer.a", 2)));

    /// <summary>Ends the actor and waits for its end, so that its successor finds all it stored.</summary>
    public void StopAndWait(IActorRef actor)
    {
        var watcher = CreateTestProbe();
        watcher.Watch(actor);
        Sys.Stop(actor);
        watcher.ExpectTerminated(actor);
    }

    /// <summary>Saves a snapshot as the entity of that id does after many more events than a test likes to wait for.</summary>
    public void SaveSnapshot(string persistenceId, object state) => Write(persistenceId, [state], isSnapshot: true);

    /// <summary>Stores an event as the entity of that id does after more time than a test likes to wait for.</summary>
    public void SaveEvent(string persistenceId, object @event) => Write(persistenceId, [@event], isSnapshot: false);

    /// <summary>The same of many.</summary>
    public void SaveEvents(string persistenceId, IReadOnlyList<object> events) => Write(persistenceId, events, isSnapshot: false);

    private void Write(string persistenceId, IReadOnlyList<object> what, bool isSnapshot)
    {
        var writer = Sys.ActorOf(Props.Create(() => new Writer(persistenceId, what, isSnapshot, TestActor)));
        ExpectMsg<Done>();
        StopAndWait(writer);
    }

    private static Config Hocon(StorageOptions storage) => ConfigurationFactory.ParseString($$"""
        akka {
          # What fails here fails on purpose.
          loggers = []
          stdout-loglevel = OFF
          loglevel = WARNING
          test.single-expect-default = 60s
          persistence {
            journal {
              plugin = "akka.persistence.journal.sql"
              sql {
                {{Plugin("Journal.SqlWriteJournal", storage.Provider, storage.ConnectionString)}}
              }
              flows {
                {{Plugin("Journal.SqlWriteJournal", storage.Provider, storage.FlowsConnectionString)}}
                plugin-id = "akka.persistence.journal.flows"
                default { journal.table-name = journal_flows, tag.table-name = tags_flows }
              }
            }
            snapshot-store {
              plugin = "akka.persistence.snapshot-store.sql"
              sql {
                {{Plugin("Snapshot.SqlSnapshotStore", storage.Provider, storage.ConnectionString)}}
              }
              flows {
                {{Plugin("Snapshot.SqlSnapshotStore", storage.Provider, storage.FlowsConnectionString)}}
                plugin-id = "akka.persistence.snapshot-store.flows"
                default.snapshot.table-name = snapshot_flows
              }
            }
          }
        }
        """).WithFallback(ConfigurationFactory.ParseString(AnalyzerHost.StorageSettings)).WithFallback(ProtocolSerializer.Bindings);

    private static string Plugin(string @class, StorageProvider provider, string connectionString) => $"""
        class = "Akka.Persistence.Sql.{@class}, Akka.Persistence.Sql"
        provider-name = "{(provider == StorageProvider.Sqlite ? "SQLite.MS" : "PostgreSQL.15")}"
        connection-string = "{connectionString}"
        circuit-breaker.reset-timeout = 200ms
        """;

    private sealed class Writer : ReceivePersistentActor
    {
        public Writer(string persistenceId, IReadOnlyList<object> what, bool isSnapshot, IActorRef witness)
        {
            PersistenceId = persistenceId;
            if (persistenceId.StartsWith("flows-", StringComparison.Ordinal))
            {
                (JournalPluginId, SnapshotPluginId) = (FlowSettings.Journal, FlowSettings.Snapshots);
            }

            Recover<RecoveryCompleted>(_ =>
            {
                if (isSnapshot)
                {
                    SaveSnapshot(what[0]);
                }
                else
                {
                    var left = what.Count;
                    PersistAllAsync(what, _ =>
                    {
                        if (--left == 0)
                        {
                            witness.Tell(Done.Instance);
                        }
                    });
                }
            });
            RecoverAny(_ => { });
            Command<SaveSnapshotSuccess>(_ => witness.Tell(Done.Instance));
        }

        public override string PersistenceId { get; }
    }
}
