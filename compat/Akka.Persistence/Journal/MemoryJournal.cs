using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>Keeps events as long as its actor system lives: for tests.</summary>
public class MemoryJournal : AsyncWriteJournal
{
    private readonly ConcurrentDictionary<string, Events> _events = new();

    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr)
    {
        var events = Of(persistenceId);
        lock (events)
            return Task.FromResult(Math.Max(events.Highest, fromSequenceNr));
    }

    public override Task ReplayMessagesAsync(IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        var events = Of(persistenceId);
        IPersistentRepresentation[] found;
        lock (events)
        {
            found = [.. events.Stored
                .Where(stored => stored.SequenceNr >= fromSequenceNr && stored.SequenceNr <= toSequenceNr)
                .Take((int)Math.Min(max, int.MaxValue))];
        }

        foreach (var representation in found)
            recoveryCallback(representation);
        return Task.CompletedTask;
    }

    protected override Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        foreach (var write in messages)
        {
            var events = Of(write.PersistenceId);
            lock (events)
            {
                foreach (var representation in write.Events)
                {
                    events.Stored.AddLast(representation.Payload is Tagged tagged ? representation.WithPayload(tagged.Payload) : representation);
                    events.Highest = Math.Max(events.Highest, representation.SequenceNr);
                }
            }
        }

        return Task.FromResult<IImmutableList<Exception?>?>(null);
    }

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        var events = Of(persistenceId);
        lock (events)
        {
            while (events.Stored.First is { } first && first.Value.SequenceNr <= toSequenceNr)
                events.Stored.RemoveFirst();
        }

        return Task.CompletedTask;
    }

    private Events Of(string persistenceId) => _events.GetOrAdd(persistenceId, _ => new Events());

    private sealed class Events
    {
        public LinkedList<IPersistentRepresentation> Stored { get; } = new();

        public long Highest { get; set; }
    }
}
