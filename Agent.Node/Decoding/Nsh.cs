using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>
/// The Network Service Header (RFC 8300, 2): a service path, which belongs to a direction, and what follows. The index in the
/// path and the metadata differ from hop to hop; they tell no flows apart.
/// </summary>
internal readonly ref struct NshHeader
{
    private const int MinimumLength = 8;

    private NshHeader(uint path, ushort protocol, int length)
    {
        Path = path;
        Protocol = protocol;
        Length = length;
    }

    /// <summary>The service path identifier: 24 bits.</summary>
    internal uint Path { get; }

    /// <summary>The EtherType of what's inside; 0 for what we don't decode.</summary>
    internal ushort Protocol { get; }

    internal int Length { get; }

    /// <summary>False when truncated (metadata counts), shorter than it must be, or of a version other than 0.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out NshHeader header)
    {
        header = default;
        if (data.Length < MinimumLength || data[0] >> 6 != 0)
        {
            return false;
        }

        var length = (data[1] & 0x3f) * sizeof(uint);
        if (length < MinimumLength || data.Length < length)
        {
            return false;
        }

        header = new NshHeader(BinaryPrimitives.ReadUInt32BigEndian(data[4..]) >> 8, NextProtocols.EtherTypeOf(data[3]), length);
        return true;
    }
}
