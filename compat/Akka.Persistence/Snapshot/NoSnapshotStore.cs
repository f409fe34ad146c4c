namespace Akka.Persistence.Snapshot;

/// <summary>Stands where no snapshot store is configured: finds nothing and refuses to save.</summary>
public sealed class NoSnapshotStore : SnapshotStore
{
    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromException<SelectedSnapshot?>(new NoSnapshotStoreException());

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot) => Task.FromException(new NoSnapshotStoreException());

    protected override Task DeleteAsync(SnapshotMetadata metadata) => Task.FromException(new NoSnapshotStoreException());

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Task.FromException(new NoSnapshotStoreException());

    public class NoSnapshotStoreException : Exception
    {
        public NoSnapshotStoreException() : base("No snapshot store configured.")
        {
        }

        public NoSnapshotStoreException(string message) : base(message)
        {
        }

        public NoSnapshotStoreException(string message, Exception innerException) : base(message, innerException)
        {
        }
    }
}
