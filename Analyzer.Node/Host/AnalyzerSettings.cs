using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Host;

/// <summary>What an analyzer tells Akka besides what every node does: sharding, the journal and the snapshot store.</summary>
internal static class AnalyzerSettings
{
    public static Config Akka(SkydiveConfig config)
    {
        var analyzer = config.Analyzer;
        return NodeSettings.Akka(
            config,
            NodeSettings.AnalyzerRole,
            analyzer.Remoting,
            analyzer.Seeds,
            Sharding().SafeWithFallback(Persistence(analyzer.Storage)).SafeWithFallback(Console(analyzer.Console)).SafeWithFallback(ClusterTools()));
    }

    // Extensions are loaded when first used; their serializers have to be known from the start.
    private static Config ClusterTools() => ClusterSharding.DefaultConfig()
        .SafeWithFallback(ClusterSingleton.DefaultConfig())
        .SafeWithFallback(DistributedPubSub.DefaultConfig());

    private static Config Sharding() => ConfigurationFactory.ParseString($$"""
        akka.cluster {
          sharding {
            role = {{NodeSettings.AnalyzerRole}}
            state-store-mode = persistence
            remember-entities-store = eventsourced
          }
          singleton.role = {{NodeSettings.AnalyzerRole}}
        }
        """);

    private static Config Persistence(StorageOptions storage)
    {
        var provider = storage.Provider == StorageProvider.PostgreSql ? "PostgreSQL.15" : "SQLite.MS";
        var connection = Quote(storage.ConnectionString);
        return ConfigurationFactory.ParseString($$"""
            akka.persistence {
              journal {
                plugin = "akka.persistence.journal.sql"
                sql {
                  class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
                  connection-string = {{connection}}
                  provider-name = "{{provider}}"
                  # How soon a database that came back is noticed.
                  circuit-breaker.reset-timeout = 5s
                }
              }
              snapshot-store {
                plugin = "akka.persistence.snapshot-store.sql"
                sql {
                  class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
                  connection-string = {{connection}}
                  provider-name = "{{provider}}"
                  # How soon a database that came back is noticed.
                  circuit-breaker.reset-timeout = 5s
                }
              }
            }
            """);
    }

    private static Config Console(EndpointOptions? console) => console is null
        ? ConfigurationFactory.Empty
        : ConfigurationFactory.ParseString($$"""petabridge.cmd { host = {{Quote(console.Host)}}, port = {{console.Port}} }""");

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
