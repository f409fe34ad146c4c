using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Shared.Messages.Retention;

namespace Analyzer.Node.Retention;

/// <summary>
/// Keeps one journal within its limits, in rounds: counts what has come, then deletes step by step, none of which takes long or
/// holds anything else up. Nothing of it outlives the process: the next one counts anew and goes on where this one ended, however
/// it ended. Two at once do no harm, since every step looks at the database again before it deletes.
/// </summary>
internal sealed class JournalPruner(JournalPlace place, TimeProvider clock) : IAsyncDisposable
{
    private const int RowsOfPage = 5_000;
    private const int PagesOfLook = 40;
    private const int EventsOfStep = 1_000;
    private const long BytesOfStep = 4 << 20;

    /// <summary>
    /// So many times the size there may be before pruning takes a third of the time; until then a ninth, and the rest is for those
    /// who write.
    /// </summary>
    private const double Urgent = 1.1;

    /// <summary>Free bytes of a file that aren't given back: new events would only take them again.</summary>
    private const long Reserve = 16 << 20;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(1);

    // Snapshots are looked for by their time, which is their analyzer's: most are found that were late by so much, and the others when all are looked at again.
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AllAgainAfter = TimeSpan.FromHours(1);

    private readonly JournalLedger _ledger = new();
    private readonly JournalKept _kept = new()
    {
        Name = place.Name,
        MaxAge = (long)(place.Retention.Age?.TotalMilliseconds ?? 0),
        MaxSize = place.Retention.Size ?? 0,
        Since = clock.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private DbConnection? _connection;
    private long _after;
    private long _until;
    private long _snapshotsSince;
    private long _allSnapshots;
    private long _looked;

    /// <summary>What is kept, as of the last round; a copy.</summary>
    public JournalKept Kept => _kept.Clone();

    /// <summary>Looks if it's time to, else does the next step.</summary>
    /// <returns>Time until the next round.</returns>
    public async Task<TimeSpan> RoundAsync(CancellationToken stop)
    {
        _kept.LastRun = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var started = Stopwatch.GetTimestamp();
        try
        {
            if (_looked == 0 || Stopwatch.GetElapsedTime(_looked) >= (_kept.Counted ? LookEvery : CountEvery))
            {
                await LookAsync(stop).ConfigureAwait(false);
            }

            var didSomething = await StepAsync(stop).ConfigureAwait(false);
            _kept.LastError = "";
            return didSomething ? Stopwatch.GetElapsedTime(started) * (_kept.Live > Urgent * place.Retention.Size ? 2 : 8) : _kept.Counted ? LookEvery : CountEvery;
        }
        catch (Exception e) when (!stop.IsCancellationRequested && e is DbException or IOException or TimeoutException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            await DisposeAsync().ConfigureAwait(false);
            _kept.LastError = e.Message;
            return LookEvery;
        }
    }

    /// <summary>Counts what has come since the last look.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        var tables = await TablesAsync(stop).ConfigureAwait(false);
        if (!await tables.ExistAsync(stop).ConfigureAwait(false))
        {
            return;
        }

        if (_looked == 0 && place.HasBlocks && place.IsPostgres)
        {
            await tables.StoreAsTheyComeAsync(stop).ConfigureAwait(false);
        }

        await CountSnapshotsAsync(tables, stop).ConfigureAwait(false);
        var events = await CountEventsAsync(tables, stop).ConfigureAwait(false);
        if (_kept.Counted)
        {
            var seconds = Stopwatch.GetElapsedTime(_looked).TotalSeconds;
            (_kept.EventsPerSecond, _kept.BytesPerSecond) = (events.Count / seconds, events.Bytes / seconds);
        }

        _kept.Counted |= _looked != 0 && _after >= _until;
        _looked = Stopwatch.GetTimestamp();
        // A place may be taken before another one and be seen after it; by the next look it's there.
        _until = await tables.LastAsync(stop).ConfigureAwait(false);
        await TellSizesAsync(tables, stop).ConfigureAwait(false);
    }

