namespace Agent.Node.Flows.Applications;

/// <summary>The first bytes of one direction of a stream, put in their order as they come: in pieces, out of order, twice.</summary>
internal sealed class StreamStart
{
    internal const int Capacity = 4096;
    private const int MostPieces = 8;
    private const int MostSegments = 64;

    private readonly byte[] _bytes = new byte[Capacity];
    private readonly (int Start, int End)[] _pieces = new (int, int)[MostPieces + 1];
    private uint _first;
    private int _count;
    private int _segments;
    private int _read;

    /// <summary>Nothing more can come of it: it's full, or goes on in ever smaller pieces.</summary>
    internal bool IsOver => _segments >= MostSegments || End >= Capacity;

    /// <summary>What hasn't been read of what is there without a gap.</summary>
    internal ReadOnlySpan<byte> Ready => _bytes.AsSpan(_read, Math.Max(End - _read, 0));

    private int End => _count > 0 && _pieces[0].Start == 0 ? _pieces[0].End : 0;

    /// <summary>Begins anew.</summary>
    /// <param name="first">Sequence number of the first byte.</param>
    internal void Begin(uint first)
    {
        _first = first;
        _count = 0;
        _segments = 0;
        _read = 0;
    }

    /// <summary>So much of <see cref="Ready"/> has been read.</summary>
    internal void Read(int length) => _read += length;

    /// <summary>Takes some bytes; false when they lie behind what's kept.</summary>
    internal bool Add(uint sequence, ReadOnlySpan<byte> data)
    {
        _segments++;
        var start = unchecked((int)(sequence - _first));
        if (start >= Capacity)
        {
            return false;
        }

        if (start < 0)
        {
            if (-(long)start >= data.Length)
            {
                return true;
            }

            data = data[-start..];
            start = 0;
        }

        data = data[..Math.Min(data.Length, Capacity - start)];
        data.CopyTo(_bytes.AsSpan(start));
        Insert(start, start + data.Length);
        return true;
    }

    private void Insert(int start, int end)
    {
        var at = 0;
        while (at < _count && _pieces[at].End < start)
        {
            at++;
        }

        var behind = at;
        while (behind < _count && _pieces[behind].Start <= end)
        {
            start = Math.Min(start, _pieces[behind].Start);
            end = Math.Max(end, _pieces[behind].End);
            behind++;
        }

        Array.Copy(_pieces, behind, _pieces, at + 1, _count - behind);
        _pieces[at] = (start, end);
        // The last of too many is forgotten.
        _count = Math.Min(_count - (behind - at) + 1, MostPieces);
    }
}

/// <summary>The beginnings of an engine's streams: no more than so many at once, whose memory is used again.</summary>
/// <param name="budget">How many there may be, each of <see cref="StreamStart.Capacity"/> bytes.</param>
/// <param name="memory">They count in it; null: it isn't limited.</param>
internal sealed class StreamStarts(SharedBudget budget, FlowMemory? memory = null)
{
    private readonly Stack<StreamStart> _free = [];

    /// <summary>Streams for which there was no room.</summary>
    internal long Refused { get; private set; }

    /// <summary>Null when there's no room.</summary>
    internal StreamStart? Rent(uint first)
    {
        if (!_free.TryPop(out var start))
        {
            if (!TryTakeRoom())
            {
                Refused++;
                return null;
            }

            start = new StreamStart();
        }

        start.Begin(first);
        return start;
    }

    internal void Return(StreamStart start) => _free.Push(start);

    /// <summary>Gives back the memory of those that aren't used.</summary>
    internal void Release()
    {
        memory?.GiveBack(_free.Count * (long)StreamStart.Capacity);
        budget.GiveBack(_free.Count);
        _free.Clear();
    }

    private bool TryTakeRoom()
    {
        if (budget.Take(1) == 0)
        {
            return false;
        }

        if (memory?.TryTake(StreamStart.Capacity) != false)
        {
            return true;
        }

        budget.GiveBack(1);
        return false;
    }
}

/// <summary>The beginnings of a flow's two directions, as long as they're looked at.</summary>
internal sealed class FlowStarts(StreamStarts all)
{
    private StreamStart? _ab;
    private StreamStart? _ba;

    internal StreamStart? Of(bool fromA) => fromA ? _ab : _ba;

    /// <summary>Null when there's no room.</summary>
    internal StreamStart? Begin(bool fromA, uint first) => fromA ? _ab = all.Rent(first) : _ba = all.Rent(first);

    internal void End(bool fromA)
    {
        ref var start = ref fromA ? ref _ab : ref _ba;
        if (start is not null)
        {
            all.Return(start);
        }

        start = null;
    }

    internal void End()
    {
        End(true);
        End(false);
    }
}
