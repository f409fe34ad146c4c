using System.Globalization;
using System.Net;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Hosting;
using Akka.Persistence.Sql.Hosting;
using Analyzer.Node.Captures;
using Analyzer.Node.Console;
using Analyzer.Node.Export;
using Analyzer.Node.Fabric;
using Analyzer.Node.Flows;
using Analyzer.Node.Http;
using Analyzer.Node.Http.Access;
using Analyzer.Node.Injections;
using Analyzer.Node.Retention;
using Analyzer.Node.Topology;
using Analyzer.Node.Views;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.DataProvider.PostgreSQL;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using OpenTelemetry.Metrics;
using Serilog;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Hosting;
using Shared.Messages.Logging;
using Shared.Messages.Security;
using Shared.Messages.Telemetry;
using Shared.Messages.Topology;

namespace Analyzer.Node.Host;

/// <summary>What an analyzer is made of: the actor system with its entities, singletons and view, HTTP, the console.</summary>
internal static class AnalyzerHost
{
    /// <summary>What the journals, and the shards that keep theirs there, are told besides where they are.</summary>
    internal const string StorageSettings =
        """
        akka.persistence {
          # From two events on they go by COPY where the database has it: as texts of statements they'd be twice as long, and parsed.
          journal { sql.max-row-by-row-size = 1, flows.max-row-by-row-size = 1 }
          # It goes by the writers' ids, and the package has one for each process, not for each entity: of an entity that moved away and
          # back all events since would be left out. That an entity has one writer is seen to by the tables' key.
          journal { sql.replay-filter.mode = off, flows.replay-filter.mode = off }
          # How soon a database that came back is noticed.
          journal { sql.circuit-breaker.reset-timeout = 5 s, flows.circuit-breaker.reset-timeout = 5 s }
          snapshot-store { sql.circuit-breaker.reset-timeout = 5 s, flows.circuit-breaker.reset-timeout = 5 s }
        }
        akka.cluster.sharding {
          state-store-mode = persistence
          remember-entities-store = eventsourced
          # A flows entity starts with its first message and then stays.
          passivate-idle-entity-after = off
          # How soon entities are there again after a fault: of the database, or of the analyzer they were on.
          retry-interval = 500 ms
          coordinator-failure-backoff = 1 s
          shard-failure-backoff = 2 s
          entity-restart-backoff = 2 s
          # In one or two rounds as even as can be.
          least-shard-allocation-strategy.rebalance-absolute-limit = 20
        }
        """;

    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(20);

