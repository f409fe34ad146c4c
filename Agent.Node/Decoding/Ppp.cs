using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>PPPoE (RFC 2516, 4).</summary>
internal readonly ref struct PppoeHeader
{
    internal const int Length = 6;

    private PppoeHeader(ushort session) => Session = session;

    internal ushort Session { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out PppoeHeader header)
    {
        const byte versionAndType = 0x11;
        if (data.Length < Length || data[0] != versionAndType)
        {
            header = default;
            return false;
        }
        header = new PppoeHeader(BinaryPrimitives.ReadUInt16BigEndian(data[2..]));
        return true;
    }
}

/// <summary>PPP (RFC 1661, 2), with or without HDLC's address and control bytes (RFC 1662, 3.1) and protocol compression (RFC 1661, 6.5).</summary>
internal readonly ref struct PppHeader
{
    private const ushort IPv4 = 0x0021;
    private const ushort IPv6 = 0x0057;
    private const ushort Mpls = 0x0281;
    private const ushort MplsMulticast = 0x0283;
    private const ushort AddressAndControl = 0xff03;

    private PppHeader(ushort protocol, int length, bool hasAddressAndControl)
    {
        Protocol = protocol;
        Length = length;
        HasAddressAndControl = hasAddressAndControl;
    }

    internal ushort Protocol { get; }

    internal int Length { get; }

    internal bool HasAddressAndControl { get; }

    /// <summary>The EtherType that means the same, or 0.</summary>
    internal ushort EtherType => Protocol switch { IPv4 => EtherTypes.IPv4, IPv6 => EtherTypes.IPv6, Mpls or MplsMulticast => EtherTypes.Mpls, _ => 0 };

    internal static bool TryRead(ReadOnlySpan<byte> data, out PppHeader header)
    {
        header = default;
        var length = data.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(data) == AddressAndControl ? 2 : 0;
        if (data.Length <= length)
        {
            return false;
        }

        var compressed = (data[length] & 1) != 0;
        if (!compressed && data.Length < length + 2)
        {
            return false;
        }

        header = compressed
            ? new PppHeader(data[length], length + 1, length > 0)
            : new PppHeader(BinaryPrimitives.ReadUInt16BigEndian(data[length..]), length + 2, length > 0);
        return true;
    }
}
