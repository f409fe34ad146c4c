namespace Analyzer.Node.Retention;

/// <summary>A snapshot in the database.</summary>
/// <param name="Sequence">The event it was taken after.</param>
/// <param name="Created">When, in ticks.</param>
/// <param name="Bytes">How much it takes.</param>
internal readonly record struct KeptSnapshot(long Sequence, long Created, long Bytes);

/// <summary>Events between two snapshots.</summary>
/// <param name="Count">How many.</param>
/// <param name="Bytes">How much they take.</param>
internal readonly record struct KeptEvents(long Count, long Bytes)
{
    public static KeptEvents operator +(KeptEvents a, KeptEvents b) => new(a.Count + b.Count, a.Bytes + b.Bytes);

    public static KeptEvents operator -(KeptEvents a, KeptEvents b) => new(a.Count - b.Count, a.Bytes - b.Bytes);
}

/// <summary>What is kept of one entity: its snapshots, the events before each of them, and those after the last.</summary>
internal sealed class KeptEntity(string id)
{
    private readonly List<KeptSnapshot> _snapshots = [];

    // Those before each snapshot, and at the end those after the last.
    private readonly List<KeptEvents> _events = [default];

    public string Id => id;

    /// <summary>The oldest event's number; 0: there's none.</summary>
    public long Oldest { get; private set; }

    public long Newest { get; private set; }

    public IReadOnlyList<KeptSnapshot> Snapshots => _snapshots;

    /// <summary>The first snapshot that stands for something older than itself, with an event left that keeps the entity's numbers; null: none does.</summary>
    public KeptSnapshot? Covering =>
        Oldest == 0 || _snapshots.Count == 0 ? null
        : Oldest < _snapshots[0].Sequence ? Kept(_snapshots[0])
        : _snapshots.Count > 1 ? Kept(_snapshots[1])
        : null;

    /// <summary>Whether of the events before a snapshot some were deleted, and some not yet.</summary>
    public bool IsBegun => Oldest > 1 && Covering is not null && !_snapshots.Exists(snapshot => snapshot.Sequence == Oldest || snapshot.Sequence == Oldest - 1);

    public KeptEvents Events { get; private set; }

    public long SnapshotBytes { get; private set; }

    public void Add(long sequence, KeptEvents events)
    {
        Oldest = Oldest == 0 ? sequence : Math.Min(Oldest, sequence);
        Newest = Math.Max(Newest, sequence);
        _events[IndexAfter(sequence)] += events;
        Events += events;
    }

    /// <summary>Adds a snapshot. The events around it are parted as their numbers are: their sum stays right, the parts are near enough.</summary>
    public void Add(KeptSnapshot snapshot)
    {
        SnapshotBytes += snapshot.Bytes;
        var index = IndexAfter(snapshot.Sequence - 1);
        if (index < _snapshots.Count && _snapshots[index].Sequence == snapshot.Sequence)
        {
            SnapshotBytes -= _snapshots[index].Bytes;
            _snapshots[index] = snapshot;
            return;
        }

        var first = Math.Max(Oldest, index > 0 ? _snapshots[index - 1].Sequence : 0);
        var end = index < _snapshots.Count ? _snapshots[index].Sequence : Newest + 1;
        var part = end > first ? Math.Clamp((snapshot.Sequence - first) / (double)(end - first), 0, 1) : 1;
        var around = _events[index];
        var before = new KeptEvents((long)(around.Count * part), (long)(around.Bytes * part));
        _snapshots.Insert(index, snapshot);
        _events[index] = before;
        _events.Insert(index + 1, around - before);
    }

    /// <summary>Takes away what was deleted before a snapshot.</summary>
    /// <param name="before">The snapshot's number.</param>
    /// <param name="deleted">What was deleted.</param>
    /// <param name="oldest">The oldest event that's left.</param>
    public void Remove(long before, KeptEvents deleted, long oldest)
    {
        Oldest = oldest;
        Events -= deleted;
        var covered = _snapshots.FindIndex(snapshot => snapshot.Sequence == before);
        _events[Math.Max(covered, 0)] -= deleted;
        if (covered < 0 || oldest < before)
        {
            return;
        }

        // What the parting was wrong by lies on the other side of the snapshot.
        _events[covered + 1] += _events.Take(covered + 1).Aggregate((sum, events) => sum + events);
        SnapshotBytes -= _snapshots.Take(covered).Sum(snapshot => snapshot.Bytes);
        _snapshots.RemoveRange(0, covered);
        _events.RemoveRange(0, covered);
        _events[0] = default;
    }

    private KeptSnapshot? Kept(KeptSnapshot snapshot) => Newest >= snapshot.Sequence ? snapshot : null;

    // The first snapshot after the event.
    private int IndexAfter(long sequence)
    {
        var (from, to) = (0, _snapshots.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = _snapshots[middle].Sequence > sequence ? (from, middle) : (middle + 1, to);
        }

        return from;
    }
}

/// <summary>
/// What a journal keeps, as far as it has been counted: each event is looked at once in a process's life, and what's deleted is
/// taken away again, so that no table is ever counted.
/// </summary>
internal sealed class JournalLedger
{
    private readonly Dictionary<string, KeptEntity> _entities = new(StringComparer.Ordinal);

    public IReadOnlyCollection<KeptEntity> Entities => _entities.Values;

    public long Events => _entities.Values.Sum(entity => entity.Events.Count);

    public long Snapshots => _entities.Values.Sum(entity => (long)entity.Snapshots.Count);

    /// <summary>Bytes of events and snapshots.</summary>
    public long Live => _entities.Values.Sum(entity => entity.Events.Bytes + entity.SnapshotBytes);

    public KeptEntity Of(string id)
    {
        if (!_entities.TryGetValue(id, out var entity))
        {
            _entities.Add(id, entity = new KeptEntity(id));
        }

        return entity;
    }

    /// <summary>Puts what was found in the database in the place of what was thought to be there.</summary>
    public void Replace(KeptEntity entity) => _entities[entity.Id] = entity;
}
