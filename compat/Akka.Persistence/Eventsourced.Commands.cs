using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence;

// Commands and what they persist. One write is under way at a time; a command that called Persist holds back the commands
// after it until its handlers have run, one that called PersistAsync does not.
public abstract partial class Eventsourced
{
    private readonly LinkedList<IPendingHandlerInvocation> _pending = new();
    private readonly List<IPersistentEnvelope> _batch = [];
    private readonly Queue<IPersistentEnvelope> _journalBatch = new();
    private int _pendingStashing;
    private int _maxBatch;
    private bool _writing;
    private bool _taskRunning;

    /// <summary>Stores the event and then runs the handler; commands wait until it has run.</summary>
    public void Persist<TEvent>(TEvent @event, Action<TEvent> handler)
    {
        EnsureNotRecovering();
        AddPending(new StashingHandlerInvocation(@event!, o => handler((TEvent)o)));
        _batch.Add(new AtomicWrite(Represent(@event!)));
    }

    /// <summary>Stores the events all or none, then runs the handler for each; commands wait until all have run.</summary>
    public void PersistAll<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler)
    {
        EnsureNotRecovering();
        var list = ImmutableList.CreateBuilder<IPersistentRepresentation>();
        foreach (var @event in events)
        {
            AddPending(new StashingHandlerInvocation(@event!, o => handler((TEvent)o)));
            list.Add(Represent(@event!));
        }

        if (list.Count > 0)
            _batch.Add(new AtomicWrite(list.ToImmutable()));
    }

    /// <summary>Stores the event and then runs the handler; commands go on meanwhile.</summary>
    public void PersistAsync<TEvent>(TEvent @event, Action<TEvent> handler)
    {
        EnsureNotRecovering();
        AddPending(new AsyncHandlerInvocation(@event!, o => handler((TEvent)o)));
        _batch.Add(new AtomicWrite(Represent(@event!)));
    }

    /// <summary>Stores the events all or none, then runs the handler for each; commands go on meanwhile.</summary>
    public void PersistAllAsync<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler)
    {
        EnsureNotRecovering();
        var list = ImmutableList.CreateBuilder<IPersistentRepresentation>();
        foreach (var @event in events)
        {
            AddPending(new AsyncHandlerInvocation(@event!, o => handler((TEvent)o)));
            list.Add(Represent(@event!));
        }

        if (list.Count > 0)
            _batch.Add(new AtomicWrite(list.ToImmutable()));
    }

    /// <summary>Runs the handler, without storing anything, once the handlers of all earlier persisted events have run.</summary>
    public void DeferAsync<TEvent>(TEvent evt, Action<TEvent> handler)
    {
        EnsureNotRecovering();
        if (_pending.Count == 0)
        {
            handler(evt);
            return;
        }

        AddPending(new AsyncHandlerInvocation(evt!, o => handler((TEvent)o)));
        _batch.Add(new NonPersistentMessage(evt!, Sender));
    }

    protected internal override bool AroundReceive(Receive receive, object message)
    {
        switch (_phase)
        {
            case Phase.WaitingForPermit:
                WhileWaitingForPermit(message);
                return true;
            case Phase.LoadingSnapshot:
                WhileLoadingSnapshot(message);
                return true;
            case Phase.ReplayingEvents:
                WhileReplayingEvents(message);
                return true;
            case Phase.ProcessingCommands:
                return IsJournalAnswer(message) || WhileProcessingCommands(receive, message);
            default:
                if (!IsJournalAnswer(message))
                    _internalStash.Stash();
                return true;
        }
    }

    private bool WhileProcessingCommands(Receive receive, object message)
    {
        // A tick of the recovery that has ended just before.
        if (message is RecoveryTick)
            return true;

        bool handled;
        try
        {
            handled = base.AroundReceive(receive, message);
        }
        catch
        {
            AfterCommand(true);
            throw;
        }

        // An asynchronous handler calls AfterCommand itself, when it ends.
        if (!_taskRunning)
            AfterCommand(false);
        return handled;
    }

    private void AfterCommand(bool failed)
    {
        FlushBatch();
        if (_pendingStashing > 0)
            _phase = Phase.PersistingEvents;
        else
            UnstashInternally(failed);
    }

    private bool IsJournalAnswer(object message)
    {
        switch (message)
        {
            case WriteMessageSuccess success:
                // An answer to an earlier incarnation of this actor is nobody's any more.
                if (success.ActorInstanceId == _instanceId)
                {
                    UpdateLastSequenceNr(success.Persistent);
                    RunHandler(success.Persistent.Payload);
                }

                return true;
            case LoopMessageSuccess loop:
                if (loop.ActorInstanceId == _instanceId)
                    RunHandler(loop.Message);
                return true;
            case WriteMessageRejected rejected:
                if (rejected.ActorInstanceId == _instanceId)
                {
                    UpdateLastSequenceNr(rejected.Persistent);
                    HandlerDone(false);
                    OnPersistRejected(rejected.Cause, rejected.Persistent.Payload, rejected.Persistent.SequenceNr);
                }

                return true;
            case WriteMessageFailure failure:
                if (failure.ActorInstanceId == _instanceId)
                {
                    HandlerDone(false);
                    try
                    {
                        OnPersistFailure(failure.Cause, failure.Persistent.Payload, failure.Persistent.SequenceNr);
                    }
                    finally
                    {
                        Context.Stop(Self);
                    }
                }

                return true;
            case WriteMessagesSuccessful:
                _writing = false;
                FlushJournalBatch();
                return true;
            case WriteMessagesFailed failed:
                // A failure per event follows and stops the actor; if there's none, only deferred events were in the batch.
                _writing = false;
                if (failed.WriteCount == 0)
                    FlushJournalBatch();
                return true;
            default:
                return false;
        }
    }

    private void RunHandler(object payload)
    {
        try
        {
            try
            {
                _pending.First!.Value.Handler(payload);
            }
            finally
            {
                // The handler may persist too.
                FlushBatch();
            }
        }
        catch
        {
            HandlerDone(true);
            throw;
        }

        HandlerDone(false);
    }

    private void HandlerDone(bool failed)
    {
        var done = _pending.First!.Value;
        _pending.RemoveFirst();
        if (done is StashingHandlerInvocation)
            _pendingStashing--;
        if (_pendingStashing > 0)
        {
            _phase = Phase.PersistingEvents;
            return;
        }

        _phase = Phase.ProcessingCommands;
        UnstashInternally(failed);
    }

    private void UnstashInternally(bool all)
    {
        if (all)
            _internalStash.UnstashAll();
        else
            _internalStash.Unstash();
    }

    private void AddPending(IPendingHandlerInvocation invocation)
    {
        if (invocation is StashingHandlerInvocation)
            _pendingStashing++;
        _pending.AddLast(invocation);
    }

    private Persistent Represent(object @event) =>
        new(@event, ++_sequenceNr, PersistenceId, null, false, Sender, _writerGuid);

    private void FlushBatch()
    {
        if (_batch.Count == 0)
            return;
        foreach (var envelope in _batch)
            _journalBatch.Enqueue(envelope);
        _batch.Clear();
        FlushJournalBatch();
    }

    private void FlushJournalBatch()
    {
        if (_writing || _journalBatch.Count == 0)
            return;
        var size = 0;
        var messages = new List<IPersistentEnvelope>(_journalBatch.Count);
        while (_journalBatch.TryPeek(out var next) && (messages.Count == 0 || size + next.Size <= _maxBatch))
        {
            size += next.Size;
            messages.Add(_journalBatch.Dequeue());
        }

        _writing = true;
        Journal.Tell(new WriteMessages(messages, Self, _instanceId), Self);
    }

    private void EnsureNotRecovering()
    {
        if (IsRecovering)
            throw new InvalidOperationException("Cannot persist during replay. Events can be persisted when receiving RecoveryCompleted or later.");
    }
}
