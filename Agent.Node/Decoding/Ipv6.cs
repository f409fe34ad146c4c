using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>IPv6 (RFC 8200, 3).</summary>
internal readonly ref struct Ipv6Header
{
    internal const int Length = 40;

    private Ipv6Header(ReadOnlySpan<byte> data)
    {
        PayloadLength = BinaryPrimitives.ReadUInt16BigEndian(data[4..]);
        NextHeader = data[6];
        HopLimit = data[7];
        SourceHigh = BinaryPrimitives.ReadUInt64BigEndian(data[8..]);
        SourceLow = BinaryPrimitives.ReadUInt64BigEndian(data[16..]);
        DestinationHigh = BinaryPrimitives.ReadUInt64BigEndian(data[24..]);
        DestinationLow = BinaryPrimitives.ReadUInt64BigEndian(data[32..]);
    }

    internal int PayloadLength { get; }

    internal byte NextHeader { get; }

    internal byte HopLimit { get; }

    internal ulong SourceHigh { get; }

    internal ulong SourceLow { get; }

    internal ulong DestinationHigh { get; }

    internal ulong DestinationLow { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out Ipv6Header header)
    {
        if (data.Length < Length || data[0] >> 4 != 6)
        {
            header = default;
            return false;
        }
        header = new Ipv6Header(data);
        return true;
    }
}

/// <summary>IPv6 extension headers (RFC 8200, 4; RFC 7045, 4 lists them; RFC 4302, 2 for AH): what follows, and where.</summary>
internal readonly ref struct Ipv6ExtensionHeader
{
    private const int MinimumLength = 8;
    private const ushort MoreFragmentsFlag = 1;

    private Ipv6ExtensionHeader(byte next, int length, ushort fragment, uint identification)
    {
        NextHeader = next;
        Length = length;
        FragmentOffset = fragment & ~7;
        MoreFragments = (fragment & MoreFragmentsFlag) != 0;
        Identification = identification;
    }

    internal byte NextHeader { get; }

    internal int Length { get; }

    /// <summary>Of a fragment header, in bytes.</summary>
    internal int FragmentOffset { get; }

    internal bool MoreFragments { get; }

    internal uint Identification { get; }

    internal static bool IsExtension(byte protocol) => protocol is IpProtocols.HopByHop or IpProtocols.Routing or IpProtocols.Fragment
        or IpProtocols.Authentication or IpProtocols.DestinationOptions or IpProtocols.Mobility or IpProtocols.HostIdentity or IpProtocols.Shim6;

    internal static bool TryRead(byte protocol, ReadOnlySpan<byte> data, out Ipv6ExtensionHeader header)
    {
        if (data.Length < MinimumLength)
        {
            header = default;
            return false;
        }
        header = protocol switch
        {
            IpProtocols.Fragment => new(data[0], MinimumLength, BinaryPrimitives.ReadUInt16BigEndian(data[2..]), BinaryPrimitives.ReadUInt32BigEndian(data[4..])),
            IpProtocols.Authentication => new(data[0], (data[1] + 2) * 4, 0, 0),
            _ => new(data[0], (data[1] + 1) * 8, 0, 0),
        };
        return true;
    }
}
