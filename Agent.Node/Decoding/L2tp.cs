using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>
/// L2TP's data messages: version 2 in UDP (RFC 2661, 3.1), which carry PPP, and version 3 in UDP or IP (RFC 3931, 4.1), which
/// don't say what they carry, nor how long the cookie before it is. Identifiers belong to the end that receives them.
/// </summary>
internal readonly ref struct L2tpHeader
{
    private const ushort ControlFlag = 0x8000;
    private const ushort LengthFlag = 0x4000;
    private const ushort SequenceFlag = 0x0800;
    private const ushort OffsetFlag = 0x0200;
    private const ushort Reserved = 0x34f0;
    private const ushort VersionMask = 0x000f;
    private const int MinimumLength = 6;
    private const int SessionLength3 = 4;
    private const int HeaderLength3 = 8;

    /// <summary>A cookie of at most eight bytes (RFC 3931, 4.1) and a sublayer of four (4.6).</summary>
    private const int LongestBeforePayload = 12;

    private L2tpHeader(int version, uint session, LinkType inner, int length)
    {
        Version = version;
        Session = session;
        Inner = inner;
        Length = length;
    }

    internal int Version { get; }

    /// <summary>Version 2: the tunnel's identifier shifted left by 16 bits, and the session's.</summary>
    internal uint Session { get; }

    internal LinkType Inner { get; }

    internal int Length { get; }

    /// <summary>In UDP; false for control messages, too: they are no tunnel's traffic.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out L2tpHeader header)
    {
        header = default;
        if (data.Length < MinimumLength)
        {
            return false;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(data);
        return (flags & VersionMask) switch
        {
            2 when (flags & (ControlFlag | Reserved)) == 0 => TryRead2(data, flags, out header),
            3 when (flags & ~VersionMask) == 0 => TryRead3(data, HeaderLength3, out header),
            _ => false,
        };
    }

    /// <summary>In IP; session 0 is for control messages (RFC 3931, 4.1.1.1).</summary>
    internal static bool TryReadInIp(ReadOnlySpan<byte> data, out L2tpHeader header) => TryRead3(data, SessionLength3, out header);

    private static bool TryRead2(ReadOnlySpan<byte> data, ushort flags, out L2tpHeader header)
    {
        header = default;
        var offset = sizeof(ushort) + ((flags & LengthFlag) != 0 ? sizeof(ushort) : 0);
        if (data.Length < offset + sizeof(uint))
        {
            return false;
        }

        var session = BinaryPrimitives.ReadUInt32BigEndian(data[offset..]);
        offset += sizeof(uint) + ((flags & SequenceFlag) != 0 ? sizeof(uint) : 0);
        if ((flags & OffsetFlag) != 0)
        {
            if (data.Length < offset + sizeof(ushort))
            {
                return false;
            }

            offset += sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(data[offset..]);
        }
        if (data.Length < offset)
        {
            return false;
        }

        header = new L2tpHeader(2, session, LinkType.Ppp, offset);
        return true;
    }

    private static bool TryRead3(ReadOnlySpan<byte> data, int length, out L2tpHeader header)
    {
        header = default;
        if (data.Length < length || BinaryPrimitives.ReadUInt32BigEndian(data[(length - sizeof(uint))..]) is var session && session == 0)
        {
            return false;
        }

        var inner = GuessInner(data[length..], out var skip);
        header = new L2tpHeader(3, session, inner, length + skip);
        return true;
    }

    /// <summary>Both ends know from the session's start what it carries; we see what reads as a frame we know, or as PPP or IP.</summary>
    private static LinkType GuessInner(ReadOnlySpan<byte> data, out int skip)
    {
        for (skip = 0; skip <= LongestBeforePayload && skip < data.Length; skip += sizeof(uint))
        {
            var rest = data[skip..];
            if (EthernetHeader.TryRead(rest, out var ethernet) && EtherTypes.IsKnown(ethernet.Type) && ethernet.CanBeSent)
            {
                return LinkType.Ethernet;
            }

            if (PppHeader.TryRead(rest, out var ppp) && ppp.HasAddressAndControl)
            {
                return LinkType.Ppp;
            }

            if (Ipv4Header.HasGoodChecksum(rest))
            {
                return LinkType.Ip;
            }
        }
        skip = 0;
        return LinkType.None;
    }
}
