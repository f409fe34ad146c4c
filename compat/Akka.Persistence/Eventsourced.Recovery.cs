using Akka.Actor;
using Akka.Persistence.Recovering;

namespace Akka.Persistence;

// Recovery: a permit, the snapshot, the events, RecoveryCompleted. Whatever else arrives meanwhile waits.
public abstract partial class Eventsourced
{
    private Phase _phase = Phase.WaitingForPermit;
    private ICancelable? _recoveryTimer;
    private Recovery _recovery = Recovery.Default;
    private bool _eventSeen;

    private enum Phase
    {
        WaitingForPermit,
        LoadingSnapshot,
        ReplayingEvents,
        ProcessingCommands,
        PersistingEvents,
    }

    private void RequestPermit()
    {
        _phase = Phase.WaitingForPermit;
        Extension.RecoveryPermitter.Tell(Recovering.RequestRecoveryPermit.Instance, Self);
    }

    private void WhileWaitingForPermit(object message)
    {
        if (message is not RecoveryPermitGranted)
        {
            _internalStash.Stash();
            return;
        }

        _recovery = Recovery;
        _phase = Phase.LoadingSnapshot;
        StartRecoveryTimer(new RecoveryTick(true));
        LoadSnapshot(SnapshotterId, _recovery.FromSnapshot, _recovery.ToSequenceNr);
    }

    private void WhileLoadingSnapshot(object message)
    {
        switch (message)
        {
            case LoadSnapshotResult loaded:
                StopRecoveryTimer();
                if (loaded.Snapshot is { } selected)
                {
                    _sequenceNr = selected.Metadata.SequenceNr;
                    LastSequenceNr = _sequenceNr;
                    var offer = new SnapshotOffer(selected.Metadata, selected.Snapshot);
                    if (!TryRecover(offer, selected.Snapshot))
                        return;
                }

                _phase = Phase.ReplayingEvents;
                StartRecoveryTimer(new RecoveryTick(false));
                Journal.Tell(new ReplayMessages(LastSequenceNr + 1, loaded.ToSequenceNr, _recovery.ReplayMax, PersistenceId, Self), Self);
                break;
            case LoadSnapshotFailed failed:
                FailRecovery(failed.Cause, null);
                break;
            case RecoveryTick { Snapshot: true }:
                FailRecovery(new RecoveryTimedOutException($"Recovery of [{PersistenceId}] timed out, didn't get a snapshot within {Extension.RecoveryEventTimeout(JournalPluginId).TotalSeconds}s."), null);
                break;
            case RecoveryTick:
                break;
            default:
                _internalStash.Stash();
                break;
        }
    }

    private void WhileReplayingEvents(object message)
    {
        switch (message)
        {
            case ReplayedMessage replayed:
                _eventSeen = true;
                UpdateLastSequenceNr(replayed.Persistent);
                TryRecover(replayed.Persistent.Payload, replayed.Persistent.Payload);
                break;
            case RecoverySuccess success:
                StopRecoveryTimer();
                FinishRecovery(success.HighestSequenceNr);
                break;
            case ReplayMessagesFailure failure:
                FailRecovery(failure.Cause, null);
                break;
            case RecoveryTick { Snapshot: false } when !_eventSeen:
                FailRecovery(new RecoveryTimedOutException($"Recovery of [{PersistenceId}] timed out, didn't get an event within {Extension.RecoveryEventTimeout(JournalPluginId).TotalSeconds}s, highest sequence number seen [{LastSequenceNr}]."), null);
                break;
            case RecoveryTick:
                _eventSeen = false;
                break;
            default:
                _internalStash.Stash();
                break;
        }
    }

    private void FinishRecovery(long highestSequenceNr)
    {
        try
        {
            OnReplaySuccess();
            _sequenceNr = highestSequenceNr;
            LastSequenceNr = highestSequenceNr;
            _phase = Phase.ProcessingCommands;
            if (!ReceiveRecover(RecoveryCompleted.Instance))
                Unhandled(RecoveryCompleted.Instance);
        }
        catch (Exception)
        {
            ReturnPermit();
            throw;
        }

        ReturnPermit();

        // The handler of RecoveryCompleted may persist.
        FlushBatch();
        if (_pendingStashing > 0)
            _phase = Phase.PersistingEvents;
        else
            _internalStash.UnstashAll();
    }

    private bool TryRecover(object message, object payload)
    {
        try
        {
            if (!ReceiveRecover(message))
                Unhandled(message);
            return true;
        }
        catch (Exception e)
        {
            // Not an actor failure to be supervised: a restart would meet the same event again.
            FailRecovery(e, payload);
            return false;
        }
    }

    private void FailRecovery(Exception cause, object? message)
    {
        StopRecoveryTimer();
        try
        {
            OnRecoveryFailure(cause, message);
        }
        finally
        {
            Context.Stop(Self);
        }

        ReturnPermit();
    }

    private void ReturnPermit() => Extension.RecoveryPermitter.Tell(ReturnRecoveryPermit.Instance, Self);

    private void StartRecoveryTimer(RecoveryTick tick)
    {
        _eventSeen = false;
        var timeout = Extension.RecoveryEventTimeout(JournalPluginId);
        _recoveryTimer = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(timeout, timeout, Self, tick, Self);
    }

    private void StopRecoveryTimer()
    {
        _recoveryTimer?.Cancel();
        _recoveryTimer = null;
    }

    private void UpdateLastSequenceNr(IPersistentRepresentation persistent)
    {
        if (persistent.SequenceNr > LastSequenceNr)
            LastSequenceNr = persistent.SequenceNr;
    }
}
