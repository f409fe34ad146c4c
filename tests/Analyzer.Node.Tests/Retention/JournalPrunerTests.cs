using System.Data.Common;
using System.Globalization;
using Akka.Actor;
using Analyzer.Node.Retention;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Tests.Storage;
using Google.Protobuf;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Topology;

namespace Analyzer.Node.Tests.Retention;

/// <summary>Pruning of the databases the analyzer has, beside the plugin and the entities that write to them.</summary>
public sealed class JournalPrunerTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private static readonly RetentionOptions AsLittleAsCanBe = new(null, 1);

    private readonly string _folder = Directory.CreateTempSubdirectory("retention-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, OnSqlite, OnPostgres]
    public async Task All_that_is_stored_is_found_after_all_is_pruned_that_can_be(StoreKind kind)
    {
        var storage = await StorageAsync(kind);
        using (var system = Open(storage))
        {
            StoredContent.Store(system);
        }

        foreach (var place in Places(storage))
        {
            var journal = new PrunedJournal(place);
            var before = await journal.NumberAsync("SELECT COUNT(*) FROM {events}");
            await journal.AgeAsync();
            var kept = await journal.PruneAsync();
            kept.LastError.ShouldBeEmpty();
            var events = await journal.NumberAsync("SELECT COUNT(*) FROM {events}");
            (kept.DeletedEvents, kept.Events).ShouldBe((before - events, events));
            kept.DeletedEvents.ShouldBeGreaterThan(0);
            kept.Snapshots.ShouldBe(await journal.NumberAsync("SELECT COUNT(*) FROM {snapshots}"));
            kept.Snapshots.ShouldBe(await journal.NumberAsync("SELECT COUNT(DISTINCT persistence_id) FROM {snapshots}"));
            kept.Unmet.ShouldContain("after the last snapshot");
            await journal.ShouldBeWholeAsync();
        }

        using var again = Open(storage);
        StoredContent.Check(again);
        // Numbers go on where they were.
        var flows = again.Flows();
        flows.Tell(TestFlows.Update(TestFlows.Flow("aa")), again.TestActor);
        again.ExpectMsg<FlowsStored>();
        again.StopAndWait(flows);
        Flows(again).Select(flow => flow.Uuid).ShouldContain("aa");
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_is_within_the_limits_stays(StoreKind kind)
    {
        var storage = await StorageAsync(kind);
        using (var system = Open(storage))
        {
            StoredContent.Store(system);
        }

        foreach (var place in Places(storage).Select(place => place with { Retention = new RetentionOptions(TimeSpan.FromMinutes(61), 1 << 20) }))
        {
            var journal = new PrunedJournal(place);
            await journal.AgeAsync();
            (await journal.PruneAsync()).DeletedEvents.ShouldBe(0);
            var older = new PrunedJournal(place with { Retention = new RetentionOptions(TimeSpan.FromMinutes(59), null) });
            (await older.PruneAsync()).DeletedEvents.ShouldBeGreaterThan(0);
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_host_that_left_goes_without_being_asked_and_its_name_is_kept(StoreKind kind)
    {
        var storage = await StorageAsync(kind);
        using var system = Open(storage);
        var (host, agent) = (system.Host(), system.CreateTestProbe());
        for (var i = 0; i < 3; i++)
        {
            host.Tell(Graphs.Sync("s", i, [Graphs.Node($"n{i}")]), agent);
            agent.FishForMessage<GraphStored>(_ => true);
        }

        var journal = new PrunedJournal(JournalPlace.Topology(storage) with { Retention = AsLittleAsCanBe });
        system.Sys.Stop(agent);
        await journal.UntilAsync("SELECT COUNT(*) FROM {snapshots} WHERE sequence_number = (SELECT MAX(sequence_number) FROM {events})", 1);
        system.StopAndWait(host);
        await journal.AgeAsync();
        await journal.PruneAsync();
        (await journal.NumberAsync("SELECT COUNT(*) FROM {events}")).ShouldBe(1);
        (await journal.NumberAsync("SELECT COUNT(*) FROM {snapshots}")).ShouldBe(1);

        system.Host().Tell(new GetHostGraph { Host = "h1" }, system.TestActor);
        var graph = system.ExpectMsg<HostGraph>();
        graph.Nodes.ShouldBeEmpty();
        graph.Revision.ShouldBeGreaterThan(3);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Flows_that_expire_leave_memory_but_not_the_journal_and_do_not_come_back(StoreKind kind)
    {
        var storage = await StorageAsync(kind);
        var journal = new PrunedJournal(JournalPlace.Flows(storage) with { Retention = AsLittleAsCanBe });
        using var system = Open(storage);
        var flows = system.Flows(3, TimeSpan.FromMilliseconds(300));
        for (var i = 0; i < 5; i++)
        {
            flows.Tell(TestFlows.Update(TestFlows.Flow($"f{i}")), system.TestActor);
            system.ExpectMsg<FlowsStored>();
        }

        system.AwaitAssert(() => Flows(system, flows).ShouldBeEmpty(), TimeSpan.FromSeconds(20));
        system.StopAndWait(flows);
        var events = await journal.NumberAsync("SELECT MAX(sequence_number) FROM {events}");
        events.ShouldBeGreaterThan(5);
        (await journal.NumberAsync("SELECT COUNT(*) FROM {events}")).ShouldBe(events);
        Flows(system).ShouldBeEmpty();

        await journal.AgeAsync();
        await journal.PruneAsync();
        (await journal.NumberAsync("SELECT COUNT(*) FROM {events}")).ShouldBeLessThan(3);
        Flows(system).ShouldBeEmpty();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Two_that_prune_at_once_beside_one_that_writes_do_no_harm(StoreKind kind)
    {
        var storage = await StorageAsync(kind);
        var place = JournalPlace.Flows(storage) with { Retention = AsLittleAsCanBe };
        var journal = new PrunedJournal(place);
        using var system = Open(storage);
        Fill(system, journal, spans: 6, events: 150);
        await journal.AgeAsync();
        using var stop = new CancellationTokenSource();
        var pruners = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            await using var pruner = new JournalPruner(place, TimeProvider.System);
            while (!stop.IsCancellationRequested)
            {
                await pruner.LookAsync(CancellationToken.None);
                while (await pruner.StepAsync(CancellationToken.None))
                {
                    await Task.Yield();
                }
            }
        })).ToArray();
        var flows = system.Flows();
        for (var i = 0; i < 40; i++)
        {
            flows.Tell(TestFlows.Update(TestFlows.Flow($"e{i:x2}")), system.TestActor);
            system.ExpectMsg<FlowsStored>();
            await journal.AgeAsync();
        }

        await Task.Delay(500);
        await stop.CancelAsync();
        await Task.WhenAll(pruners);
        await journal.ShouldBeWholeAsync();
        // What was there when they began; of what was written meanwhile what they came to see.
        (await journal.NumberAsync("SELECT COUNT(*) FROM {events}")).ShouldBeLessThan(50);
        system.StopAndWait(flows);
        Flows(system).Count(flow => flow.Uuid.StartsWith('e')).ShouldBe(40);
        Flows(system).Where(flow => !flow.Uuid.StartsWith('e')).ShouldBe(Expected(6 * 150), ignoreOrder: true);
    }

    [Fact]
    public async Task SQLites_file_shrinks()
    {
        var storage = StoredSystem.OfSqlite(_folder);
        await CarriedJournalTests.PrepareAsync(storage);
        var journal = new PrunedJournal(JournalPlace.Flows(storage) with { Retention = AsLittleAsCanBe });
        using var system = Open(storage);
        var random = new Random(1);
        for (var i = 0; i < 5; i++)
        {
            system.SaveEvents("flows-3", [.. Enumerable.Range(0, 40).Select(_ => new FlowsUpdated { At = 1, RawPackets = { new RawPacket { FlowUuid = "x", Data = ByteString.CopyFrom(Bytes(200_000)) } } })]);
        }

        system.SaveSnapshot("flows-3", new FlowsState());
        system.SaveEvents("flows-3", [new FlowsUpdated { At = 1 }]);
        await journal.AgeAsync();
        var file = new FileInfo(Path.Combine(_folder, "skydive-flows.db"));
        var before = file.Length;
        before.ShouldBeGreaterThan(40_000_000);

        var kept = await journal.PruneAsync();
        file.Refresh();
        kept.GivesBack.ShouldBeTrue();
        kept.Size.ShouldBe(file.Length);
        file.Length.ShouldBeLessThan(before / 2);

        byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }
    }

    [PostgresFact]
    public async Task What_PostgreSQL_keeps_free_is_told()
    {
        var storage = await StorageAsync(StoreKind.Postgres);
        var journal = new PrunedJournal(JournalPlace.Flows(storage) with { Retention = AsLittleAsCanBe });
        using var system = Open(storage);
        Fill(system, journal, spans: 2, events: 2000);
        var whole = await new PrunedJournal(journal.Place with { Retention = new RetentionOptions(null, null) }).PruneAsync();
        await journal.AgeAsync();
        var kept = await journal.PruneAsync();
        kept.GivesBack.ShouldBeFalse();
        kept.FreeExact.ShouldBeFalse();
        kept.Size.ShouldBeGreaterThanOrEqualTo(whole.Size);
        // What's counted is what's there: pages aren't full, and indexes have their own.
        (whole.Live / (double)whole.Size).ShouldBeInRange(0.5, 1.2);
        kept.Live.ShouldBeLessThan(whole.Live / 100);
        kept.Free.ShouldBe(kept.Size - kept.Live);
    }

    /// <summary>Stores events of fifty flows as the flows entity 3, with a snapshot by it after so many, and one more event at the end.</summary>
    internal static void Fill(StoredSystem system, PrunedJournal journal, int spans, int events)
    {
        for (var span = 0; span < spans; span++)
        {
            system.SaveEvents("flows-3", [.. Enumerable.Range(span * events, events).Select(Updated)]);
            var flows = system.Flows();
            flows.Tell(SnapshottedActor.SnapshotDue.Instance);
            journal.UntilAsync("SELECT COUNT(*) FROM {snapshots}", span + 1).GetAwaiter().GetResult();
            system.StopAndWait(flows);
        }

        static FlowsUpdated Updated(int number)
        {
            var flow = TestFlows.Flow($"f{number % 50:x2}", last: DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), packets: number + 1);
            return new FlowsUpdated { At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Blocks = { TestFlows.Block([flow]) } };
        }
    }

    /// <summary>The flows there are after so many events.</summary>
    internal static IEnumerable<(string Uuid, long Packets)> Expected(int events) =>
        Enumerable.Range(events - 50, 50).Select(number => ($"f{number % 50:x2}", number + 1L));

    /// <summary>What a flows entity that starts anew recovers.</summary>
    internal static List<(string Uuid, long Packets)> Flows(StoredSystem system)
    {
        var entity = system.Flows();
        var flows = Flows(system, entity);
        system.StopAndWait(entity);
        return flows;
    }

    private static List<(string Uuid, long Packets)> Flows(StoredSystem system, IActorRef entity)
    {
        entity.Tell(new QueryFlows { Partition = 3, Asker = Guid.NewGuid().ToString(), Query = 1, Steps = "G.Flows()" }, system.TestActor);
        return [.. TestFlows.Fields([system.FishForMessage<FlowsPart>(_ => true)]).Select(fields => (TestFlows.Short(FlowForms.Id(fields.Row.Uuid)), fields.Row.AbPackets))];
    }

    private static StoredSystem Open(StorageOptions storage) =>
        storage.Provider == StorageProvider.Sqlite ? StoredSystem.Sqlite(Path.GetDirectoryName(storage.ConnectionString["Data Source=".Length..])!) : StoredSystem.Postgres(storage.ConnectionString);

    private static JournalPlace[] Places(StorageOptions storage) =>
        [JournalPlace.Topology(storage) with { Retention = AsLittleAsCanBe }, JournalPlace.Flows(storage) with { Retention = AsLittleAsCanBe }];

    private async Task<StorageOptions> StorageAsync(StoreKind kind) =>
        kind == StoreKind.Sqlite ? StoredSystem.OfSqlite(_folder) : StoredSystem.OfPostgres(await postgres.DatabaseAsync());
}

