using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Agent.Node.Flows;

/// <summary>
/// The memory of a table's records: chunks that never move, each record on a cache line's boundary, so that the fields
/// every packet touches lie in the first two of its four lines. Chunks come as they are needed and stay; only the first begins
/// small, and moves while it grows: most tables are a tunnel's, or a container's, and have few flows.
/// </summary>
internal sealed class FlowRecords
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const int SmallestChunk = 32;
    private const int CacheLine = 64;
    private const int ChunksPerSlab = 16;

    private Chunk[] _chunks = [];

    /// <summary>What each flow's counters were when it was last reported; apart, for only tables that report updates need it.</summary>
    private FlowCounters[]?[] _reported = [];

    /// <summary>How many records there is memory for.</summary>
    internal int Capacity { get; private set; }

    /// <summary>How many more there will be memory for when it grows: few while there are few, whole huge pages' worth after that.</summary>
    internal int Growth => Capacity switch
    {
        0 => SmallestChunk,
        < ChunkSize => Capacity,
        < ChunksPerSlab * ChunkSize => ChunkSize,
        _ => ChunksPerSlab * ChunkSize,
    };

    /// <summary>As little as it can grow by.</summary>
    internal int LeastGrowth => Math.Min(Growth, ChunkSize);

    /// <summary>The most records, of no more than so many, that there can be memory for and none beyond.</summary>
    internal static int Whole(int most) => most < ChunkSize ? Math.Max((int)BitOperations.RoundUpToPowerOf2((uint)most + 1) / 2, SmallestChunk) : most / ChunkSize * ChunkSize;

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
        chunk ??= new FlowCounters[Math.Min(Capacity, ChunkSize)];
        chunk[number & (ChunkSize - 1)] = counters;
    }

    /// <summary>Makes room for some more records.</summary>
    /// <param name="growth"><see cref="Growth"/> or <see cref="LeastGrowth"/>.</param>
    internal unsafe void Grow(int growth)
    {
        var isFirst = Capacity < ChunkSize;
        var records = isFirst ? Capacity + growth : growth;
        var alignment = growth <= ChunkSize ? CacheLine : LargeMemory.HugePage;
        var bytes = LargeMemory.Uninitialized<byte>((records * FlowRecord.Size) + alignment);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
        var start = (int)(((address + (nuint)alignment - 1) & ~((nuint)alignment - 1)) - address);
        if (isFirst && Capacity > 0)
        {
            _chunks[0].Bytes.AsSpan(_chunks[0].Start, Capacity * FlowRecord.Size).CopyTo(bytes.AsSpan(start));
            _chunks[0] = new Chunk(bytes, start);
            if (_reported[0] is not null)
            {
                Array.Resize(ref _reported[0], records);
            }
        }
        else
        {
            var first = _chunks.Length;
            Array.Resize(ref _chunks, first + Math.Max(growth / ChunkSize, 1));
            for (var i = first; i < _chunks.Length; i++)
            {
                _chunks[i] = new Chunk(bytes, start + ((i - first) * ChunkSize * FlowRecord.Size));
            }

            Array.Resize(ref _reported, _chunks.Length);
        }

        Capacity += growth;
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
