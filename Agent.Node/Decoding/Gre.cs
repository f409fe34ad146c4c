using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>
/// GRE (RFC 2784; key and sequence number RFC 2890), NVGRE in it (RFC 7637, 3.2) and its version 1 as PPTP uses it
/// (RFC 2637, 4.1).
/// </summary>
internal readonly ref struct GreHeader
{
    private const int MinimumLength = 4;
    private const ushort ChecksumFlag = 0x8000;
    private const ushort RoutingFlag = 0x4000;
    private const ushort KeyFlag = 0x2000;
    private const ushort SequenceFlag = 0x1000;
    private const ushort AcknowledgmentFlag = 0x0080;
    private const ushort VersionMask = 0x0007;
    private const int FlowIdBits = 8;

    private GreHeader(ushort flags, ushort protocol, uint key, uint sequence, int length)
    {
        Version = flags & VersionMask;
        HasKey = (flags & KeyFlag) != 0;
        HasSequence = (flags & SequenceFlag) != 0;
        Protocol = protocol;
        Key = key;
        Sequence = sequence;
        Length = length;
    }

    internal int Version { get; }

    /// <summary>The EtherType of what's inside.</summary>
    internal ushort Protocol { get; }

    internal bool HasKey { get; }

    /// <summary>Version 1: the call ID. 0 when there's none.</summary>
    internal uint Key { get; }

    internal bool HasSequence { get; }

    internal uint Sequence { get; }

    internal int Length { get; }

    /// <summary>NVGRE's virtual subnet: the key without the FlowID, which only spreads load.</summary>
    internal uint VirtualSubnet => VirtualSubnetOf(Key);

    /// <summary>
    /// Whether it may be NVGRE: Ethernet with a key and nothing else. Linux' gretap and Open vSwitch send the same header
    /// with a key of their own, so that only the user knows.
    /// </summary>
    internal bool FitsNvgre => Protocol == EtherTypes.TransparentEthernetBridging && HasKey && !HasSequence && Version == 0;

    internal static uint VirtualSubnetOf(uint key) => key >> FlowIdBits;

    /// <summary>False when truncated, of an unknown version, or with RFC 1701's source routes, which RFC 2784 (2.3) says to discard.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out GreHeader header)
    {
        header = default;
        if (data.Length < MinimumLength)
        {
            return false;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(data);
        var version = flags & VersionMask;
        if (version > 1 || (flags & RoutingFlag) != 0)
        {
            return false;
        }

        var length = MinimumLength;
        if ((flags & ChecksumFlag) != 0)
        {
            length += 4;
        }

        uint key = 0;
        if ((flags & KeyFlag) != 0)
        {
            if (data.Length < length + 4)
            {
                return false;
            }

            key = BinaryPrimitives.ReadUInt32BigEndian(data[length..]);
            if (version == 1)
            {
                key &= ushort.MaxValue;
            }

            length += 4;
        }
        uint sequence = 0;
        if ((flags & SequenceFlag) != 0)
        {
            if (data.Length < length + 4)
            {
                return false;
            }

            sequence = BinaryPrimitives.ReadUInt32BigEndian(data[length..]);
            length += 4;
        }
        if (version == 1 && (flags & AcknowledgmentFlag) != 0)
        {
            length += 4;
        }

        if (data.Length < length)
        {
            return false;
        }

        header = new GreHeader(flags, BinaryPrimitives.ReadUInt16BigEndian(data[2..]), key, sequence, length);
        return true;
    }
}
