using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>GENEVE (RFC 8926, 3.4) with its options (3.5).</summary>
internal readonly ref struct GeneveHeader
{
    internal const int MinimumLength = 8;

    private GeneveHeader(uint networkId, ushort protocol, int length)
    {
        NetworkId = networkId;
        Protocol = protocol;
        Length = length;
    }

    /// <summary>The VNI: 24 bits.</summary>
    internal uint NetworkId { get; }

    internal ushort Protocol { get; }

    /// <summary>With the options.</summary>
    internal int Length { get; }

    /// <summary>False when truncated (options count) or of a version other than 0.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out GeneveHeader header)
    {
        header = default;
        if (data.Length < MinimumLength || data[0] >> 6 != 0)
        {
            return false;
        }

        var length = MinimumLength + ((data[0] & 0x3f) * 4);
        if (data.Length < length)
        {
            return false;
        }

        header = new GeneveHeader(BinaryPrimitives.ReadUInt32BigEndian(data[4..]) >> 8, BinaryPrimitives.ReadUInt16BigEndian(data[2..]), length);
        return true;
    }
}
