using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>IPv4 (RFC 791, 3.1).</summary>
internal readonly ref struct Ipv4Header
{
    private const int MinimumLength = 20;
    private const ushort MoreFragmentsFlag = 0x2000;
    private const ushort OffsetMask = 0x1fff;

    private readonly ushort _fragment;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Ipv4Header(ReadOnlySpan<byte> data)
    {
        HeaderLength = (data[0] & 0xf) * 4;
        TotalLength = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        Identification = BinaryPrimitives.ReadUInt16BigEndian(data[4..]);
        _fragment = BinaryPrimitives.ReadUInt16BigEndian(data[6..]);
        TimeToLive = data[8];
        Protocol = data[9];
        Source = BinaryPrimitives.ReadUInt32BigEndian(data[12..]);
        Destination = BinaryPrimitives.ReadUInt32BigEndian(data[16..]);
    }

    internal int HeaderLength { get; }

    internal int TotalLength { get; }

    internal ushort Identification { get; }

    internal byte TimeToLive { get; }

    internal byte Protocol { get; }

    internal uint Source { get; }

    internal uint Destination { get; }

    internal bool MoreFragments => (_fragment & MoreFragmentsFlag) != 0;

    /// <summary>In bytes.</summary>
    internal int FragmentOffset => (_fragment & OffsetMask) * 8;

    internal bool IsFragment => (_fragment & (MoreFragmentsFlag | OffsetMask)) != 0;

    /// <summary>False when the fixed part isn't whole, or version or header length are impossible.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryRead(ReadOnlySpan<byte> data, out Ipv4Header header)
    {
        if (data.Length < MinimumLength || data[0] >> 4 != 4 || (data[0] & 0xf) * 4 < MinimumLength)
        {
            header = default;
            return false;
        }
        header = new Ipv4Header(data);
        return true;
    }

    /// <summary>Whether this reads as an IPv4 header whose checksum is right (RFC 1071: the words add up to all ones).</summary>
    internal static bool HasGoodChecksum(ReadOnlySpan<byte> data)
    {
        if (!TryRead(data, out var header) || data.Length < header.HeaderLength)
        {
            return false;
        }

        uint sum = 0;
        for (var offset = 0; offset < header.HeaderLength; offset += sizeof(ushort))
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(data[offset..]);
        }

        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return sum == ushort.MaxValue;
    }
}
