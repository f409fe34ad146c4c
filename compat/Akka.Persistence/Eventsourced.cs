using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Persistence;

public interface IPersistentIdentity
{
    string PersistenceId { get; }

    string JournalPluginId { get; }

    string SnapshotPluginId { get; }
}

public interface IPersistenceRecovery
{
    Recovery Recovery { get; }
}

public interface IPersistenceStash : IWithUnboundedStash
{
}

public interface IPendingHandlerInvocation
{
    object Event { get; }

    Action<object> Handler { get; }
}

/// <summary>Commands wait until this handler has run.</summary>
public sealed class StashingHandlerInvocation(object evt, Action<object> handler) : IPendingHandlerInvocation
{
    public object Event { get; } = evt;

    public Action<object> Handler { get; } = handler;
}

/// <summary>Commands go on while this handler waits.</summary>
public sealed class AsyncHandlerInvocation(object evt, Action<object> handler) : IPendingHandlerInvocation
{
    public object Event { get; } = evt;

    public Action<object> Handler { get; } = handler;
}

/// <summary>
/// An actor whose state is what its events say: recovers from a snapshot and the events after it, then takes commands and
/// stores new events. This part: its identity, its life and what it offers; recovery and commands are in the other two.
/// </summary>
public abstract partial class Eventsourced : ActorBase, IPersistentIdentity, IPersistenceStash, IPersistenceRecovery
{
    /// <summary>What of a restarted actor's stash goes back to its mailbox: all but the journal's answers to the earlier incarnation.</summary>
    public static readonly Func<Envelope, bool> UnstashFilterPredicate =
        envelope => envelope.Message is not (WriteMessageSuccess or ReplayedMessage);

    private static int instances;

    private readonly int _instanceId;
    private readonly string _writerGuid;
    private readonly IStash _internalStash;
    private ILoggingAdapter? _log;
    private IActorRef? _journal;
    private IActorRef? _snapshotStore;
    private long _sequenceNr;

    protected Eventsourced()
    {
        _instanceId = Interlocked.Increment(ref instances) - 1;
        _writerGuid = Guid.NewGuid().ToString();
        Extension = Persistence.Instance.Apply(Context.System);
        _internalStash = new StashImpl((ActorCell)Context, -1);
    }

    public abstract string PersistenceId { get; }

    public string JournalPluginId { get; protected set; } = string.Empty;

    public string SnapshotPluginId { get; protected set; } = string.Empty;

    public virtual Recovery Recovery => Recovery.Default;

    public IStash Stash { get; set; } = null!;

    public IActorRef Journal => _journal ??= Extension.JournalFor(JournalPluginId);

    public IActorRef SnapshotStore => _snapshotStore ??= Extension.SnapshotStoreFor(SnapshotPluginId);

    public string SnapshotterId => PersistenceId;

    public bool IsRecovering => _phase is not (Phase.ProcessingCommands or Phase.PersistingEvents);

    public bool IsRecoveryFinished => !IsRecovering;

    /// <summary>The number of the last event that was given or stored.</summary>
    public long LastSequenceNr { get; private set; }

    public long SnapshotSequenceNr => LastSequenceNr;

    protected PersistenceExtension Extension { get; }

    protected virtual ILoggingAdapter Log => _log ??= Context.GetLogger();

    public void LoadSnapshot(string persistenceId, SnapshotSelectionCriteria criteria, long toSequenceNr) =>
        SnapshotStore.Tell(new LoadSnapshot(persistenceId, criteria, toSequenceNr), Self);

