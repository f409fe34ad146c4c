using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace Akka.Cluster.Sharding.Shards;

/// <summary>Keeps a shard's running entities in the journal, so that they are started again wherever the shard is started next.</summary>
internal sealed class RememberedEntitiesStore : UntypedPersistentActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ClusterShardingSettings _settings;
    private RememberedEntities _state = RememberedEntities.None;

    public RememberedEntitiesStore(string typeName, string shard, ClusterShardingSettings settings)
    {
        _settings = settings;
        PersistenceId = $"/sharding/{typeName}Shard/{shard}";
        JournalPluginId = settings.JournalPluginId;
        SnapshotPluginId = settings.SnapshotPluginId;
    }

    public override string PersistenceId { get; }

    public static Props Props(string typeName, string shard, ClusterShardingSettings settings) =>
        Actor.Props.Create(() => new RememberedEntitiesStore(typeName, shard, settings)).WithDeploy(Deploy.Local);

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: RememberedEntities snapshot }:
                _state = snapshot;
                break;
            case IEntityEvent happened:
                _state = _state.Apply(happened);
                break;
            case RecoveryCompleted:
                Context.Parent.Tell(new Remembered(_state.Entities));
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Remember update:
                OnRemember(update);
                break;
            case SaveSnapshotSuccess m:
                var keep = _settings.TuningParameters.KeepNrOfBatches * (long)_settings.TuningParameters.SnapshotAfter;
                if (m.Metadata.SequenceNr > keep)
                {
                    DeleteMessages(m.Metadata.SequenceNr - keep);
                    DeleteSnapshots(new SnapshotSelectionCriteria(m.Metadata.SequenceNr - keep - 1));
                }

                break;
            case SaveSnapshotFailure m:
                _log.Warning("[{0}]: snapshot failure: {1}", PersistenceId, m.Cause.Message);
                break;
            case DeleteMessagesFailure m:
                _log.Warning("[{0}]: messages deletion failure: {1}", PersistenceId, m.Cause.Message);
                break;
            case DeleteSnapshotsFailure m:
                _log.Warning("[{0}]: snapshots deletion failure: {1}", PersistenceId, m.Cause.Message);
                break;
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnRemember(Remember update)
    {
        var events = _state.Decide(update).ToArray();
        if (events.Length == 0)
        {
            Context.Parent.Tell(new RememberDone(update));
            return;
        }

        var left = events.Length;
        PersistAll(events, e =>
        {
            _state = _state.Apply(e);
            if (--left > 0)
            {
                return;
            }

            Context.Parent.Tell(new RememberDone(update));
            var every = _settings.TuningParameters.SnapshotAfter;
            if (every > 0 && LastSequenceNr / every > (LastSequenceNr - events.Length) / every)
            {
                SaveSnapshot(_state);
            }
        });
    }
}
