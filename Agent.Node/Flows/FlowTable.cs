using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Agent.Node.Flows;

/// <summary>Told of every flow that leaves a table.</summary>
internal interface IFlowLeaving
{
    /// <summary>The record is still whole; its slot is free when this returns.</summary>
    void Leaving(ref FlowRecord record, bool evicted);
}

/// <summary>
/// A bounded hash table of flow records: open addressing with linear probing over an index of 8-byte slots (hash and
/// record number), records in chunks that never move, and lists by last use: open flows, finished ones, and one for each
/// timeout that some flows have instead of the common one.
/// The lists give eviction (oldest of all) and expiry (from the old end) without a scan.
/// A large table lives in main memory, so what a packet will need can be asked for ahead: first the index's slot, then
/// the record, then its neighbours in the list. Memory is asked for where it's shared with others; where there is none, the
/// oldest flow leaves for a new one. Not thread-safe: it belongs to whoever feeds it.
/// </summary>
internal sealed class FlowTable
{
    internal const byte Open = 0;
    internal const byte Closing = 1;

    /// <summary>The first of the lists of flows with a timeout of their own.</summary>
    internal const byte FirstTimeout = 2;
    private const int None = -1;
    private const int SmallestIndex = 64;

    /// <summary>What a flow may take: its record, the counters it was reported with, and its part of the index.</summary>
    private const int BytesPerFlow = FlowRecord.Size + 64;

    /// <summary>Flows touched within the same 2^29 ns (0.54 s) keep their order: most packets needn't move theirs, which costs their neighbours' cache lines.</summary>
    private const int OrderQuantumBits = 29;

    /// <summary>Flows that several tables have room for are taken, and given back, by so many.</summary>
    private const int LargestStep = 1024;

    private readonly IFlowLeaving _leaving;
    private readonly SharedBudget? _common;
    private readonly int _step;
    private readonly int[] _newest;
    private readonly int[] _oldest;
    private readonly FlowMemory? _memory;
    private FlowRecords _records = new();
    private ulong[] _index = LargeMemory.Array<ulong>(SmallestIndex);
    private uint _mask = SmallestIndex - 1;
    private int _capacity;
    private int _freeList = None;
    private int _used;

    /// <param name="capacity">Flows at most.</param>
    /// <param name="leaving">Told of each that leaves.</param>
    /// <param name="timeouts">How many lists for timeouts there are, from <see cref="FirstTimeout"/> on.</param>
    /// <param name="memory">The table's part of a memory that is limited; null: it isn't.</param>
    internal FlowTable(int capacity, IFlowLeaving leaving, int timeouts = 0, FlowMemory? memory = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _newest = new int[FirstTimeout + timeouts];
        _newest.AsSpan().Fill(None);
        _oldest = [.. _newest];
        _capacity = capacity;
        _leaving = leaving;
        _memory = memory;
    }

    /// <param name="capacity">Flows at most in several tables.</param>
    /// <param name="leaving">Told of each that leaves.</param>
    /// <param name="timeouts">How many lists for timeouts there are.</param>
    /// <param name="share">Which of the tables it is. The room is what they have together: one that needs it gets it.</param>
    internal FlowTable(int capacity, IFlowLeaving leaving, int timeouts, EngineShare share) : this(capacity, leaving, timeouts)
    {
        _common = share.Flows;
        _step = Math.Clamp(capacity / (share.Count * 16), 1, LargestStep);
        _capacity = (int)_common.Take(_step);
    }

    /// <summary>Flows in the table.</summary>
    internal int Count { get; private set; }

    /// <summary>Flows that had to leave, unfinished, to make room.</summary>
    internal long Evicted { get; private set; }

    /// <summary>Memory of records and index.</summary>
    internal long Bytes => _records.Bytes + ((long)_index.Length * sizeof(ulong));

    /// <summary>Numbers that flows have had: all flows there are have smaller ones.</summary>
    internal int Numbers => _used;

    /// <summary>The record of this number; it's one of a flow where it has <see cref="FlowFlags.Used"/>.</summary>
    internal ref FlowRecord this[int number] => ref _records[number];

    /// <summary>Asks for the slot where the search for this hash will begin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchSlot(uint hash) => Prefetch.Line(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_index), hash & _mask));

    /// <summary>Asks for the record the search for this hash will most likely end at; gives its number, or -1 where there's none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int PrefetchRecord(uint hash)
    {
        ref var index = ref MemoryMarshal.GetArrayDataReference(_index);
        for (var position = hash & _mask; ; position = (position + 1) & _mask)
        {
            var slot = Unsafe.Add(ref index, position);
            if (slot == 0)
            {
                return None;
            }

            if ((uint)(slot >> 32) != hash)
            {
                continue;
            }

            _records.PrefetchWhole(NumberIn(slot));
            return NumberIn(slot);
        }
    }