    public void SaveSnapshot(object snapshot) =>
        SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(SnapshotterId, SnapshotSequenceNr, DateTime.UtcNow), snapshot), Self);

    public void DeleteSnapshot(long sequenceNr) =>
        SnapshotStore.Tell(new DeleteSnapshot(new SnapshotMetadata(SnapshotterId, sequenceNr)), Self);

    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) =>
        SnapshotStore.Tell(new DeleteSnapshots(SnapshotterId, criteria), Self);

    public void DeleteMessages(long toSequenceNr)
    {
        if (toSequenceNr == long.MaxValue || toSequenceNr <= LastSequenceNr)
            Journal.Tell(new DeleteMessagesTo(PersistenceId, toSequenceNr, Self), Self);
        else
            Self.Tell(new DeleteMessagesFailure(new InvalidOperationException($"toSequenceNr [{toSequenceNr}] is beyond the last sequence number [{LastSequenceNr}] of [{PersistenceId}]."), toSequenceNr), Self);
    }

    public override void AroundPreStart()
    {
        if (string.IsNullOrEmpty(PersistenceId))
            throw new ActorInitializationException($"The PersistenceId of [{Self.Path}] must not be null or empty.");

        // A missing or broken plugin stops the start here, with its own message, not in the middle of the first command.
        _journal = Extension.JournalFor(JournalPluginId);
        _snapshotStore = Extension.SnapshotStoreFor(SnapshotPluginId);
        _maxBatch = Extension.MaxMessageBatchSize(JournalPluginId);
        RequestPermit();
        base.AroundPreStart();
    }

    public override void AroundPreRestart(Exception cause, object? message)
    {
        try
        {
            _internalStash.UnstashAll();
            Stash.UnstashAll(UnstashFilterPredicate);
        }
        finally
        {
            var inner = message;
            switch (message)
            {
                case WriteMessageSuccess success:
                    // Other events of this actor may still wait for the one that failed in its handler.
                    FlushJournalBatch();
                    inner = success.Persistent.Payload;
                    break;
                case LoopMessageSuccess loop:
                    FlushJournalBatch();
                    inner = loop.Message;
                    break;
                case ReplayedMessage replayed:
                    inner = replayed.Persistent.Payload;
                    break;
                default:
                    break;
            }

            StopRecoveryTimer();
            base.AroundPreRestart(cause, inner!);
        }
    }

    public override void AroundPostRestart(Exception reason, object message)
    {
        _journal = Extension.JournalFor(JournalPluginId);
        _snapshotStore = Extension.SnapshotStoreFor(SnapshotPluginId);
        _maxBatch = Extension.MaxMessageBatchSize(JournalPluginId);
        RequestPermit();
        base.AroundPostRestart(reason, message);
    }

    public override void AroundPostStop()
    {
        try
        {
            StopRecoveryTimer();
            _internalStash.UnstashAll();
            Stash?.UnstashAll(UnstashFilterPredicate);
        }
        finally
        {
            base.AroundPostStop();
        }
    }

    protected abstract bool ReceiveRecover(object message);

    protected abstract bool ReceiveCommand(object message);

    /// <summary>Called when all events were given, ahead of <see cref="RecoveryCompleted"/>.</summary>
    protected virtual void OnReplaySuccess()
    {
    }

    /// <summary>Recovery failed; the actor is stopped afterwards.</summary>
    protected virtual void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (message is null)
            Log.Error(reason, "Exception in ReceiveRecover of [{0}] at sequence number [{1}]", PersistenceId, LastSequenceNr);
        else
            Log.Error(reason, "Exception in ReceiveRecover of [{0}] when replaying event type [{1}] with sequence number [{2}]", PersistenceId, message.GetType(), LastSequenceNr);
    }

    /// <summary>Whether the event is stored isn't known; the actor is stopped afterwards.</summary>
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Log.Error(cause, "Failed to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}].", @event.GetType(), sequenceNr, PersistenceId);

    /// <summary>The journal refused the event; it isn't stored, and the actor goes on.</summary>
    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        Log.Error(cause, "Rejected to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}] due to [{3}].", @event.GetType(), sequenceNr, PersistenceId, cause.Message);

    protected override void Unhandled(object message)
    {
        switch (message)
        {
            case RecoveryCompleted:
                break;
            case SaveSnapshotFailure failure:
                Log.Warning("Failed to SaveSnapshot given metadata [{0}] due to: [{1}: {2}]", failure.Metadata, failure.Cause, failure.Cause.Message);
                break;
            case DeleteSnapshotFailure failure:
                Log.Warning("Failed to DeleteSnapshot given metadata [{0}] due to: [{1}: {2}]", failure.Metadata, failure.Cause, failure.Cause.Message);
                break;
            case DeleteSnapshotsFailure failure:
                Log.Warning("Failed to DeleteSnapshots given criteria [{0}] due to: [{1}: {2}]", failure.Criteria, failure.Cause, failure.Cause.Message);
                break;
            case DeleteMessagesFailure failure:
                Log.Warning("Failed to DeleteMessages ToSequenceNr [{0}] for PersistenceId [{1}] due to: [{2}: {3}]", failure.ToSequenceNr, PersistenceId, failure.Cause, failure.Cause.Message);
                break;
            default:
                base.Unhandled(message);
                break;
        }
    }

    /// <summary>Runs an asynchronous handler: nothing else is processed, and what it persists is sent off, when it has ended.</summary>
    protected void RunTask(Func<Task> action)
    {
        if (_taskRunning)
            throw new NotSupportedException("RunTask calls cannot be nested.");
        _taskRunning = true;
        ActorTaskScheduler.RunTask(async () =>
        {
            var failed = true;
            try
            {
                await action();
                failed = false;
            }
            finally
            {
                _taskRunning = false;
                AfterCommand(failed);
            }
        });
    }
}
