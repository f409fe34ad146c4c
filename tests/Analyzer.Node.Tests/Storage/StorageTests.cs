using Agent.Node.Tests;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Analyzer.Node.Host;
using Analyzer.Node.Retention;
using Analyzer.Node.Tests.Flows;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Tests.Retention;
using Google.Protobuf;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Injections;
using Shared.Messages.Topology;
using AllCaptures = Shared.Messages.Captures.Captures;

namespace Analyzer.Node.Tests.Storage;

/// <summary>What becomes of the entities' events in the databases they're kept in, and of the entities when those fail.</summary>
public sealed class StorageTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("storage-").FullName;
    private string? _database;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, OnSqlite, OnPostgres]
    public async Task A_new_process_finds_graph_flows_captures_injections_and_links(StoreKind kind)
    {
        using (var first = await OpenAsync(kind))
        {
            StoredContent.Store(first);
        }

        using var second = await OpenAsync(kind);
        StoredContent.Check(second);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_second_writer_is_stopped_and_the_first_goes_on(StoreKind kind)
    {
        using var system = await OpenAsync(kind);
        var (first, second) = (system.Flows(), system.Flows());
        Uuids(system, second).ShouldBeEmpty();
        Store(system, first, "a");

        system.Watch(second);
        second.Tell(Update("b"), system.TestActor);
        system.ExpectTerminated(second);
        Store(system, first, "c");
        system.StopAndWait(first);
        Uuids(system, system.Flows()).ShouldBe(["a", "c"], ignoreOrder: true);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_entity_that_moves_to_another_analyzer_and_back_keeps_all_its_events(StoreKind kind)
    {
        using var here = await OpenAsync(kind);
        using var there = await OpenAsync(kind);
        foreach (var (system, uuid) in new[] { (here, "a"), (there, "b"), (here, "c") })
        {
            var flows = system.FlowsWithoutSnapshots();
            Store(system, flows, uuid);
            system.StopAndWait(flows);
        }

        Uuids(there, there.FlowsWithoutSnapshots()).ShouldBe(["a", "b", "c"], ignoreOrder: true);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_asked_a_second_writer_is_told_at_once_that_nothing_is_stored(StoreKind kind)
    {
        using var system = await OpenAsync(kind);
        await Second(system.Captures, new GetCaptures(), Capture("G.V()"), refused => (refused as CaptureRefused)?.NotStored);
        await Second(system.Injections, new GetInjections(), StoredContent.Inject("10.0.0.2"), refused => (refused as InjectionRefused)?.NotStored);
        await Second(system.Fabric, new GetFabricLinks(), new CreateFabricLink { Link = "A -> B" }, refused => (refused as FabricLinkRefused)?.NotStored);

        async Task Second(Func<IActorRef> start, object get, object create, Func<object, bool?> notStored)
        {
            var (first, second) = (start(), start());
            await second.Ask<object>(get, Patience);
            notStored(await first.Ask<object>(create, Patience)).ShouldBeNull();
            notStored(await second.Ask<object>(create, Patience)).ShouldBe(true);
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_update_that_cannot_be_stored_is_refused_and_the_partition_goes_on(StoreKind kind)
    {
        using var system = await OpenAsync(kind, PickySerializer.Hocon);
        var flows = system.Flows();
        Store(system, flows, "a");
        var wrong = Update("b");
        wrong.RawPackets.Add(new RawPacket { FlowUuid = PickySerializer.Unstorable });
        flows.Tell(wrong, system.TestActor);

        var refused = system.ExpectMsg<FlowsRefused>();
        (refused.Partition, refused.Session, refused.Sequence).ShouldBe((wrong.Partition, wrong.Session, wrong.Sequence));
        refused.Reason.ShouldBe("it says that it's unstorable");
        Store(system, flows, "c");
        system.StopAndWait(flows);
        Uuids(system, system.Flows()).ShouldBe(["a", "c"], ignoreOrder: true);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_graph_that_cannot_be_stored_is_refused_and_what_follows_is_taken(StoreKind kind)
    {
        using var system = await OpenAsync(kind, PickySerializer.Hocon);
        var host = system.Host();
        host.Tell(Graphs.Sync("s1", 1, [Graphs.Node("a")]), system.TestActor);
        system.ExpectMsg<AgentAccepted>();
        system.ExpectMsg<GraphStored>();

        host.Tell(Graphs.Update("s1", 2, Graphs.Set(Graphs.Node(PickySerializer.Unstorable))), system.TestActor);
        var refused = system.ExpectMsg<GraphRefused>();
        (refused.Host, refused.Session, refused.Sequence, refused.Reason).ShouldBe(("h1", "s1", 2, "it says that it's unstorable"));

        host.Tell(Graphs.Update("s1", 3, Graphs.Set(Graphs.Node("b"))), system.TestActor);
        system.ExpectMsg<GraphStored>().Sequence.ShouldBe(3);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_command_that_cannot_be_stored_is_refused_and_the_registry_goes_on(StoreKind kind)
    {
        using var system = await OpenAsync(kind, PickySerializer.Hocon);
        await Refused(system.Captures(), Capture($"G.V('{PickySerializer.Unstorable}')"), Capture("G.V()"), typeof(CaptureRefused), typeof(Capture));
        var injection = StoredContent.Inject("10.0.0.2");
        injection.Injection.Payload = PickySerializer.Unstorable;
        await Refused(system.Injections(), injection, StoredContent.Inject("10.0.0.2"), typeof(InjectionRefused), typeof(Injection));
        await Refused(system.Fabric(), new CreateFabricLink { Link = $"A[Name={PickySerializer.Unstorable}] -> B" }, new CreateFabricLink { Link = "A -> B" }, typeof(FabricLinkRefused), typeof(FabricLink));

        static async Task Refused(IActorRef registry, object wrong, object right, Type refusal, Type created)
        {
            (await registry.Ask<object>(wrong, Patience)).ShouldBeOfType(refusal);
            (await registry.Ask<object>(right, Patience)).ShouldBeOfType(created);
        }
    }

    [PostgresFact]
    public async Task A_dead_database_stops_what_persists_and_is_used_again_when_it_is_back()
    {
        using var system = await OpenAsync(StoreKind.Postgres);
        var (flows, captures) = (system.Flows(), system.Captures());
        Store(system, flows, "a");
        captures.Tell(Capture("G.V('a')"), system.TestActor);
        system.ExpectMsg<Capture>();

        await postgres.StopAsync();
        try
        {
            system.Watch(flows);
            flows.Tell(Update("b"), system.TestActor);
            system.ExpectTerminated(flows);
            system.Watch(captures);
            captures.Tell(Capture("G.V('b')"), system.TestActor);
            system.ExpectMsg<CaptureRefused>().NotStored.ShouldBeTrue();
            system.ExpectTerminated(captures);
            // One that starts meanwhile can't recover, and stops as well.
            var early = system.Flows();
            system.Watch(early);
            system.ExpectTerminated(early);
        }
        finally
        {
            await postgres.StartAsync();
        }

        system.AwaitAssert(() => Uuids(system, system.Flows()).ShouldBe(["a"]), TimeSpan.FromSeconds(60));
        Store(system, system.Flows(), "b");
        Captures(system, system.Captures()).ShouldBe(["G.V('a')"]);
    }

    [RequiresFact("root")]
    public async Task A_full_disk_stops_what_persists_and_the_journal_goes_on_when_there_is_room()
    {
        var ballast = Path.Combine(_folder, "ballast");
        await Processes.RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _folder);
        try
        {
            using var system = await OpenAsync(StoreKind.Sqlite);
            var flows = system.Flows();
            Store(system, flows, "a");
            await File.WriteAllBytesAsync(ballast, new byte[200_000]);

            system.Watch(flows);
            var large = Update("b");
            large.RawPackets.Add(new RawPacket { FlowUuid = "b", Index = 1, Data = ByteString.CopyFrom(new byte[900_000]) });
            flows.Tell(large, system.TestActor);
            system.ExpectTerminated(flows);

            File.Delete(ballast);
            var again = system.Flows();
            Uuids(system, again).ShouldBe(["a"]);
            Store(system, again, "c");
        }
        finally
        {
            await Processes.RunAsync("umount", "-l", _folder);
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_longest_name_of_a_host_fits_into_the_journal(StoreKind kind)
    {
        using var system = await OpenAsync(kind);
        var name = new string('h', HostId.MaxLength);
        var host = system.Host(name);
        host.Tell(Graphs.Sync("s", 1, [Graphs.Node("a", name)], host: name), system.TestActor);
        system.FishForMessage<GraphStored>(_ => true);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task However_much_comes_an_entity_has_one_write_on_its_way(StoreKind kind)
    {
        // No room for a second one: the journal fails writes that its buffer has no room for.
        using var system = await OpenAsync(kind, "akka.persistence.journal.flows { buffer-size = 16, batch-size = 1, parallelism = 1 }");
        IActorRef[] partitions = [.. Enumerable.Range(0, 16).Select(system.Flows)];
        foreach (var partition in partitions)
        {
            Uuids(system, partition).ShouldBeEmpty();
        }

        for (var i = 0; i < 5; i++)
        {
            foreach (var partition in partitions)
            {
                partition.Tell(Update($"f{i}"), system.TestActor);
            }
        }

        for (var i = 0; i < partitions.Length * 5; i++)
        {
            system.ExpectMsg<FlowsStored>();
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Older_snapshots_stay_and_newer_ones_leave_nothing_in_the_log(StoreKind kind)
    {
        using var system = await OpenAsync(kind, "akka.persistence.publish-plugin-commands = on");
        var log = system.CreateTestProbe();
        foreach (var trouble in new[] { typeof(Warning), typeof(Error), typeof(DeadLetter), typeof(UnhandledMessage), typeof(DeleteSnapshots), typeof(DeleteMessagesTo) })
        {
            system.Sys.EventStream.Subscribe(log, trouble);
        }

        var (flows, host) = (system.Flows(), system.Host());
        for (var i = 0; i < 10; i++)
        {
            Store(system, flows, $"f{i}");
            host.Tell(Graphs.Sync("s", i, [Graphs.Node($"n{i}")]), system.TestActor);
            system.FishForMessage<GraphStored>(_ => true);
        }

        // Each has a snapshot every second event.
        foreach (var place in new[] { JournalPlace.Topology(Storage(kind)), JournalPlace.Flows(Storage(kind)) })
        {
            await new PrunedJournal(place).UntilAsync("SELECT COUNT(*) FROM {snapshots}", 5);
        }

        system.StopAndWait(flows);
        system.StopAndWait(host);
        log.HasMessages.ShouldBeFalse();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_database_keeps_the_number_of_partitions_it_was_made_with(StoreKind kind)
    {
        // Two analyzers that start at once on an empty database.
        using (var first = await OpenAsync(kind))
        using (var second = await OpenAsync(kind))
        {
            await Task.WhenAll(FlowPartitionCount.ConfirmAsync(first.Sys, 16, Patience), FlowPartitionCount.ConfirmAsync(second.Sys, 16, Patience));
        }

        using var later = await OpenAsync(kind);
        var error = await Should.ThrowAsync<SkydiveConfigException>(() => FlowPartitionCount.ConfirmAsync(later.Sys, 8, Patience));
        (error.Path, error.Value).ShouldBe(("skydive.analyzer.flow-partitions", "8"));
        error.Message.ShouldContain("should be 16");
    }

    private async Task<StoredSystem> OpenAsync(StoreKind kind, string more = "") => kind == StoreKind.Sqlite
        ? StoredSystem.Sqlite(_folder, more)
        : StoredSystem.Postgres(_database ??= await postgres.DatabaseAsync(), more);

    private StorageOptions Storage(StoreKind kind) => kind == StoreKind.Sqlite ? StoredSystem.OfSqlite(_folder) : StoredSystem.OfPostgres(_database!);

    private static UpdateFlows Update(string uuid) => TestFlows.Update(TestFlows.Flow(uuid));

    private static CreateCapture Capture(string query) => new() { Capture = new Capture { GremlinQuery = query } };

    private static void Store(StoredSystem system, IActorRef flows, string uuid)
    {
        flows.Tell(Update(uuid), system.TestActor);
        system.ExpectMsg<FlowsStored>();
    }

    private static string[] Uuids(StoredSystem system, IActorRef flows)
    {
        flows.Tell(new QueryFlows { Partition = 3, Asker = Guid.NewGuid().ToString(), Query = 1, Steps = "G.Flows()" }, system.TestActor);
        return TestFlows.Uuids([system.ExpectMsg<FlowsPart>()]);
    }

    private static string[] Captures(StoredSystem system, IActorRef captures)
    {
        captures.Tell(new GetCaptures(), system.TestActor);
        return [.. system.ExpectMsg<AllCaptures>().Captures_.Select(capture => capture.GremlinQuery)];
    }
}