    /// <summary>Asks for the neighbours of a record that will move in its list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchNeighbours(int number, long now)
    {
        ref var record = ref _records[number];
        if (record.Touched == Quantum(now))
        {
            return;
        }

        if (record.Newer != None)
        {
            _records.PrefetchLinks(record.Newer);
        }

        if (record.Older != None)
        {
            _records.PrefetchLinks(record.Older);
        }
    }

    /// <inheritdoc cref="GetOrAdd(in FlowKey, uint, long, out bool)"/>
    internal ref FlowRecord GetOrAdd(scoped in FlowKey key, long now, out bool isNew) => ref GetOrAdd(key, KeyHash.Of(key), now, out isNew);

    /// <summary>The record of this key; a new one has its key, hash and number, and nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal ref FlowRecord GetOrAdd(scoped in FlowKey key, uint hash, long now, out bool isNew)
    {
        ref var record = ref Find(key, hash, out var isFound);
        isNew = !isFound;
        if (isNew)
        {
            return ref Add(key, hash, now);
        }

        Touch(ref record, now);
        return ref record;
    }

    /// <summary>The record of this key, used now; when there's none, there's nothing behind the reference.</summary>
    internal ref FlowRecord Use(scoped in FlowKey key, long now, out bool isFound)
    {
        ref var record = ref Find(key, KeyHash.Of(key), out isFound);
        if (isFound)
        {
            Touch(ref record, now);
        }

        return ref record;
    }

    /// <inheritdoc cref="Find(in FlowKey, uint, out bool)"/>
    internal ref FlowRecord Find(scoped in FlowKey key, out bool isFound) => ref Find(key, KeyHash.Of(key), out isFound);

    /// <summary>The record of this key, without using it; when there's none, there's nothing behind the reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref FlowRecord Find(scoped in FlowKey key, uint hash, out bool isFound)
    {
        ref var index = ref MemoryMarshal.GetArrayDataReference(_index);
        for (var position = hash & _mask; ; position = (position + 1) & _mask)
        {
            var slot = Unsafe.Add(ref index, position);
            if (slot == 0)
            {
                break;
            }

            if ((uint)(slot >> 32) != hash)
            {
                continue;
            }

            ref var record = ref _records[NumberIn(slot)];
            if (!record.Key.Matches(key))
            {
                continue;
            }

            isFound = true;
            return ref record;
        }
        isFound = false;
        return ref Unsafe.NullRef<FlowRecord>();
    }

    /// <summary>The counters a flow was last reported with.</summary>
    internal FlowCounters Reported(in FlowRecord record) => _records.Reported(record.Number);

    /// <summary>The flow was reported as it is now.</summary>
    internal void SetReported(in FlowRecord record) => _records.SetReported(record.Number, record.Counters);

    /// <summary>Puts a flow in the list of finished ones.</summary>
    internal void Close(ref FlowRecord record) => Move(ref record, Closing);

    /// <summary>Puts an open flow in the list of those with its timeout; a finished one stays where it is.</summary>
    internal void SetTimeout(ref FlowRecord record, byte list)
    {
        if (record.List != Closing)
        {
            Move(ref record, list);
        }
    }

    internal void Remove(ref FlowRecord record) => Remove(ref record, evicted: false);

    /// <summary>Lets the flows leave that weren't touched since the times given: of open ones, of finished ones, and of each list with a timeout.</summary>
    /// <returns>False: so many have left, and there may be more.</returns>
    internal bool Expire(long openBefore, long closingBefore, ReadOnlySpan<long> timeoutsBefore = default, int most = int.MaxValue)
    {
        Expire(Open, openBefore, ref most);
        Expire(Closing, closingBefore, ref most);
        for (var i = 0; i < timeoutsBefore.Length; i++)
        {
            Expire(FirstTimeout + i, timeoutsBefore[i], ref most);
        }

        GiveBackRoom();
        return most > 0;
    }

    /// <summary>Lets all flows leave, in the order of their numbers, which is that of memory: about the order they began in.</summary>
    internal void Clear()
    {
        for (var number = UsedFrom(0); number != None; number = UsedFrom(number + 1))
        {
            Leave(number);
        }

        Reset();
    }

