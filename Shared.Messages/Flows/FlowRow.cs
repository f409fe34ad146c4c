using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Shared.Messages.Flows;

/// <summary>What a flow has, and which of its ends came first.</summary>
[Flags]
internal enum FlowParts : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A link layer.</summary>
    Link = 1,

    /// <summary>A network layer.</summary>
    Network = 2,

    /// <summary>A transport layer with ports.</summary>
    Transport = 4,

    /// <summary>An ICMP layer.</summary>
    Icmp = 8,

    /// <summary>Network addresses of IPv4.</summary>
    IPv4 = 16,

    /// <summary>Network addresses of IPv6.</summary>
    IPv6 = 32,
}

/// <summary>
/// A flow as one capture point sees it, in a fixed size: what <see cref="Flow"/> says of every flow. Texts are numbers of a
/// <see cref="FlowTexts"/>, 0 for none; what only some flows have lies beside it as details. Times are Unix milliseconds,
/// counters absolute.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowRow
{
    private const int Texts = 8;

    /// <summary>Unique per flow and capture point.</summary>
    public ulong Uuid;

    /// <summary>The tunnel's flow it travels in; 0 on the outside.</summary>
    public ulong ParentUuid;

    /// <summary>Equal wherever the same layers are seen.</summary>
    public ulong TrackingId;

    /// <summary>Equal wherever the same packets are seen.</summary>
    public ulong L3TrackingId;

    /// <summary>Network address of A: the upper half of IPv6's.</summary>
    public ulong NetworkAHigh;

    /// <summary>The lower half, or an IPv4 address.</summary>
    public ulong NetworkALow;

    /// <summary>Network address of B, as A's.</summary>
    public ulong NetworkBHigh;

    /// <inheritdoc cref="NetworkALow"/>
    public ulong NetworkBLow;

    /// <summary>VNI, key, labels: <see cref="FlowLayer.Id"/>.</summary>
    public long NetworkId;

    /// <summary>MAC address of A, in the lower 48 bits.</summary>
    public ulong LinkA;

    /// <summary>MAC address of B.</summary>
    public ulong LinkB;

    /// <summary>VLAN tags: <see cref="FlowLayer.Id"/>.</summary>
    public long LinkId;

    /// <summary>Packets from A to B.</summary>
    public long AbPackets;

    /// <summary>Their bytes.</summary>
    public long AbBytes;

    /// <summary>Packets from B to A.</summary>
    public long BaPackets;

    /// <summary>Their bytes.</summary>
    public long BaBytes;

    /// <summary>When the first packet passed.</summary>
    public long Start;

    /// <summary>When the last one did.</summary>
    public long Last;

    /// <summary>Until when this update looked, in milliseconds after <see cref="Last"/>.</summary>
    public long Quiet;

    /// <summary>Round trip in nanoseconds; 0 when not measured.</summary>
    public long Rtt;

    /// <summary>Number of <see cref="Flow.LayersPath"/>.</summary>
    public int LayersPath;

    /// <summary>Number of <see cref="Flow.Application"/>.</summary>
    public int Application;

    /// <summary>Number of <see cref="Flow.NodeTid"/>.</summary>
    public int NodeTid;

    /// <summary>Number of <see cref="Flow.CaptureId"/>.</summary>
    public int CaptureId;

    /// <summary>Number of <see cref="Flow.Host"/>.</summary>
    public int Host;

    /// <summary>Number of the network layer's protocol.</summary>
    public int NetworkProtocol;

    /// <summary>Number of the transport layer's protocol.</summary>
    public int TransportProtocol;

    /// <summary>Number of <see cref="IcmpLayer.Type"/>.</summary>
    public int IcmpType;

    /// <summary>How many packets each stands for; 0 or 1: counters are exact.</summary>
    public uint SamplingRate;

    /// <summary><see cref="Flow.RawPacketsCaptured"/>.</summary>
    public uint RawPackets;

    /// <summary>Port of A.</summary>
    public ushort PortA;

    /// <summary>Port of B.</summary>
    public ushort PortB;

    /// <summary><see cref="IcmpLayer.Id"/>.</summary>
    public ushort IcmpId;

    /// <summary><see cref="IcmpLayer.Code"/>.</summary>
    public byte IcmpCode;

    /// <summary>What it has.</summary>
    public FlowParts Parts;

    /// <summary>How it ended.</summary>
    public FinishType Finish;

    /// <summary>All that are numbers of texts: they lie together.</summary>
    [UnscopedRef]
    public Span<int> TextNumbers => MemoryMarshal.CreateSpan(ref LayersPath, Texts);

    /// <summary>The same of a row that isn't to be changed.</summary>
    public static ReadOnlySpan<int> TextNumbersOf(in FlowRow row) => MemoryMarshal.CreateReadOnlySpan(in row.LayersPath, Texts);

    /// <summary>Whether it has some part.</summary>
    public readonly bool Has(FlowParts part) => (Parts & part) == part;
}
