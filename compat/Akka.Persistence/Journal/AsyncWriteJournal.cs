using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence.Journal;

/// <summary>What a journal reads for recovering actors.</summary>
public interface IAsyncRecovery
{
    /// <summary>Gives the stored events to <paramref name="recoveryCallback"/>, in order, at most <paramref name="max"/>.</summary>
    Task ReplayMessagesAsync(IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback);

    /// <summary>The highest sequence number ever stored for the id, deleted events included; 0 when there is none.</summary>
    Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);
}

/// <summary>
/// Base of journals that work asynchronously. It answers persistent actors in the order of their requests; a plugin implements
/// the four operations, off the actor's thread.
/// </summary>
public abstract class AsyncWriteJournal : WriteJournalBase, IAsyncRecovery
{
    private Config? _config;
    private PluginCircuitBreaker? _breaker;
    private ReplayFilterMode? _filterMode;

    private Config PluginConfig => _config ??= Extension.ConfigFor(Self);

    private PluginCircuitBreaker Breaker => _breaker ??= new PluginCircuitBreaker(PluginConfig);

    private ReplayFilterMode FilterMode => _filterMode ??= ParseMode(PluginConfig.GetString("replay-filter.mode", "repair-by-discard-old"));

    public abstract Task ReplayMessagesAsync(IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback);