    /// <summary>The first flow's number from this one on; -1 where there's none.</summary>
    internal int UsedFrom(int number)
    {
        while (number < _used && !_records[number].Has(FlowFlags.Used))
        {
            number++;
        }

        return number < _used ? number : None;
    }

    /// <summary>When this flow began, among others.</summary>
    internal ulong RankOf(int number) => _records[number].Rank;

    /// <summary>Lets a flow leave on the way to <see cref="Reset"/>: it can still be found.</summary>
    internal void Leave(int number)
    {
        ref var record = ref _records[number];
        _leaving.Leaving(ref record, evicted: false);
        record.Flags = FlowFlags.None;
    }

    /// <summary>All flows have left.</summary>
    internal void Reset()
    {
        Array.Fill(_newest, None);
        Array.Fill(_oldest, None);
        _used = 0;
        Count = 0;
        Use(new FlowRecords(), LargeMemory.Array<ulong>(SmallestIndex));
        GiveBackRoom();
    }

    /// <summary>Gives memory back if others ask for it: what's beyond the share, or half of what there is where that is less.</summary>
    internal void Share()
    {
        if (_memory is not null && _memory.Used > _memory.Share)
        {
            Shrink(FlowRecords.Whole((int)Math.Min(Math.Max(_memory.Share, _memory.Used / 2) / BytesPerFlow, int.MaxValue)));
        }
    }

    private static long Quantum(long time) => Math.Max(time, 0) >> OrderQuantumBits;

