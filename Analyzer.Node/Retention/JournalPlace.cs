using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Retention;

/// <summary>
/// Where one of the two journals is: a database and the persistence plugin's tables in it. In PostgreSQL both are in one database,
/// in SQLite each has a file, since a file has one writer: flows don't wait for the topology's, nor the other way round.
/// </summary>
/// <param name="Name">What users call it.</param>
/// <param name="Provider">Which database.</param>
/// <param name="ConnectionString">How to reach it.</param>
/// <param name="Retention">What is kept of it.</param>
/// <param name="Plugin">The plugin's name below <c>akka.persistence.journal</c> and <c>akka.persistence.snapshot-store</c>.</param>
/// <param name="Suffix">What its tables' names end in.</param>
internal sealed record JournalPlace(string Name, StorageProvider Provider, string ConnectionString, RetentionOptions Retention, string Plugin, string Suffix)
{
    /// <summary>The journal of the topology, the registries, and whatever Akka itself persists.</summary>
    public static JournalPlace Topology(StorageOptions storage) => new("topology", storage.Provider, storage.ConnectionString, storage.TopologyRetention, "sql", "");

    public static JournalPlace Flows(StorageOptions storage) => new("flows", storage.Provider, storage.FlowsConnectionString, storage.FlowsRetention, "flows", "_flows");

    /// <summary>Whether entities that name no plugin have this one.</summary>
    public bool IsDefault => Suffix.Length == 0;

    /// <summary>Whether what's stored is flows' blocks.</summary>
    public bool HasBlocks => !IsDefault;

    public string JournalPlugin => "akka.persistence.journal." + Plugin;

    public string SnapshotPlugin => "akka.persistence.snapshot-store." + Plugin;

    public string Events => "journal" + Suffix;

    public string Snapshots => "snapshot" + Suffix;

    public string Tags => "tags" + Suffix;

    public bool IsPostgres => Provider == StorageProvider.PostgreSql;

    /// <summary>An open connection of one's own.</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken stop)
    {
        DbConnection connection = IsPostgres
            ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, ApplicationName = "skydive retention" }.ConnectionString)
            : new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(stop).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
