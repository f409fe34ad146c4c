using System.Runtime.CompilerServices;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Flows;

/// <summary>
/// A partition's flows by number, each in a fixed place, found by their ids and their node without a scan, and listed by when
/// they were stored. Memory comes in chunks, so that growing copies nothing. Private to one actor.
/// </summary>
internal sealed class FlowTable
{
    private const int ChunkBits = 9;
    private const int ChunkLength = 1 << ChunkBits;
    private const int None = -1;

    private readonly List<FlowEntry[]> _chunks = [];
    private readonly List<int> _firstOfNode = [];
    private readonly Dictionary<int, byte[]> _details = [];
    private readonly FlowIndex _byUuid;
    private readonly FlowIndex _byTracking;
    private readonly FlowIndex _byL3Tracking;
    private int _free = None;
    private int _oldest = None;
    private int _newest = None;

    public FlowTable()
    {
        _byUuid = new FlowIndex(number => this[number].Row.Uuid);
        _byTracking = new FlowIndex(number => this[number].Row.TrackingId);
        _byL3Tracking = new FlowIndex(number => this[number].Row.L3TrackingId);
    }

    /// <summary>Flows there are.</summary>
    public int Count { get; private set; }

    /// <summary>Flows that ever came, or came back.</summary>
    public long Births { get; private set; }

    /// <summary>All numbers are below this; not all of them are used.</summary>
    public int End { get; private set; }

    /// <summary>What the rows' texts are numbers of.</summary>
    public FlowTexts Texts { get; } = new();

    /// <summary>The longest unseen flow; -1 without any.</summary>
    public int Oldest => _oldest;

    /// <summary>Hears of each flow that's new or changes, and whether it was over before; null: nobody.</summary>
    public Action<int, bool>? Changed { get; set; }

    /// <summary>A flow by its number.</summary>
    public ref FlowEntry this[int number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[number >> ChunkBits][number & (ChunkLength - 1)];
    }

    /// <summary>The flows from a number on, those that lie together and are below an end. Those without a UUID aren't used.</summary>
    public ReadOnlySpan<FlowEntry> Together(int number, int end)
    {
        var at = number & (ChunkLength - 1);
        return _chunks[number >> ChunkBits].AsSpan(at, Math.Min(ChunkLength - at, end - number));
    }

    /// <summary>The flow stored after this one, or again after it; -1: it's the newest.</summary>
    public int NextByAge(int number) => this[number].ByAge.After;

    /// <summary>The flow with this UUID; -1: there is none.</summary>
    public int Find(ulong uuid) => _byUuid.Find(uuid);

    /// <summary>What the row doesn't say, as <see cref="FlowRows.DetailsOf"/> has it.</summary>
    public byte[]? DetailsOf(int number) => _details.GetValueOrDefault(number);

    /// <summary>The flow as a message.</summary>
    public Flow ToFlow(int number)
    {
        ref readonly var entry = ref this[number];
        return FlowUpdate.ToFlow(entry.Row, Texts, DetailsOf(number), entry.Update);
    }

    /// <summary>The flows with this TrackingID.</summary>
    public IEnumerable<int> OfTracking(ulong id)
    {
        for (var number = _byTracking.Find(id); number != None; number = this[number].NextOfTracking)
        {
            yield return number;
        }
    }

    /// <summary>The flows with this L3TrackingID.</summary>
    public IEnumerable<int> OfL3Tracking(ulong id)
    {
        for (var number = _byL3Tracking.Find(id); number != None; number = this[number].NextOfL3Tracking)
        {
            yield return number;
        }
    }

    /// <summary>The flows seen on a node.</summary>
    public IEnumerable<int> OfNode(string tid)
    {
        var text = Texts.Find(tid);
        for (var number = text < 0 || text >= _firstOfNode.Count ? None : _firstOfNode[text]; number != None; number = this[number].ByNode.After)
        {
            yield return number;
        }
    }

    /// <summary>Whether a row says something new. Counters are absolute and only grow: an update that was sent again, behind a newer one, is no news.</summary>
    /// <param name="told">It.</param>
    /// <param name="texts">Its texts.</param>
    /// <param name="details">What it doesn't say.</param>
    public bool IsNews(in FlowRow told, FlowTexts texts, byte[]? details) => IsNews(Find(told.Uuid), told, texts, details);

