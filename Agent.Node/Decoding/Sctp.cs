using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>SCTP's common header (RFC 9260, 3.1).</summary>
internal readonly ref struct SctpHeader
{
    private const int Length = 12;

    private SctpHeader(ushort source, ushort destination)
    {
        SourcePort = source;
        DestinationPort = destination;
    }

    internal ushort SourcePort { get; }

    internal ushort DestinationPort { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out SctpHeader header)
    {
        if (data.Length < Length)
        {
            header = default;
            return false;
        }
        header = new SctpHeader(BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]));
        return true;
    }
}
