namespace Compat.Persistence.Tests.Stores;

public sealed class LocalSnapshotStoreTests : StoreSpec
{
    private readonly string _directory = Directory.CreateTempSubdirectory("snapshots-").FullName;

    protected override string Hocon => $$"""
        akka.persistence {
          journal.plugin = "akka.persistence.journal.inmem"
          snapshot-store.plugin = "akka.persistence.snapshot-store.local"
          snapshot-store.local.dir = "{{_directory}}"
        }
        """;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
