using Akka.Event;

namespace Akka.Persistence.Journal;

public enum ReplayFilterMode
{
    Fail,
    Warn,
    RepairByDiscardOld,
    Disabled,
}

/// <summary>
/// Looks, within a window, for events of two writers with the same persistence id at the same time: two incarnations of an
/// actor on two nodes after a split brain. The later writer's events are the truth.
/// </summary>
internal sealed class WriterFilter(ReplayFilterMode mode, int windowSize, int maxOldWriters, ILoggingAdapter log)
{
    private readonly LinkedList<IPersistentRepresentation> _window = new();
    private readonly LinkedList<string> _oldWriters = new();
    private string? _writer;
    private long _sequenceNr = -1;

    public void Add(IPersistentRepresentation next, Action<IPersistentRepresentation> pass)
    {
        if (_window.Count >= windowSize)
        {
            pass(_window.First!.Value);
            _window.RemoveFirst();
        }

        if (next.WriterGuid == _writer)
        {
            // The same writer twice with one number: its journal was written by two processes.
            if (next.SequenceNr < _sequenceNr && !Accept($"Invalid replayed event [sequenceNr={next.SequenceNr}, writerUUID={next.WriterGuid}] as the sequenceNr should be equal to or greater than already-processed event [sequenceNr={_sequenceNr}] from the same writer, for the same persistenceId [{next.PersistenceId}]. Perhaps the events were journaled out of sequence, or duplicate persistentId for different entities?"))
                return;
            Keep(next);
            return;
        }

        if (_oldWriters.Contains(next.WriterGuid))
        {
            if (Accept($"Invalid replayed event [sequenceNr={next.SequenceNr}, writerUUID={next.WriterGuid}]. There was already a newer writer whose last replayed event was [sequenceNr={_sequenceNr}, writerUUID={_writer}] for the same persistenceId [{next.PersistenceId}]. Perhaps, the old writer kept journaling messages after the new writer created, or duplicate persistentId for different entities?"))
                Keep(next);
            return;
        }

        // A new writer: events of earlier ones with its number or higher were written after it took over.
        if (_writer is not null)
        {
            _oldWriters.AddLast(_writer);
            if (_oldWriters.Count > maxOldWriters)
                _oldWriters.RemoveFirst();
        }

        _writer = next.WriterGuid;
        for (var node = _window.First; node is not null;)
        {
            var following = node.Next;
            var old = node.Value;
            if (old.SequenceNr >= next.SequenceNr
                && !Accept($"Invalid replayed event [sequenceNr={old.SequenceNr}, writerUUID={old.WriterGuid}] from a previous writer whose last event should be before [sequenceNr={next.SequenceNr}, writerUUID={next.WriterGuid}] for the same persistenceId [{old.PersistenceId}]."))
                _window.Remove(node);
            node = following;
        }

        Keep(next);
    }

    public void Flush(Action<IPersistentRepresentation> pass)
    {
        foreach (var representation in _window)
            pass(representation);
        _window.Clear();
    }

    private void Keep(IPersistentRepresentation next)
    {
        _window.AddLast(next);
        _sequenceNr = next.SequenceNr;
    }

    private bool Accept(string problem)
    {
        switch (mode)
        {
            case ReplayFilterMode.Fail:
                log.Error(problem);
                throw new InvalidOperationException(problem);
            case ReplayFilterMode.Warn:
                log.Warning(problem);
                return true;
            default:
                log.Error(problem);
                return false;
        }
    }
}
