using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;

namespace Compat.Cluster.Tests.Sharding;

/// <summary>A SQLite journal that the nodes of one test share.</summary>
internal sealed class SharedJournal : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("compat-sharding-").FullName;

    public string File => Path.Combine(_directory, "journal.db");

    public static string Hocon(string file)
    {
        var plugin = $$"""
            provider-name = "SQLite.MS"
            connection-string = "Data Source={{file}}"
            """;
        return $$"""
            akka.persistence {
              journal {
                plugin = "akka.persistence.journal.sql"
                sql {
                  class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
                  {{plugin}}
                }
              }
              snapshot-store {
                plugin = "akka.persistence.snapshot-store.sql"
                sql {
                  class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
                  {{plugin}}
                }
              }
            }
            """;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}

internal static class ShardedNode
{
    public const string TypeName = "counters";

    private const string Fast = """
        akka.cluster {
          down-removal-margin = 500ms
          sharding {
            state-store-mode = persistence
            remember-entities-store = eventsourced
            retry-interval = 500ms
            shard-start-timeout = 2s
            coordinator-failure-backoff = 1s
            entity-restart-backoff = 500ms
            rebalance-interval = 1s
          }
        }
        """;

    public static Node Start(SharedJournal journal, int port, int seed, string role = "analyzer", string extra = "") =>
        Start(journal.File, port, seed, role, extra);

    public static Node Start(string journalFile, int port, int seed, string role = "analyzer", string extra = "") =>
        Node.Start(port, [seed], role, string.Join('\n', Fast, SharedJournal.Hocon(journalFile), extra));

    public static IActorRef Region(this Node node, Func<ClusterShardingSettings, ClusterShardingSettings>? change = null, Func<string, Props>? entity = null)
    {
        var settings = ClusterShardingSettings.Create(node.System).WithRole("analyzer");
        return ClusterSharding.Get(node.System).Start(
            TypeName, entity ?? (id => Props.Create(() => new Counter(id, null))), change?.Invoke(settings) ?? settings, Extractor());
    }

    public static IActorRef Proxy(this Node node) => ClusterSharding.Get(node.System).StartProxy(TypeName, "analyzer", Extractor());

    /// <summary>Asks an entity; again when the message or its answer got lost.</summary>
    public static async Task<string> AskEntity(this IActorRef region, string id, string text)
    {
        string? answer = null;
        await Eventually.True(
            async () =>
            {
                try
                {
                    answer = await region.Ask<string>(new ShardingEnvelope(id, text), TimeSpan.FromSeconds(3));
                    return true;
                }
                catch (AskTimeoutException)
                {
                    return false;
                }
            },
            () => $"{id} to answer");
        return answer!;
    }

    private static HashCodeMessageExtractor Extractor() => HashCodeMessageExtractor.Create(
        10, message => (message as ShardingEnvelope)?.EntityId, message => message is ShardingEnvelope envelope ? envelope.Message : message);
}
