using System.Runtime.InteropServices;
using Shared.Messages.Flows;

namespace Agent.Node.Uplink;

/// <summary>
/// The newest states of flows that wait to be sent, by partition in the order they came; a newer state takes the place of the
/// one that waits. Memory comes in chunks and goes, with the texts, when none waits any more.
/// </summary>
internal sealed class WaitingFlows
{
    private const int ChunkBits = 8;
    private const int ChunkLength = 1 << ChunkBits;
    private const int None = -1;

    private readonly List<FlowRow[]> _chunks = [];
    private readonly List<int> _next = [];
    private readonly Dictionary<ulong, int> _places = [];
    private readonly Dictionary<int, byte[]> _details = [];
    private readonly FlowTexts _texts = new();
    private readonly FlowRows _taken = new();
    private (int First, int Last, int Count)[] _partitions = [];
    private int _free = None;

    internal int Count => _places.Count;

    internal bool Has(ulong uuid) => _places.ContainsKey(uuid);

    internal int CountOf(int partition) => _partitions[partition].Count;

    /// <summary>Spreads those that wait over so many partitions.</summary>
    internal void Spread(int partitions)
    {
        var waiting = _places.Values.ToList();
        _partitions = [.. Enumerable.Repeat((None, None, 0), partitions)];
        foreach (var place in waiting)
        {
            Append(place);
        }
    }

    /// <summary>What's needed to take rows of these.</summary>
    internal TextMap MapOf(FlowRows rows) => new(rows.Texts, _texts);

    /// <summary>Takes a row, with its texts and details.</summary>
    /// <param name="map">Of the rows, made since flows were taken away last.</param>
    /// <param name="rows">Where it is.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="replaces">Whether it takes the place of one that waits; else that one stays.</param>
    internal void Add(TextMap map, FlowRows rows, int index, bool replaces = true)
    {
        ref readonly var row = ref rows[index];
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, row.Uuid, out var waits);
        if (!waits)
        {
            place = Take();
            Set(place, map, rows, index);
            Append(place);
        }
        else if (replaces)
        {
            _details.Remove(place);
            Set(place, map, rows, index);
        }
    }

    /// <summary>Takes up to so many of a partition's, the longest waiting first; valid until the next call.</summary>
    internal FlowRows Take(int partition, int most)
    {
        ref var list = ref _partitions[partition];
        _taken.Clear();
        var map = new TextMap(_texts, _taken.Texts);
        while (_taken.Count < most && list.First != None)
        {
            var place = list.First;
            list.First = _next[place];
            list.Count--;
            ref readonly var row = ref RowAt(place);
            _details.Remove(place, out var details);
            _taken.Add(row, map, details);
            _places.Remove(row.Uuid);
            _next[place] = _free;
            _free = place;
        }

        if (_places.Count == 0)
        {
            Forget();
        }

        return _taken;
    }

    private ref FlowRow RowAt(int place) => ref _chunks[place >> ChunkBits][place & (ChunkLength - 1)];

    private void Set(int place, TextMap map, FlowRows rows, int index)
    {
        ref var row = ref RowAt(place);
        row = rows[index];
        map.Map(ref row);
        if (rows.DetailsOf(index) is { } details)
        {
            _details[place] = details;
        }
    }

    // Before the partitions are known it belongs to none.
    private void Append(int place)
    {
        _next[place] = None;
        if (_partitions.Length == 0)
        {
            return;
        }

        ref var list = ref _partitions[FlowPartition.Of(RowAt(place).L3TrackingId, _partitions.Length)];
        if (list.Count++ == 0)
        {
            list.First = place;
        }
        else
        {
            _next[list.Last] = place;
        }

        list.Last = place;
    }

    private int Take()
    {
        if (_free != None)
        {
            var place = _free;
            _free = _next[place];
            return place;
        }

        if (_next.Count >> ChunkBits == _chunks.Count)
        {
            _chunks.Add(new FlowRow[ChunkLength]);
        }

        _next.Add(None);
        return _next.Count - 1;
    }

    private void Forget()
    {
        const int fewChunks = 32;
        _texts.Clear();
        if (_chunks.Count <= fewChunks)
        {
            return;
        }

        _chunks.Clear();
        _next.Clear();
        _next.TrimExcess();
        _places.TrimExcess();
        _free = None;
    }
}
