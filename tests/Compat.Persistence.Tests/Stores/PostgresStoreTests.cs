using Akka.Actor;
using Compat.Persistence.Tests.Kit;
using Dapper;
using Npgsql;

namespace Compat.Persistence.Tests.Stores;

public sealed class PostgresStoreTests(PostgresServer server) : DurableStoreSpec, IClassFixture<PostgresServer>, IAsyncLifetime
{
    private string _connectionString = string.Empty;

    protected override string Hocon => SqlHocon.Of("PostgreSQL.15", _connectionString, """
        akka.persistence.journal.sql.circuit-breaker.reset-timeout = 200ms
        akka.persistence.snapshot-store.sql.circuit-breaker.reset-timeout = 200ms
        """);

    async Task IAsyncLifetime.InitializeAsync() => _connectionString = await server.CreateDatabase();

    [Fact]
    public async Task Tags_have_their_own_table()
    {
        var teller = await StartTeller(Id("tags"), "recovered  at 0");
        await Ask(teller, new Say("plain"), "said plain");
        await Ask(teller, new SayTagged("t", "red", "green"), "said t");

        await using var connection = new NpgsqlConnection(_connectionString);
        var rows = await connection.QueryAsync<(long Ordering, string Tag, long SequenceNr)>(
            "SELECT j.ordering, t.tag, t.sequence_nr FROM tags t JOIN journal j ON j.ordering = t.ordering_id AND j.persistence_id = t.persistence_id WHERE j.persistence_id = @Id ORDER BY t.tag",
            new { Id = Id("tags") });
        rows.Select(row => (row.Tag, row.SequenceNr)).ShouldBe([("green", 2), ("red", 2)]);
    }

    [Fact]
    public async Task A_row_names_serializer_manifest_and_time()
    {
        var before = DateTime.UtcNow.Ticks;
        var teller = await StartTeller(Id("row"), "recovered  at 0");
        await Ask(teller, new Say("word"), "said word");

        await using var connection = new NpgsqlConnection(_connectionString);
        var row = await connection.QuerySingleAsync<(bool Deleted, int Identifier, string Manifest, long Created, byte[] Message)>(
            "SELECT deleted, identifier, manifest, created, message FROM journal WHERE persistence_id = @Id AND sequence_number = 1", new { Id = Id("row") });
        row.Deleted.ShouldBeFalse();
        row.Identifier.ShouldBe(9001);
        row.Manifest.ShouldBe("said");
        row.Message.ShouldBe("word"u8.ToArray());
        row.Created.ShouldBeInRange(before, DateTime.UtcNow.Ticks);
    }

    [Fact]
    public async Task A_dead_database_stops_the_actor_that_persists_and_is_used_again_when_it_is_back()
    {
        var teller = await StartTeller(Id("dead"), "recovered  at 0");
        await Ask(teller, new Say("a"), "said a");
        await Probe.WatchFor(teller);
        await server.Stop();
        try
        {
            teller.Tell(new Say("b"), ActorRefs.NoSender);
            await Probe.Expect("failed b");
            await Probe.Expect<Terminated>();

            System.ActorOf(Teller.Of(Id("dead"), Probe));
            (await Probe.Expect<string>()).ShouldStartWith("recovery failed: ");
        }
        finally
        {
            await server.Start();
        }

        await StartTellerWhenPossible(Id("dead"), "recovered a at 1");
    }

    // The breaker may still be open for its 200 ms: then recovery fails once more.
    private async Task StartTellerWhenPossible(string id, string recovered)
    {
        while (true)
        {
            System.ActorOf(Teller.Of(id, Probe));
            var told = await Probe.Expect<string>();
            if (!told.StartsWith("recovery failed", StringComparison.Ordinal))
            {
                told.ShouldBe(recovered);
                return;
            }
        }
    }
}
