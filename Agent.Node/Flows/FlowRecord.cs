using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agent.Node.Decoding;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>Packets and bytes per direction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowCounters
{
    internal long AbPackets;
    internal long AbBytes;
    internal long BaPackets;
    internal long BaBytes;

    /// <summary>Counts up to the highest number there is. Without a branch: which way packets go can't be predicted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(bool fromA, long packets, long bytes)
    {
        ref var direction = ref Unsafe.Add(ref AbPackets, fromA ? 0 : 2);
        direction = Sum(direction, packets);
        Unsafe.Add(ref direction, 1) = Sum(Unsafe.Add(ref direction, 1), bytes);
    }

    /// <summary>What so many stand for at a sampling rate, up to the highest number there is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Scaled(long count, uint samplingRate) =>
        samplingRate == 1 ? count : count > long.MaxValue / Math.Max(samplingRate, 1) ? long.MaxValue : count * samplingRate;

    /// <summary>Of two numbers without a sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Sum(long one, long other)
    {
        var sum = unchecked(one + other);
        // One that has a sign ran over.
        return (sum | (sum >> 63)) & long.MaxValue;
    }

    public static FlowCounters operator -(in FlowCounters now, in FlowCounters before) => new()
    {
        AbPackets = now.AbPackets - before.AbPackets,
        AbBytes = now.AbBytes - before.AbBytes,
        BaPackets = now.BaPackets - before.BaPackets,
        BaBytes = now.BaBytes - before.BaBytes,
    };
}

/// <summary>What a record says about itself in one bit each.</summary>
[Flags]
internal enum FlowFlags : ushort
{
    None = 0,

    /// <summary>The first packet went from the key's higher end to its lower: A is the higher end.</summary>
    AIsHigh = 1,
    HasLink = 2,
    IsTunnel = 4,

    /// <summary>Changed since it was last reported.</summary>
    Changed = 8,
    AbFin = 16,
    BaFin = 32,

    /// <summary>In the table; clear in a free slot.</summary>
    Used = 64,

    /// <summary>Whose SYN <see cref="FlowRecord.SynSequence"/> is of.</summary>
    AbSyn = 128,
    BaSyn = 256,

    /// <summary><see cref="FlowRecord.AnswerSequence"/> is known.</summary>
    Answered = 512,

    /// <summary>The first bytes of the direction's stream were looked at, or are waited for.</summary>
    AbBegun = 1024,
    BaBegun = 2048,

    /// <summary>A tunnel whose other direction has an ID of its own: <see cref="TunnelPairs"/> knows it.</summary>
    Paired = 4096,
}

/// <summary>
/// One flow in the table, in four cache lines: the first two are what every packet reads or writes, the third what
/// moving it in a list does. Times are nanoseconds since 1970.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = Size)]
internal struct FlowRecord
{
    /// <summary>In bytes; a multiple of a cache line's 64.</summary>
    internal const int Size = 256;

    /// <summary>Where the line begins that only moving the record in a list touches.</summary>
    internal const int LinksOffset = 128;

    private const int ListShift = 16;
    private const int TouchedShift = 24;

    internal FlowKey Key;
    internal FlowCounters Counters;
    internal long Last;

    /// <summary>Flags in the lowest 16 bits, then the list in 8, then when it was touched in 40.</summary>
    private ulong _state;

    internal int Newer;
    internal int Older;

    /// <summary>Its own in the table.</summary>
    internal int Number;
    internal uint Hash;
    internal ulong Uuid;

    /// <summary>When the SYN or the ICMP query, that an answer is awaited for, was seen.</summary>
    internal long RequestedAt;

    /// <summary>0 when not measured.</summary>
    internal long RoundTrip;

    /// <summary>Of the ICMP query an answer is awaited for.</summary>
    internal ushort RequestSequence;
    internal ushort PortA;
    internal ushort PortB;
    internal ushort IcmpId;
    internal byte IcmpType;
    internal byte IcmpCode;
    internal byte LinkLayers;

    /// <summary>How many more packets are looked at for their application: A's in the lower four bits, B's in the higher.</summary>
    internal byte Looks;
    internal byte Finish;
    internal LayerType Transport;

    /// <summary>Which of its batch's flows it was: those further outside came first, then those of earlier packets.</summary>
    internal ushort BeganAs;

    /// <summary>How many packets each packet stands for, where it isn't one.</summary>
    internal uint SamplingRate;

    /// <summary>Packets put together from fragments.</summary>
    internal int Fragments;

    /// <summary>Of the first SYN.</summary>
    internal uint SynSequence;

    /// <summary>Of the SYN that answered it.</summary>
    internal uint AnswerSequence;

    /// <summary>The flow's number in the <see cref="FlowDetailStore"/>; 0: it has no details.</summary>
    internal int Details;

    /// <summary>The batch of packets it began in.</summary>
    internal uint BeganIn;

    /// <summary>The layers as the first packet had them.</summary>
    internal LayersPath Path;

    /// <summary>MAC addresses of A and B, also where they aren't in the key.</summary>
    internal ulong LinkA;
    internal ulong LinkB;
    internal ulong VlanTags;
    internal long Start;
    internal long ReportedAt;

    internal FlowFlags Flags
    {
        readonly get => (FlowFlags)(ushort)_state;
        set => _state = (_state & ~(ulong)ushort.MaxValue) | (ushort)value;
    }

    /// <summary>Which of the table's lists it's in.</summary>
    internal byte List
    {
        readonly get => (byte)(_state >> ListShift);
        set => _state = (_state & ~((ulong)byte.MaxValue << ListShift)) | ((ulong)value << ListShift);
    }

    /// <summary>The table's clock at the last packet, in its own coarse unit: unlike <see cref="Last"/> it never goes back.</summary>
    internal long Touched
    {
        readonly get => (long)(_state >> TouchedShift);
        set => _state = (_state & ((1UL << TouchedShift) - 1)) | ((ulong)value << TouchedShift);
    }

    /// <summary>Smaller for flows that began earlier.</summary>
    internal readonly ulong Rank => ((ulong)BeganIn << 16) | BeganAs;

    internal readonly bool Has(FlowFlags flag) => ((ushort)_state & (ushort)flag) != 0;

    internal FinishType FinishType
    {
        readonly get => (FinishType)Finish;
        set => Finish = (byte)value;
    }
}
