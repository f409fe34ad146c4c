using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>DCCP's generic header (RFC 4340, 5.1): the ports.</summary>
internal readonly ref struct DccpHeader
{
    private const int MinimumLength = 12;

    private DccpHeader(ushort source, ushort destination)
    {
        SourcePort = source;
        DestinationPort = destination;
    }

    internal ushort SourcePort { get; }

    internal ushort DestinationPort { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out DccpHeader header)
    {
        if (data.Length < MinimumLength)
        {
            header = default;
            return false;
        }
        header = new DccpHeader(BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]));
        return true;
    }
}