    private bool IsNews(int number, in FlowRow told, FlowTexts texts, byte[]? details)
    {
        if (number == None)
        {
            return told.Uuid != 0;
        }

        ref readonly var known = ref this[number].Row;
        if (told.Last < known.Last || Packets(told) < Packets(known) || (known.Finish != FinishType.NotFinished && told.Finish == FinishType.NotFinished))
        {
            return false;
        }

        return Packets(told) != Packets(known) || told.Last != known.Last || IsOther(told, texts, known) || !DetailsOf(number).AsSpan().SequenceEqual(details);
    }

    /// <summary>Takes what's news of these rows, which are the table's then.</summary>
    /// <returns>How many that is.</returns>
    public int Apply(FlowRows rows, long at)
    {
        // Held until all rows are done: else a row might free what the next one needs.
        using var map = new TextMap(rows.Texts, Texts, holds: true);
        var taken = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var known = Find(rows[i].Uuid);
            if (IsNews(known, rows[i], rows.Texts, rows.DetailsOf(i)))
            {
                map.Map(ref rows[i]);
                var wasOver = known != None && this[known].Row.Finish != FinishType.NotFinished;
                var number = Set(known, rows[i], rows.DetailsOf(i), at);
                Changed?.Invoke(number, wasOver);
                taken++;
            }
        }

