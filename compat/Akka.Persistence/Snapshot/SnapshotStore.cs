using Akka.Actor;

namespace Akka.Persistence.Snapshot;

/// <summary>Base of snapshot stores; a plugin implements the four operations, off the actor's thread.</summary>
public abstract class SnapshotStore : ActorBase
{
    private readonly PersistenceExtension _extension = Persistence.Instance.Apply(Context.System);
    private PluginCircuitBreaker? _breaker;

    protected SnapshotStore()
    {
    }

    private PluginCircuitBreaker Breaker => _breaker ??= new PluginCircuitBreaker(_extension.ConfigFor(Self));

    protected sealed override bool Receive(object message)
    {
        switch (message)
        {
            case LoadSnapshot load:
                Answer(Load(load));
                return true;
            case SaveSnapshot save:
                Answer(Save(save));
                return true;
            case DeleteSnapshot delete:
                Answer(Delete(delete));
                return true;
            case DeleteSnapshots delete:
                Answer(Delete(delete));
                return true;
            default:
                return ReceivePluginInternal(message);
        }
    }

    /// <summary>Handles messages of the plugin's own.</summary>
    protected virtual bool ReceivePluginInternal(object message) => false;

    /// <summary>The newest snapshot that meets the criteria, or null.</summary>
    protected abstract Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    protected abstract Task SaveAsync(SnapshotMetadata metadata, object snapshot);

    protected abstract Task DeleteAsync(SnapshotMetadata metadata);

    protected abstract Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    private async Task<object> Load(LoadSnapshot request)
    {
        if (request.Criteria.Equals(SnapshotSelectionCriteria.None))
            return new LoadSnapshotResult(null, request.ToSequenceNr);
        try
        {
            var found = await Breaker.Call(() => LoadAsync(request.PersistenceId, request.Criteria.Limit(request.ToSequenceNr))).ConfigureAwait(false);
            return new LoadSnapshotResult(found, request.ToSequenceNr);
        }
        catch (NoSnapshotStore.NoSnapshotStoreException)
        {
            return new LoadSnapshotResult(null, request.ToSequenceNr);
        }
        catch (Exception e)
        {
            return new LoadSnapshotFailed(e);
        }
    }

    private async Task<object> Save(SaveSnapshot request)
    {
        var metadata = new SnapshotMetadata(
            request.Metadata.PersistenceId,
            request.Metadata.SequenceNr,
            request.Metadata.Timestamp == DateTime.MinValue ? DateTime.UtcNow : request.Metadata.Timestamp);
        try
        {
            await Breaker.Call(() => SaveAsync(metadata, request.Snapshot)).ConfigureAwait(false);
            return new SaveSnapshotSuccess(metadata);
        }
        catch (Exception e)
        {
            return new SaveSnapshotFailure(metadata, e);
        }
    }

    private async Task<object> Delete(DeleteSnapshot request)
    {
        try
        {
            await Breaker.Call(() => DeleteAsync(request.Metadata)).ConfigureAwait(false);
            return new DeleteSnapshotSuccess(request.Metadata);
        }
        catch (Exception e)
        {
            return new DeleteSnapshotFailure(request.Metadata, e);
        }
    }

    private async Task<object> Delete(DeleteSnapshots request)
    {
        try
        {
            await Breaker.Call(() => DeleteAsync(request.PersistenceId, request.Criteria)).ConfigureAwait(false);
            return new DeleteSnapshotsSuccess(request.Criteria);
        }
        catch (Exception e)
        {
            return new DeleteSnapshotsFailure(request.Criteria, e);
        }
    }

    // The operations above answer failures too, so this task never fails.
    private void Answer(Task<object> operation)
    {
        var (sender, self) = (Sender, Self);
        _ = Tell();
        async Task Tell() => sender.Tell(await operation.ConfigureAwait(false), self);
    }
}
