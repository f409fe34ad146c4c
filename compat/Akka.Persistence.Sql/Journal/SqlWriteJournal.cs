using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Journal;
using Akka.Persistence.Sql.Postgres;
using Akka.Persistence.Sql.Sqlite;

namespace Akka.Persistence.Sql.Journal;

/// <summary>The journal in PostgreSQL or SQLite: <c>akka.persistence.journal.sql</c>.</summary>
internal sealed class SqlWriteJournal : AsyncWriteJournal
{
    private readonly JournalSettings _settings;
    private readonly IJournalTable _table;
    private readonly Preparation _preparation;
    private readonly WriteQueue _queue;
    private readonly PayloadCodec _codec;
    private readonly ConcurrentDictionary<string, Task> _writing = new();

    public SqlWriteJournal(Config journalConfig)
    {
        _settings = JournalSettings.From(journalConfig);
        _codec = new PayloadCodec((ExtendedActorSystem)Context.System);
        _table = _settings.Provider == Provider.PostgreSql ? new PostgresJournalTable(_settings) : new SqliteJournalTable(_settings);
        _preparation = new Preparation(_settings.AutoInitialize, _table.CreateAsync);
        _queue = new WriteQueue(_table, _preparation.Ensure, _settings.BatchSize, _settings.BufferSize);
    }

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr)
    {
        // An earlier incarnation of the actor may have a write under way; whether it's stored must be settled first.
        if (_writing.TryGetValue(persistenceId, out var write))
            await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _preparation.Ensure().ConfigureAwait(false);
        return await _table.HighestSequenceNumberAsync(persistenceId).ConfigureAwait(false);
    }

    public override async Task ReplayMessagesAsync(IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        await _preparation.Ensure().ConfigureAwait(false);
        var from = fromSequenceNr;
        var left = max;
        while (left > 0 && from <= toSequenceNr)
        {
            var page = (int)Math.Min(_settings.ReplayBatchSize, left);
            var rows = await _table.ReadAsync(persistenceId, from, toSequenceNr, page).ConfigureAwait(false);
            foreach (var row in rows)
            {
                recoveryCallback(new Persistent(
                    Decode(row), row.SequenceNumber, row.PersistenceId, row.Payload.Manifest, row.Deleted, ActorRefs.NoSender, row.WriterUuid, row.Created));
            }

            if (rows.Count < page)
                return;
            left -= rows.Count;
            from = rows[^1].SequenceNumber + 1;
        }
    }

    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var results = ImmutableList.CreateBuilder<Exception?>();
        var rows = new List<JournalRow>();
        var rejected = false;
        string? persistenceId = null;
        foreach (var write in messages)
        {
            persistenceId = write.PersistenceId;
            var before = rows.Count;
            try
            {
                rows.AddRange(((IImmutableList<IPersistentRepresentation>)write.Payload).Select(Encode));
                results.Add(null);
            }
            catch (Exception e)
            {
                // What can't be serialized is rejected, all events of its atomic write with it.
                rows.RemoveRange(before, rows.Count - before);
                results.Add(e);
                rejected = true;
            }
        }

        if (rows.Count > 0)
        {
            // A request's writes are all of one persistent actor.
            var id = persistenceId!;
            var store = _queue.Store(id, rows);
            _writing[id] = store;
            try
            {
                await store.ConfigureAwait(false);
            }
            finally
            {
                _writing.TryRemove(new KeyValuePair<string, Task>(id, store));
            }
        }

        return rejected ? results.ToImmutable() : null;
    }

    protected override async Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        await _preparation.Ensure().ConfigureAwait(false);
        await _table.DeleteAsync(persistenceId, toSequenceNr).ConfigureAwait(false);
    }

    protected override void PostStop()
    {
        base.PostStop();
        _ = Close();
        async Task Close()
        {
            await _queue.StopAsync().ConfigureAwait(false);
            await _table.DisposeAsync().ConfigureAwait(false);
        }
    }

    private JournalRow Encode(IPersistentRepresentation representation)
    {
        var (payload, tags) = representation.Payload is Tagged tagged
            ? (tagged.Payload, (IReadOnlyCollection<string>)[.. tagged.Tags])
            : (representation.Payload, []);
        return new JournalRow(representation.PersistenceId, representation.SequenceNr, representation.Timestamp, _codec.Encode(payload), representation.WriterGuid, tags);
    }

    private object Decode(JournalRow row)
    {
        try
        {
            return _codec.Decode(row.Payload);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Event {row.SequenceNumber} of [{row.PersistenceId}] can't be read: serializer {row.Payload.SerializerId}, manifest [{row.Payload.Manifest}]: {e.Message}", e);
        }
    }
}