        return taken;
    }

    /// <summary>Takes flows as a snapshot has them: each with when it was stored, and what its last update added.</summary>
    public void Restore(FlowRows rows, IReadOnlyList<long> storedAt, IReadOnlyList<FlowUpdate> updates)
    {
        using var map = new TextMap(rows.Texts, Texts, holds: true);
        for (var i = 0; i < rows.Count; i++)
        {
            map.Map(ref rows[i]);
            var number = Set(Find(rows[i].Uuid), rows[i], rows.DetailsOf(i), storedAt[i]);
            this[number].Update = updates[i];
        }
    }

    /// <summary>Those of the flows that expired which are still here, and weren't stored again since.</summary>
    public IEnumerable<int> Leaving(FlowsExpired expired)
    {
        foreach (var uuid in expired.Uuids)
        {
            if (FlowForms.TryId(uuid, out var id) && Find(id) is >= 0 and var number && (expired.Until == 0 || this[number].StoredAt <= expired.Until))
            {
                yield return number;
            }
        }
    }

    /// <summary>Forgets a flow.</summary>
    public void Remove(int number)
    {
        ref var entry = ref this[number];
        _byUuid.Remove(entry.Row.Uuid, number);
        Unchain(_byTracking, entry.Row.TrackingId, number, static (ref entry) => ref entry.NextOfTracking);
        Unchain(_byL3Tracking, entry.Row.L3TrackingId, number, static (ref entry) => ref entry.NextOfL3Tracking);
        LeaveNode(number);
        LeaveAges(number);
        Release(entry.Row);
        _details.Remove(number);
        entry = default;
        entry.ByAge.After = _free;
        _free = number;
        Count--;
    }

    private static long Packets(in FlowRow row) => unchecked(row.AbPackets + row.BaPackets);

    private bool IsOther(in FlowRow told, FlowTexts texts, in FlowRow known)
    {
        var news = FlowRow.TextNumbersOf(told);
        var old = FlowRow.TextNumbersOf(known);
        for (var i = 0; i < news.Length; i++)
        {
            if (!string.Equals(texts[news[i]], Texts[old[i]], StringComparison.Ordinal))
            {
                return true;
            }
        }

        return (told.AbBytes, told.BaBytes, told.Rtt, told.Finish, told.RawPackets, told.SamplingRate, told.NetworkId, told.AbPackets)
            != (known.AbBytes, known.BaBytes, known.Rtt, known.Finish, known.RawPackets, known.SamplingRate, known.NetworkId, known.AbPackets);
    }

    private int Set(int known, in FlowRow row, byte[]? details, long at)
    {
        var number = known == None ? Add(row) : Change(known, row);
        this[number].StoredAt = at;
        if (details is not null)
        {
            _details[number] = details;
        }
        else if (_details.Count > 0)
        {
            _details.Remove(number);
        }

        return number;
    }

    private int Add(in FlowRow row)
    {
        Hold(row);
        var number = Take();
        ref var entry = ref this[number];
        entry.Row = row;
        entry.Born = ++Births;
        entry.Update = new FlowUpdate(row.AbPackets, row.AbBytes, row.BaPackets, row.BaBytes, row.Start);
        _byUuid.Set(row.Uuid, number);
        entry.NextOfTracking = _byTracking.Set(row.TrackingId, number);
        entry.NextOfL3Tracking = _byL3Tracking.Set(row.L3TrackingId, number);
        EnterNode(number);
        EnterAges(number);
        Count++;
        return number;
    }

    private int Change(int number, in FlowRow row)
    {
        ref var entry = ref this[number];
        ref readonly var before = ref entry.Row;
        // Identities don't change; who says otherwise is a stranger with the same UUID.
        if ((before.TrackingId, before.L3TrackingId, before.NodeTid) != (row.TrackingId, row.L3TrackingId, row.NodeTid))
        {
            Remove(number);
            return Add(row);
        }

        entry.Update = new FlowUpdate(
            row.AbPackets - before.AbPackets, row.AbBytes - before.AbBytes, row.BaPackets - before.BaPackets, row.BaBytes - before.BaBytes, FlowUpdate.LastOf(before));
        if (!FlowRow.TextNumbersOf(row).SequenceEqual(FlowRow.TextNumbersOf(before)))
        {
            Hold(row);
            Release(before);
        }

        entry.Row = row;
        LeaveAges(number);
        EnterAges(number);
        return number;
    }

    private void Hold(in FlowRow row)
    {
        foreach (var text in FlowRow.TextNumbersOf(row))
        {
            Texts.Hold(text);
        }
    }

    private void Release(in FlowRow row)
    {
        foreach (var text in FlowRow.TextNumbersOf(row))
        {
            Texts.Release(text);
        }
    }

    private int Take()
    {
        if (_free != None)
        {
            var number = _free;
            _free = this[number].ByAge.After;
            return number;
        }

        if (End >> ChunkBits == _chunks.Count)
        {
            _chunks.Add(new FlowEntry[ChunkLength]);
        }

        return End++;
    }

    private delegate ref int Next(ref FlowEntry entry);

    private void Unchain(FlowIndex index, ulong id, int number, Next next)
    {
        var after = next(ref this[number]);
        var first = index.Find(id);
        if (first == number)
        {
            index.Replace(id, number, after);
            return;
        }

        for (var before = first; before != None; before = next(ref this[before]))
        {
            ref var link = ref next(ref this[before]);
            if (link == number)
            {
                link = after;
                return;
            }
        }
    }

    private void EnterNode(int number)
    {
        ref var entry = ref this[number];
        while (_firstOfNode.Count <= entry.Row.NodeTid)
        {
            _firstOfNode.Add(None);
        }

        var first = _firstOfNode[entry.Row.NodeTid];
        entry.ByNode = new FlowLinks { Before = None, After = first };
        if (first != None)
        {
            this[first].ByNode.Before = number;
        }

        _firstOfNode[entry.Row.NodeTid] = number;
    }

    private void LeaveNode(int number)
    {
        ref readonly var entry = ref this[number];
        var (before, after) = (entry.ByNode.Before, entry.ByNode.After);
        if (before == None)
        {
            _firstOfNode[entry.Row.NodeTid] = after;
        }
        else
        {
            this[before].ByNode.After = after;
        }

        if (after != None)
        {
            this[after].ByNode.Before = before;
        }
    }

    private void EnterAges(int number)
    {
        this[number].ByAge = new FlowLinks { Before = _newest, After = None };
        if (_newest == None)
        {
            _oldest = number;
        }
        else
        {
            this[_newest].ByAge.After = number;
        }

        _newest = number;
    }

    private void LeaveAges(int number)
    {
        var (before, after) = (this[number].ByAge.Before, this[number].ByAge.After);
        if (before == None)
        {
            _oldest = after;
        }
        else
        {
            this[before].ByAge.After = after;
        }

        if (after == None)
        {
            _newest = before;
        }
        else
        {
            this[after].ByAge.Before = before;
        }
    }
}
