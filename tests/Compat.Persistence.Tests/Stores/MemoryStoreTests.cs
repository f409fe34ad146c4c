namespace Compat.Persistence.Tests.Stores;

public sealed class MemoryStoreTests : StoreSpec
{
    protected override string Hocon => """
        akka.persistence {
          journal.plugin = "akka.persistence.journal.inmem"
          snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        """;
}