    /// <summary>Does one step.</summary>
    /// <returns>Whether there was anything to do.</returns>
    public async Task<bool> StepAsync(CancellationToken stop)
    {
        var live = _ledger.Live;
        var step = RetentionPlan.Next(_ledger.Entities, live, place.Retention, clock.GetUtcNow().UtcDateTime);
        _kept.Unmet = step is null && RetentionPlan.IsOver(live, place.Retention) && _ledger.Entities.All(entity => entity.Covering is null)
            ? string.Create(CultureInfo.InvariantCulture, $"{live} bytes are kept where {place.Retention.Size} should be: what is left came after the last snapshot of its entity, or is that snapshot")
            : "";
        if (step is not { } next)
        {
            return await GiveBackAsync(stop).ConfigureAwait(false);
        }

        var tables = await TablesAsync(stop).ConfigureAwait(false);
        var entity = _ledger.Of(next.Id);
        var done = await tables.DeleteAsync(next.Id, next.Before, EventsOfStep, BytesOfStep, stop).ConfigureAwait(false);
        var before = entity.SnapshotBytes;
        if (done is { } deleted && deleted.First == entity.Oldest)
        {
            entity.Remove(next.Before, deleted.Events, deleted.Oldest);
        }
        else
        {
            // Akka's own entities delete themselves what they don't need, and another pruner may be at it.
            entity = await tables.EntityAsync(next.Id, _after, stop).ConfigureAwait(false);
            _ledger.Replace(entity);
        }

        if (done is { } counted)
        {
            _kept.DeletedEvents += counted.Events.Count;
            _kept.DeletedSnapshots += counted.Snapshots;
            _kept.DeletedBytes += counted.Events.Bytes + (counted.Snapshots > 0 ? Math.Max(before - entity.SnapshotBytes, 0) : 0);
        }

        TellLedger();
        return done is not null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<JournalTables> TablesAsync(CancellationToken stop) => new(place, _connection ??= await place.OpenAsync(stop).ConfigureAwait(false));

    private async Task CountSnapshotsAsync(JournalTables tables, CancellationToken stop)
    {
        if (Stopwatch.GetElapsedTime(_allSnapshots) > AllAgainAfter)
        {
            (_allSnapshots, _snapshotsSince) = (Stopwatch.GetTimestamp(), 0);
        }

        var (created, id, sequence) = (Math.Max(_snapshotsSince - Late.Ticks, 0), "", 0L);
        List<(string Id, KeptSnapshot Snapshot)> page;
        do
        {
            page = await tables.SnapshotsAsync(created, id, sequence, RowsOfPage, stop).ConfigureAwait(false);
            foreach (var (owner, snapshot) in page)
            {
                _ledger.Of(owner).Add(snapshot);
                (created, id, sequence) = (snapshot.Created, owner, snapshot.Sequence);
            }
        }
        while (page.Count == RowsOfPage);
        _snapshotsSince = Math.Max(_snapshotsSince, created);
    }

    private async Task<KeptEvents> CountEventsAsync(JournalTables tables, CancellationToken stop)
    {
        var sum = default(KeptEvents);
        for (var pages = 0; pages < PagesOfLook && _after < _until; pages++)
        {
            var page = await tables.EventsAsync(_after, _until, RowsOfPage, stop).ConfigureAwait(false);
            foreach (var stored in page)
            {
                var one = new KeptEvents(1, stored.Bytes);
                _ledger.Of(stored.Id).Add(stored.Sequence, one);
                sum += one;
            }

            _after = page.Count == RowsOfPage ? page[^1].Ordering : _until;
        }

        return sum;
    }

    private async Task TellSizesAsync(JournalTables tables, CancellationToken stop)
    {
        var sizes = await tables.SizesAsync(stop).ConfigureAwait(false);
        (_kept.Size, _kept.Free, _kept.FreeExact, _kept.GivesBack) = (sizes.Size, sizes.Free ?? 0, sizes.Free is not null, sizes.GivesBack);
        TellLedger();
        (_kept.Oldest, _kept.Newest) = (Milliseconds(sizes.Oldest), Milliseconds(sizes.Newest));
    }

    private void TellLedger()
    {
        (_kept.Live, _kept.Events, _kept.Snapshots) = (_ledger.Live, _ledger.Events, _ledger.Snapshots);
        if (!_kept.FreeExact)
        {
            _kept.Free = Math.Max(_kept.Size - _kept.Live, 0);
        }
    }

    private async Task<bool> GiveBackAsync(CancellationToken stop)
    {
        if (!_kept.GivesBack || _kept.Free <= Math.Max(Reserve, _kept.Size / 8))
        {
            return false;
        }

        var tables = await TablesAsync(stop).ConfigureAwait(false);
        await tables.GiveBackAsync(BytesOfStep, stop).ConfigureAwait(false);
        await TellSizesAsync(tables, stop).ConfigureAwait(false);
        return true;
    }

    private static long Milliseconds(long ticks) => ticks == 0 ? 0 : new DateTimeOffset(ticks, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