    private static int NumberIn(ulong slot) => (int)(uint)slot - 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ref FlowRecord Add(scoped in FlowKey key, uint hash, long now)
    {
        if ((Count == _capacity && !TakeRoom()) || (Count > 0 && _memory is not null && !_memory.TryTake(0)))
        {
            Evict();
        }

        if ((Count + 1) * 5L > _index.Length * 3L)
        {
            Grow();
        }

        var number = TakeNumber();
        ref var record = ref _records[number];
        record = default;
        _records.ForgetReported(number);
        record.Key = key;
        record.Hash = hash;
        record.Number = number;
        record.Touched = Quantum(now);
        record.Flags = FlowFlags.Used;
        LinkNewest(ref record);
        Insert(_index, _mask, hash, number);
        Count++;
        return ref record;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TakeRoom()
    {
        var more = (int)(_common?.Take(_step) ?? 0);
        _capacity += more;
        return more > 0;
    }

    private void GiveBackRoom()
    {
        var spare = (_capacity - Count - _step) / Math.Max(_step, 1) * _step;
        if (_common is null || spare <= 0)
        {
            return;
        }

        _capacity -= spare;
        _common.GiveBack(spare);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Touch(ref FlowRecord record, long now)
    {
        var quantum = Quantum(now);
        if (record.Touched != quantum)
        {
            MoveToNewest(ref record, quantum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveToNewest(ref FlowRecord record, long quantum)
    {
        record.Touched = quantum;
        if (_newest[record.List] == record.Number)
        {
            return;
        }

        Unlink(ref record);
        LinkNewest(ref record);
    }

    private void Expire(int list, long before, ref int most)
    {
        var quantum = Quantum(before);
        for (; most > 0 && _oldest[list] != None && _records[_oldest[list]].Touched < quantum; most--)
        {
            Remove(ref _records[_oldest[list]], evicted: false);
        }
    }

    private void Move(ref FlowRecord record, byte list)
    {
        if (record.List == list)
        {
            return;
        }

        Unlink(ref record);
        record.List = list;
        LinkNewest(ref record);
    }

    /// <summary>A finished flow goes first: it only stays for packets that are late.</summary>
    private void Evict()
    {
        if (_oldest[Closing] != None)
        {
            Remove(ref _records[_oldest[Closing]], evicted: false);
            return;
        }

        var oldest = None;
        foreach (var number in _oldest)
        {
            if (number != None && (oldest == None || _records[number].Touched < _records[oldest].Touched))
            {
                oldest = number;
            }
        }
        Evicted++;
        Remove(ref _records[oldest], evicted: true);
    }

    private void Remove(ref FlowRecord record, bool evicted)
    {
        _leaving.Leaving(ref record, evicted);
        var number = record.Number;
        Unlink(ref record);
        RemoveAt(PositionOf(record));
        record.Flags = FlowFlags.None;
        record.Older = _freeList;
        _freeList = number;
        Count--;
    }

    private uint PositionOf(in FlowRecord record)
    {
        for (var position = record.Hash & _mask; ; position = (position + 1) & _mask)
        {
            if (NumberIn(_index[position]) == record.Number)
            {
                return position;
            }
        }
    }

    /// <summary>Closes the gap, so that no probe ends early and no tombstones pile up.</summary>
    private void RemoveAt(uint gap)
    {
        for (var position = (gap + 1) & _mask; _index[position] != 0; position = (position + 1) & _mask)
        {
            var home = (uint)(_index[position] >> 32) & _mask;
            var distanceToGap = (gap - home) & _mask;
            var distanceToPosition = (position - home) & _mask;
            if (distanceToGap > distanceToPosition)
            {
                continue;
            }

            _index[gap] = _index[position];
            gap = position;
        }
        _index[gap] = 0;
    }

    private static void Insert(ulong[] index, uint mask, uint hash, int number)
    {
        var position = hash & mask;
        while (index[position] != 0)
        {
            position = (position + 1) & mask;
        }

        index[position] = ((ulong)hash << 32) | (uint)(number + 1);
    }

    private void Grow()
    {
        var larger = LargeMemory.Array<ulong>(_index.Length * 2);
        var mask = (uint)larger.Length - 1;
        foreach (var slot in _index)
        {
            if (slot != 0)
            {
                Insert(larger, mask, (uint)(slot >> 32), NumberIn(slot));
            }
        }
        _index = larger;
        _mask = mask;
    }

    private int TakeNumber()
    {
        if (_freeList == None)
        {
            if (_used < _records.Capacity || TryGrowRecords())
            {
                return _used++;
            }

            Evict();
        }

        var number = _freeList;
        _freeList = _records[number].Older;
        return number;
    }

    /// <summary>An empty table has its first few records in any case.</summary>
    private bool TryGrowRecords()
    {
        var growth = _records.Growth;
        if (_memory is not null && !_memory.TryTake((long)growth * BytesPerFlow))
        {
            growth = _records.LeastGrowth;
            if (_records.Capacity == 0)
            {
                _memory.Take((long)growth * BytesPerFlow);
            }
            else if (!_memory.TryTake((long)growth * BytesPerFlow))
            {
                return false;
            }
        }

        _records.Grow(growth);
        return true;
    }

    /// <summary>Lets the oldest flows leave that are too many, and moves the others together.</summary>
    private void Shrink(int most)
    {
        while (Count > most)
        {
            Evict();
        }

        var records = new FlowRecords();
        while (records.Capacity < Count)
        {
            records.Grow(records.LeastGrowth);
        }

        if (records.Capacity == _records.Capacity)
        {
            return;
        }

        var index = LargeMemory.Array<ulong>(Math.Max((int)BitOperations.RoundUpToPowerOf2((uint)Count * 2), SmallestIndex));
        var count = 0;
        for (var list = 0; list < _oldest.Length; list++)
        {
            var number = _oldest[list];
            _oldest[list] = _newest[list] = None;
            while (number != None)
            {
                ref var before = ref _records[number];
                ref var after = ref records[count];
                after = before;
                after.Number = count;
                after.Older = _newest[list];
                if (after.Older == None)
                {
                    _oldest[list] = count;
                }
                else
                {
                    records[after.Older].Newer = count;
                }

                _newest[list] = count;
                Insert(index, (uint)index.Length - 1, after.Hash, count);
                records.SetReported(count, _records.Reported(number));
                count++;
                number = before.Newer;
            }
        }

        _used = count;
        Use(records, index);
    }

    private void Use(FlowRecords records, ulong[] index)
    {
        _memory?.GiveBack((long)(_records.Capacity - records.Capacity) * BytesPerFlow);
        (_records, _index, _mask, _freeList) = (records, index, (uint)index.Length - 1, None);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LinkNewest(ref FlowRecord record)
    {
        ref var newest = ref _newest[record.List];
        record.Newer = None;
        record.Older = newest;
        if (newest != None)
        {
            _records[newest].Newer = record.Number;
        }
        else
        {
            _oldest[record.List] = record.Number;
        }

        newest = record.Number;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Unlink(ref FlowRecord record)
    {
        if (record.Newer != None)
        {
            _records[record.Newer].Older = record.Older;
        }
        else
        {
            _newest[record.List] = record.Older;
        }

        if (record.Older != None)
        {
            _records[record.Older].Newer = record.Newer;
        }
        else
        {
            _oldest[record.List] = record.Newer;
        }
    }
}

/// <summary>Asks the processor to fetch a cache line while other work goes on. A hint: nothing where there is none to give.</summary>
internal static class Prefetch
{
    /// <summary>The line that holds the start of the value. The address isn't followed, so it may be stale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void Line<T>(ref readonly T value)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in value)));
        }
    }
}
