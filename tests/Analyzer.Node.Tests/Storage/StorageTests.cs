using Agent.Node.Tests;
using Akka.Actor;
using Analyzer.Node.Tests.Flows;
using Google.Protobuf;
using Shared.Messages.Captures;
using Shared.Messages.Flows;
using AllCaptures = Shared.Messages.Captures.Captures;

namespace Analyzer.Node.Tests.Storage;

/// <summary>What becomes of the entities' events in the databases they're kept in, and of the entities when those fail.</summary>
public sealed class StorageTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storage-").FullName;
    private string? _database;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, OnSqlite, OnPostgres]
    public async Task A_new_process_finds_graph_flows_captures_injections_and_links(StoreKind kind)
    {
        using (var first = await OpenAsync(kind))
            StoredContent.Store(first);
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
    public async Task Who_asked_a_second_writer_is_told_at_once_that_nothing_is_stored(StoreKind kind)
    {
        using var system = await OpenAsync(kind);
        var (first, second) = (system.Captures(), system.Captures());
        Captures(system, second).ShouldBeEmpty();
        first.Tell(Capture("G.V('a')"), system.TestActor);
        system.ExpectMsg<Capture>();

        second.Tell(Capture("G.V('b')"), system.TestActor);
        var refused = system.ExpectMsg<CaptureRefused>();
        refused.NotStored.ShouldBeTrue();
        refused.Reason.ShouldStartWith("captures: not stored");
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

    private async Task<StoredSystem> OpenAsync(StoreKind kind) => kind == StoreKind.Sqlite
        ? StoredSystem.Sqlite(_folder)
        : StoredSystem.Postgres(_database ??= await postgres.DatabaseAsync());

    private static UpdateFlows Update(string uuid) => FlowPartitionStateTests.Update(FlowPartitionStateTests.Flow(uuid));

    private static CreateCapture Capture(string query) => new() { Capture = new Capture { GremlinQuery = query } };

    private static void Store(StoredSystem system, IActorRef flows, string uuid)
    {
        flows.Tell(Update(uuid), system.TestActor);
        system.ExpectMsg<FlowsStored>();
    }

    private static string[] Uuids(StoredSystem system, IActorRef flows)
    {
        flows.Tell(new GetFlows { Partition = 3 }, system.TestActor);
        return [.. system.ExpectMsg<FoundFlows>().Flows.Select(flow => flow.Uuid)];
    }

    private static string[] Captures(StoredSystem system, IActorRef captures)
    {
        captures.Tell(new GetCaptures(), system.TestActor);
        return [.. system.ExpectMsg<AllCaptures>().Captures_.Select(capture => capture.GremlinQuery)];
    }
}