    public abstract Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);

    /// <summary>
    /// Stores each write all or none. The result has a null for each stored write and the reason for each rejected one, or is
    /// null when all are stored. A failed task means that it isn't known what is stored.
    /// </summary>
    protected abstract Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages);

    /// <summary>Deletes events up to and including the number; the highest number stays known.</summary>
    protected abstract Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr);

    /// <summary>Handles messages of the plugin's own.</summary>
    protected virtual bool ReceivePluginInternal(object message) => false;

    protected sealed override bool Receive(object message) => ReceiveWriteJournal(message) || ReceivePluginInternal(message);

    protected bool ReceiveWriteJournal(object message)
    {
        FindAdapters();
        switch (message)
        {
            case WriteMessages request:
                Write(request);
                return true;
            case ReplayMessages request:
                Replay(request);
                return true;
            case DeleteMessagesTo request:
                Delete(request);
                return true;
            default:
                return false;
        }
    }

    protected static Exception TryUnwrapException(Exception e)
    {
        while (e is AggregateException { InnerExceptions.Count: 1 } aggregate)
            e = aggregate.InnerExceptions[0];
        return e;
    }

    private void Write(WriteMessages request)
    {
        // A persistent actor has one request under way at a time, so its answers can't overtake each other.
        var self = Self;
        var actor = request.PersistentActor;
        IReadOnlyList<IPersistentEnvelope> envelopes = [.. request.Messages];
        Task<IImmutableList<Exception?>?> writing;
        try
        {
            AtomicWrite[] writes = [.. PreparePersistentBatch(envelopes)];
            writing = writes.Length == 0
                ? Task.FromResult<IImmutableList<Exception?>?>(null)
                : Breaker.Call(() => WriteChecked(writes));
        }
        catch (Exception e)
        {
            // An adapter failed: nothing was given to the plugin.
            writing = Task.FromException<IImmutableList<Exception?>?>(e);
        }

        _ = Answer();
        return;

        // Its task never fails: each path ends in tells.
        async Task Answer()
        {
            IImmutableList<Exception?>? rejections;
            try
            {
                rejections = await writing.ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Fail(envelopes, TryUnwrapException(e));
                return;
            }

            Succeed(envelopes, rejections);
        }

        void Succeed(IReadOnlyList<IPersistentEnvelope> all, IImmutableList<Exception?>? rejections)
        {
            actor.Tell(WriteMessagesSuccessful.Instance, self);
            var index = 0;
            foreach (var envelope in all)
            {
                if (envelope is not AtomicWrite write)
                {
                    actor.Tell(new LoopMessageSuccess(envelope.Payload, request.ActorInstanceId), envelope.Sender);
                    continue;
                }

                var rejection = rejections?[index];
                index++;
                foreach (var @event in write.Events)
                {
                    actor.Tell(
                        rejection is null
                            ? new WriteMessageSuccess(@event, request.ActorInstanceId)
                            : new WriteMessageRejected(@event, rejection, request.ActorInstanceId),
                        @event.Sender);
                }
            }
        }

        void Fail(IReadOnlyList<IPersistentEnvelope> all, Exception cause)
        {
            actor.Tell(new WriteMessagesFailed(cause, all.Count(envelope => envelope is AtomicWrite)), self);
            foreach (var envelope in all)
            {
                if (envelope is not AtomicWrite write)
                {
                    actor.Tell(new LoopMessageSuccess(envelope.Payload, request.ActorInstanceId), envelope.Sender);
                    continue;
                }

                foreach (var @event in write.Events)
                    actor.Tell(new WriteMessageFailure(@event, cause, request.ActorInstanceId), @event.Sender);
            }
        }
    }

    private async Task<IImmutableList<Exception?>?> WriteChecked(AtomicWrite[] writes)
    {
        var results = await WriteMessagesAsync(writes).ConfigureAwait(false);
        if (results is { Count: > 0 } && results.Count != writes.Length)
            throw new InvalidOperationException($"WriteMessagesAsync returned {results.Count} results for {writes.Length} writes.");
        return results is { Count: > 0 } ? results : null;
    }

    private void Replay(ReplayMessages request)
    {
        var self = Self;
        var context = Context;
        var actor = request.PersistentActor;
        var filter = FilterMode == ReplayFilterMode.Disabled
            ? null
            : new WriterFilter(
                FilterMode,
                PluginConfig.GetInt("replay-filter.window-size", 100),
                PluginConfig.GetInt("replay-filter.max-old-writers", 10),
                Akka.Event.Logging.GetLogger(Context.System, GetType()));
        _ = Run();
        return;

        // Its task never fails: each path ends in a tell.
        async Task Run()
        {
            try
            {
                var highest = await Breaker.Call(() => ReadHighestSequenceNrAsync(request.PersistenceId, Math.Max(0, request.FromSequenceNr - 1))).ConfigureAwait(false);
                var to = Math.Min(request.ToSequenceNr, highest);
                if (highest > 0 && request.FromSequenceNr <= to)
                {
                    await ReplayMessagesAsync(context, request.PersistenceId, request.FromSequenceNr, to, request.Max, representation =>
                    {
                        if (representation.IsDeleted)
                            return;
                        foreach (var adapted in AdaptFromJournal(representation))
                        {
                            if (filter is null)
                                actor.Tell(new ReplayedMessage(adapted), ActorRefs.NoSender);
                            else
                                filter.Add(adapted, passed => actor.Tell(new ReplayedMessage(passed), ActorRefs.NoSender));
                        }
                    }).ConfigureAwait(false);
                    filter?.Flush(passed => actor.Tell(new ReplayedMessage(passed), ActorRefs.NoSender));
                }

                actor.Tell(new RecoverySuccess(highest), self);
            }
            catch (Exception e)
            {
                actor.Tell(new ReplayMessagesFailure(TryUnwrapException(e)), self);
            }
        }
    }

    private void Delete(DeleteMessagesTo request)
    {
        var self = Self;
        _ = Run();
        return;

        // Its task never fails: each path ends in a tell.
        async Task Run()
        {
            object answer;
            try
            {
                await Breaker.Call(() => DeleteMessagesToAsync(request.PersistenceId, request.ToSequenceNr)).ConfigureAwait(false);
                answer = new DeleteMessagesSuccess(request.ToSequenceNr);
            }
            catch (Exception e)
            {
                answer = new DeleteMessagesFailure(TryUnwrapException(e), request.ToSequenceNr);
            }

            request.PersistentActor.Tell(answer, self);
        }
    }

    private static ReplayFilterMode ParseMode(string mode) => mode switch
    {
        "off" or "disabled" => ReplayFilterMode.Disabled,
        "repair-by-discard-old" => ReplayFilterMode.RepairByDiscardOld,
        "fail" => ReplayFilterMode.Fail,
        "warn" => ReplayFilterMode.Warn,
        _ => throw new ConfigurationException($"Invalid replay-filter.mode [{mode}], supported values [off, repair-by-discard-old, fail, warn]"),
    };
}
