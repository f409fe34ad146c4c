using Analyzer.Node.Host;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Tests.Storage;

/// <summary>Databases of earlier versions, as <see cref="StoredContent.Store"/> filled them when they were current.</summary>
public sealed class CarriedJournalTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("journal-1.sqlite")]
    public async Task A_journal_of_an_earlier_version_is_read_as_it_was_written(string file)
    {
        var storage = Carried(file);
        // A second time there's nothing to do.
        await PrepareAsync(storage);
        await PrepareAsync(storage);
        Count(storage.ConnectionString, "SELECT COUNT(*) FROM journal WHERE persistence_id LIKE 'flows-%'").ShouldBe(0);
        Count(storage.FlowsConnectionString, "SELECT COUNT(*) FROM journal_flows").ShouldBe(7);
        using var system = StoredSystem.Sqlite(_folder);
        StoredContent.Check(system);
    }

    [PostgresFact]
    public async Task Flows_that_an_earlier_version_kept_in_the_topologys_journal_are_moved()
    {
        var storage = StoredSystem.OfPostgres(await postgres.DatabaseAsync());
        using (var system = StoredSystem.Postgres(storage.ConnectionString))
        {
            StoredContent.Store(system);
        }

        await RunAsync(storage, """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
              SELECT created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid FROM journal_flows;
            INSERT INTO snapshot SELECT * FROM snapshot_flows;
            DROP TABLE journal_flows; DROP TABLE snapshot_flows
            """);
        await PrepareAsync(storage);
        await PrepareAsync(storage);
        using var again = StoredSystem.Postgres(storage.ConnectionString);
        StoredContent.Check(again);
    }

    [Fact]
    public async Task Flows_in_both_journals_are_refused_with_what_to_do()
    {
        var storage = Carried("journal-1.sqlite");
        using (var system = StoredSystem.Sqlite(_folder))
        {
            system.SaveEvent("flows-5", new Shared.Messages.Flows.FlowsExpired { At = 1 });
        }

        var error = await Should.ThrowAsync<SkydiveConfigException>(() => PrepareAsync(storage));
        error.Message.ShouldContain("journal_flows");
        error.Message.ShouldContain("delete the rows");
        Count(storage.ConnectionString, "SELECT COUNT(*) FROM journal WHERE persistence_id LIKE 'flows-%'").ShouldBe(7);
        Count(storage.FlowsConnectionString, "SELECT COUNT(*) FROM journal_flows").ShouldBe(1);
    }

    [Fact]
    public async Task New_files_give_back_what_is_freed_in_them()
    {
        var storage = StoredSystem.OfSqlite(_folder);
        await PrepareAsync(storage);
        using (var system = StoredSystem.Sqlite(_folder))
        {
            StoredContent.Store(system);
        }

        Count(storage.ConnectionString, "PRAGMA auto_vacuum").ShouldBe(2);
        Count(storage.FlowsConnectionString, "PRAGMA auto_vacuum").ShouldBe(2);
    }

    private StorageOptions Carried(string file)
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Storage", file), Path.Combine(_folder, "skydive.db"));
        return StoredSystem.OfSqlite(_folder);
    }

    internal static Task PrepareAsync(StorageOptions storage) =>
        new StorageLayout(storage, NullLogger.Instance, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance)).PrepareAsync(CancellationToken.None);

    private static long Count(string connectionString, string sql)
    {
        using var connection = new SqliteConnection(connectionString + ";Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        return (long)command.ExecuteScalar()!;
    }

    private static async Task RunAsync(StorageOptions storage, string sql)
    {
        await using var source = NpgsqlDataSource.Create(storage.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
