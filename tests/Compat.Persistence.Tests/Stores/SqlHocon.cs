namespace Compat.Persistence.Tests.Stores;

internal static class SqlHocon
{
    /// <summary>Both plugins on one database.</summary>
    public static string Of(string provider, string connectionString, string extra = "") => $$"""
        akka.persistence {
          journal {
            plugin = "akka.persistence.journal.sql"
            sql {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              provider-name = "{{provider}}"
              connection-string = "{{connectionString}}"
            }
          }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.sql"
            sql {
              class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
              provider-name = "{{provider}}"
              connection-string = "{{connectionString}}"
            }
          }
        }
        {{extra}}
        """;
}