    /// <summary>Puts an analyzer together. Nothing runs before it's started, and the actors run before it listens.</summary>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="seeds">The analyzers to join, in the order to try them in.</param>
    /// <param name="log">Gets what it logs.</param>
    public static WebApplication Build(AnalyzerConfiguration configuration, IReadOnlyList<string> seeds, Serilog.ILogger log)
    {
        var options = configuration.Config.Analyzer;
        var storage = new StorageHealth(options.Storage);
        // Empty: no settings but ours, no files of the working directory that would be watched.
        var certificate = options.Http.Tls is { } files ? new ServerCertificate(files, LogSetup.Main(log)) : null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, options.Http, certificate));
        builder.Services
            .AddRouting()
            .AddAccess()
            .AddRequestLimits(options.Http)
            .AddSingleton(_ => new Logins(configuration.Config.Users, TimeProvider.System))
            .AddSingleton<AuditLog>()
            .AddSerilog(log)
            .AddSystemd()
            .AddSkydiveHost()
            .Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience)
            .AddSingleton(storage)
            .AddSingleton(new FlowExport(options.Ipfix))
            .AddHealthChecks().Services
            .AddSkydiveTelemetry(configuration.Config, NodeHosting.AnalyzerRole, metrics => metrics.AddPrometheusExporter())
            .AddSingleton(services => new AnalyzerServices(services, options))
            // Before the actors: it's a hosted service, as they are.
            .AddHostedService(services => new StorageLayout(options.Storage, LogSetup.Main(log), services.GetRequiredService<IHostApplicationLifetime>()))
            .AddAkka(NodeHosting.ActorSystemName, (akka, services) => akka
                .WithSkydive(configuration.Config.Log)
                .WithMembership(NodeHosting.AnalyzerRole, options.Remoting, seeds, configuration.Config.Tls)
                .WithStorage(options.Storage)
                .WithExport(services.GetRequiredService<FlowExport>(), options)
                .WithEntities(options)
                .WithDistributedPubSub(NodeHosting.AnalyzerRole)
                .WithActors((system, _) => FlowPartitionCount.ConfirmAsync(system, options.FlowPartitions))
                .WithActors((system, registry) =>
                {
                    system.ActorOf(StorageWatch.Props(storage), "storage");
                    system.ActorOf(QuorumWatch.Props(options.Seeds), "quorum");
                    registry.Register<GraphView>(system.ActorOf(GraphView.Props(Mediator(system), registry.Get<HostEntity>()), "graph"));
                    registry.Register<Gateway>(system.ActorOf(Gateway.Props(registry.Get<GraphView>()), "gateway"));
                })
                .WithRegistries(configuration)
                .WithHealth(storage)
                .AddStartup((system, _) => ConsoleHost.Start(system, options.Console, services.GetRequiredService<Logins>(), configuration.Config.Tls, services.GetRequiredService<AnalyzerServices>()))
                // The user's own akka section wins over all of it.
                .AddHocon(configuration.Config.Akka, HoconAddMode.Prepend));

        var application = builder.Build();
        application.MapSkydive(configuration.Config);
        return application;
    }

    private static AkkaConfigurationBuilder WithStorage(this AkkaConfigurationBuilder akka, StorageOptions storage)
    {
        return akka
            .WithJournal(JournalPlace.Topology(storage))
            .WithJournal(JournalPlace.Flows(storage))
            .AddHocon(StorageSettings, HoconAddMode.Prepend);
    }

    private static AkkaConfigurationBuilder WithJournal(this AkkaConfigurationBuilder akka, JournalPlace place)
    {
        var provider = place.Provider == StorageProvider.PostgreSql ? LinqToDB.ProviderName.PostgreSQL15 : LinqToDB.ProviderName.SQLiteMS;
        var events = new SqlJournalOptions(place.IsDefault, place.Plugin)
        {
            ConnectionString = place.ConnectionString,
            ProviderName = provider,
            DataOptions = place.IsPostgres ? ByCopy(provider, place.ConnectionString) : null,
            AutoInitialize = true,
            DatabaseOptions = new JournalDatabaseOptions(DatabaseMapping.Default)
            {
                JournalTable = new JournalTableOptions { TableName = place.Events },
                TagTable = new TagTableOptions { TableName = place.Tags },
            },
        };
        var snapshots = new SqlSnapshotOptions(place.IsDefault, place.Plugin)
        {
            ConnectionString = place.ConnectionString,
            ProviderName = provider,
            AutoInitialize = true,
            DatabaseOptions = new SnapshotDatabaseOptions(DatabaseMapping.Default) { SnapshotTable = new SnapshotTableOptions { TableName = place.Snapshots } },
        };
        // These see the circuit breaker; the package's connectivity check doesn't fit the LinqToDB it comes with, StorageHealth stands for it.
        return akka.WithSqlPersistence(events, snapshots, builder => builder.WithHealthCheck(), builder => builder.WithHealthCheck());
    }

    private static DataOptions ByCopy(string provider, string connectionString) =>
        new DataOptions().UseConnectionString(provider, connectionString).WithOptions<PostgreSQLOptions>(postgres => postgres with { BulkCopyType = BulkCopyType.ProviderSpecific });

    // Before the entities, which are told of it when they start.
    private static AkkaConfigurationBuilder WithExport(this AkkaConfigurationBuilder akka, FlowExport export, AnalyzerOptions options) => !export.IsOn
        ? akka
        : akka.WithActors((system, registry) => registry.Register<FlowExporter>(
            system.ActorOf(FlowExporter.Props(export, () => registry.Get<FlowsEntity>(), options.FlowPartitions), "export")));

    // Hosts are remembered: after a restart each comes back by itself, to notice that its agent doesn't.
    private static AkkaConfigurationBuilder WithEntities(this AkkaConfigurationBuilder akka, AnalyzerOptions options)
    {
        var hosts = HostEntitySettings.Of(options.FlowPartitions, options.Storage.SnapshotEvery, options.ForgetHostsAfter);
        var flowsPlace = JournalPlace.Flows(options.Storage);
        var flows = FlowsEntitySettings.Of(options.FlowRetention, options.Storage.SnapshotEvery) with { Journal = flowsPlace.JournalPlugin, Snapshots = flowsPlace.SnapshotPlugin };
        return akka
            .WithShardRegion<HostEntity>(
                TopologyShards.RegionName,
                (system, _) => host => HostEntity.Props(host, hosts, Mediator(system)),
                TopologyShards.Extractor,
                new ShardOptions { Role = NodeHosting.AnalyzerRole, RememberEntities = true, HandOffStopMessage = SnapshottedActor.HandOver.Instance })
            .WithShardRegion<FlowsEntity>(
                FlowShards.RegionName,
                (_, registry) =>
                {
                    var told = registry.TryGet<FlowExporter>(out var exporter) ? flows with { Receiver = new FlowReceiver(exporter) } : flows;
                    return partition => FlowsEntity.Props(int.Parse(partition, CultureInfo.InvariantCulture), told);
                },
                FlowShards.Extractor,
                new ShardOptions { Role = NodeHosting.AnalyzerRole, HandOffStopMessage = SnapshottedActor.HandOver.Instance });
    }

    // The oldest analyzer runs them; proxies find them from here.
    private static AkkaConfigurationBuilder WithRegistries(this AkkaConfigurationBuilder akka, AnalyzerConfiguration configuration)
    {
        var options = configuration.Config.Analyzer;
        var analyzers = new ClusterSingletonOptions { Role = NodeHosting.AnalyzerRole };
        return akka
            .WithSingleton<CaptureRegistry>("captures", (system, registry, _) => SingletonGuardian.Props(
                CaptureRegistry.Props(CaptureRegistrySettings.Of(Selector(registry), registry.Get<HostEntity>(), Mediator(system))), "captures"), analyzers)
            .WithSingleton<InjectionRegistry>("injections", (system, registry, _) => SingletonGuardian.Props(
                InjectionRegistry.Props(new InjectionRegistrySettings(Selector(registry), registry.Get<HostEntity>(), Mediator(system), options.Injections)), "injections"), analyzers)
            .WithSingleton<FabricActor>("fabric", (_, registry, _) => SingletonGuardian.Props(
                FabricActor.Props(new FabricSettings(
                    FabricSettings.Configure(configuration.FabricLinks), registry.Get<GraphView>(), registry.Get<HostEntity>(), "analyzer." + options.HostId, options.Storage.SnapshotEvery)),
                "fabric"), analyzers)
            .WithSingleton<RetentionActor>("retention", (_, _, _) => RetentionActor.Props([JournalPlace.Topology(options.Storage), JournalPlace.Flows(options.Storage)]), analyzers);

        GraphNodeSelector Selector(IActorRegistry registry) => new(registry.Get<GraphView>(), options.Http.QueryTimeout);
    }

    private static void Listen(KestrelServerOptions kestrel, HttpOptions options, ServerCertificate? certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBody;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        if (IPAddress.TryParse(options.Host, out var address))
        {
            kestrel.Listen(address, options.Port, Guard);
        }
        else if (options.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            kestrel.ListenLocalhost(options.Port, Guard);
        }
        else
        {
            throw new SkydiveConfigException("skydive.analyzer.http.host", options.Host, "should be an IP address or localhost; 0.0.0.0 is every address");
        }

        void Guard(ListenOptions listen)
        {
            listen.UseConnectionLimits(options);
            if (certificate is not null)
            {
                // A page's socket needs a connection of its own anyway.
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate.Options) });
            }
        }
    }

    private static IActorRef Mediator(ActorSystem system) => DistributedPubSub.Get(system).Mediator;
}
