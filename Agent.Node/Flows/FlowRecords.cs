using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Agent.Node.Flows;

/// <summary>
/// The memory of a table's records: chunks that never move, each record on a cache line's boundary, so that the fields
/// every packet touches lie in the first two of its four lines. Chunks come as they are needed and stay.
/// </summary>
internal sealed class FlowRecords
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const int CacheLine = 64;
    private const int ChunksPerSlab = 16;

    private Chunk[] _chunks = [];

    /// <summary>What each flow's counters were when it was last reported; apart, for only tables that report updates need it.</summary>
    private FlowCounters[]?[] _reported = [];

    /// <summary>How many records there is memory for.</summary>
    internal int Capacity => _chunks.Length * ChunkSize;

    internal long Bytes
    {
        get
        {
            var bytes = (long)Capacity * FlowRecord.Size;
            foreach (var chunk in _reported)
            {
                bytes += (chunk?.Length ?? 0) * Unsafe.SizeOf<FlowCounters>();
            }

            return bytes;
        }
    }

    internal ref FlowRecord this[int number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<byte, FlowRecord>(ref At(number));
    }

    /// <summary>Asks for the lines that counting a packet and moving the record in a list touch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchWhole(int number)
    {
        ref var start = ref At(number);
        Prefetch.Line(ref start);
        Prefetch.Line(ref Unsafe.Add(ref start, CacheLine));
        Prefetch.Line(ref Unsafe.Add(ref start, FlowRecord.LinksOffset));
    }

    /// <summary>Asks for the line that moving the record, or its neighbour, in a list touches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchLinks(int number) => Prefetch.Line(ref Unsafe.Add(ref At(number), FlowRecord.LinksOffset));

    /// <summary>The counters a flow was last reported with: zeros, if it never was.</summary>
    internal FlowCounters Reported(int number) => _reported[number >> ChunkBits]?[number & (ChunkSize - 1)] ?? default;

    /// <summary>The number is another flow's now.</summary>
    internal void ForgetReported(int number)
    {
        if (_reported[number >> ChunkBits] is { } chunk)
        {
            chunk[number & (ChunkSize - 1)] = default;
        }
    }

    internal void SetReported(int number, in FlowCounters counters)
    {
        ref var chunk = ref _reported[number >> ChunkBits];
        chunk ??= new FlowCounters[ChunkSize];
        chunk[number & (ChunkSize - 1)] = counters;
    }

    /// <summary>Makes room for some more records: few while there are few, a slab of whole huge pages after that.</summary>
    internal unsafe void Grow()
    {
        var chunks = _chunks.Length < ChunksPerSlab ? 1 : ChunksPerSlab;
        var alignment = chunks == 1 ? CacheLine : LargeMemory.HugePage;
        var bytes = LargeMemory.Uninitialized<byte>((chunks * ChunkSize * FlowRecord.Size) + alignment);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
        var start = (int)(((address + (nuint)alignment - 1) & ~((nuint)alignment - 1)) - address);
        var first = _chunks.Length;
        Array.Resize(ref _chunks, first + chunks);
        for (var i = 0; i < chunks; i++)
        {
            _chunks[first + i] = new Chunk(bytes, start + (i * ChunkSize * FlowRecord.Size));
        }

        Array.Resize(ref _reported, _chunks.Length);
    }

    /// <summary>Without touching it: a reference to a field would have to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte At(int number)
    {
        ref readonly var chunk = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_chunks), number >> ChunkBits);
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(chunk.Bytes), chunk.Start + ((number & (ChunkSize - 1)) * FlowRecord.Size));
    }

    /// <param name="Bytes">Pinned: its alignment must last.</param>
    /// <param name="Start">Of the first record in them.</param>
    private readonly record struct Chunk(byte[] Bytes, int Start);
}