/// <summary>A journal to look into, and to prune.</summary>
internal sealed class PrunedJournal(JournalPlace place)
{
    public JournalPlace Place => place;

    /// <summary>Prunes until there's nothing to do.</summary>
    public async Task<Shared.Messages.Retention.JournalKept> PruneAsync()
    {
        await using var pruner = new JournalPruner(place, TimeProvider.System);
        while (!pruner.Kept.Counted)
        {
            await pruner.LookAsync(CancellationToken.None);
        }

        while (await pruner.StepAsync(CancellationToken.None))
        {
            await pruner.LookAsync(CancellationToken.None);
        }

        return pruner.Kept;
    }

    /// <summary>Makes all snapshots an hour older.</summary>
    public Task AgeAsync() => NumberAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE {{snapshots}} SET created = created - {TimeSpan.TicksPerHour}"));

    /// <summary>Of every entity the oldest event is its first, or has a snapshot at it, and none in between is missing.</summary>
    public async Task ShouldBeWholeAsync()
    {
        await ShouldBeUnbrokenAsync();
        (await NumberAsync("""
            SELECT COUNT(*) FROM (SELECT persistence_id, MIN(sequence_number) AS oldest FROM {events} GROUP BY persistence_id) e
            WHERE oldest > 1 AND NOT EXISTS (SELECT 1 FROM {snapshots} s WHERE s.persistence_id = e.persistence_id AND s.sequence_number = oldest)
            """)).ShouldBe(0);
    }

    /// <summary>Of every entity none of the events from the oldest on is missing, and a snapshot stands for those before.</summary>
    public async Task ShouldBeUnbrokenAsync()
    {
        (await NumberAsync("SELECT COUNT(*) FROM (SELECT persistence_id FROM {events} GROUP BY persistence_id HAVING MAX(sequence_number) - MIN(sequence_number) + 1 <> COUNT(*)) broken")).ShouldBe(0);
        (await NumberAsync("""
            SELECT COUNT(*) FROM (SELECT persistence_id, MIN(sequence_number) AS oldest FROM {events} GROUP BY persistence_id) e
            WHERE oldest > 1 AND NOT EXISTS (SELECT 1 FROM {snapshots} s WHERE s.persistence_id = e.persistence_id AND s.sequence_number >= oldest)
            """)).ShouldBe(0);
    }

    public async Task UntilAsync(string sql, long number)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await NumberAsync(sql) != number)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    public async Task<long> NumberAsync(string sql)
    {
        await using var connection = await place.OpenAsync(CancellationToken.None);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql.Replace("{events}", place.Events, StringComparison.Ordinal).Replace("{snapshots}", place.Snapshots, StringComparison.Ordinal);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
