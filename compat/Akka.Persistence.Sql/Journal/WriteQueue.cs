using System.Threading.Channels;

namespace Akka.Persistence.Sql.Journal;

/// <summary>
/// Stores writes of many actors in few transactions: whatever has come while the last one ran goes into the next. Writes of one
/// persistence id keep their order, as each id has its lane.
/// </summary>
internal sealed class WriteQueue
{
    private readonly IJournalTable _table;
    private readonly Func<Task> _prepare;
    private readonly int _batchSize;
    private readonly Channel<Entry>[] _lanes;
    private readonly Task[] _running;

    public WriteQueue(IJournalTable table, Func<Task> prepare, int batchSize, int bufferSize)
    {
        _table = table;
        _prepare = prepare;
        _batchSize = batchSize;
        _lanes = new Channel<Entry>[table.Writers];
        _running = new Task[table.Writers];
        for (var i = 0; i < _lanes.Length; i++)
        {
            var lane = Channel.CreateBounded<Entry>(new BoundedChannelOptions(bufferSize) { SingleReader = true });
            _lanes[i] = lane;
            _running[i] = Task.Run(() => Run(lane.Reader));
        }
    }

    /// <summary>Ends when the rows are stored, or fails with the reason why they aren't.</summary>
    public Task Store(string persistenceId, IReadOnlyList<JournalRow> rows)
    {
        var entry = new Entry(rows);
        var lane = _lanes[(int)((uint)string.GetHashCode(persistenceId, StringComparison.Ordinal) % (uint)_lanes.Length)];
        if (!lane.Writer.TryWrite(entry))
            entry.Done.SetException(new InvalidOperationException("The journal's write buffer (buffer-size) is full, or the journal is stopping."));
        return entry.Done.Task;
    }

    /// <summary>Takes no more writes; ends when those that were taken have ended.</summary>
    public Task StopAsync()
    {
        foreach (var lane in _lanes)
            lane.Writer.TryComplete();
        return Task.WhenAll(_running);
    }

    private async Task Run(ChannelReader<Entry> lane)
    {
        var batch = new List<Entry>();
        while (await lane.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            var rows = 0;
            while (rows < _batchSize && lane.TryRead(out var entry))
            {
                batch.Add(entry);
                rows += entry.Rows.Count;
            }

            await Store(batch).ConfigureAwait(false);
        }
    }

    private async Task Store(List<Entry> batch)
    {
        try
        {
            await _prepare().ConfigureAwait(false);
            await _table.InsertAsync(batch.Count == 1 ? batch[0].Rows : [.. batch.SelectMany(entry => entry.Rows)]).ConfigureAwait(false);
        }
        catch (Exception e) when (batch.Count > 1 && _table.IsConflict(e))
        {
            // One actor's bad rows must not fail the others: each on its own.
            foreach (var entry in batch)
                await Store([entry]).ConfigureAwait(false);
            return;
        }
        catch (Exception e)
        {
            foreach (var entry in batch)
                entry.Done.SetException(e);
            return;
        }

        foreach (var entry in batch)
            entry.Done.SetResult();
    }

    private sealed record Entry(IReadOnlyList<JournalRow> Rows)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
