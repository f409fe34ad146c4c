using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>UDP (RFC 768).</summary>
internal readonly ref struct UdpHeader
{
    internal const int Length = 8;

    private UdpHeader(ushort source, ushort destination)
    {
        SourcePort = source;
        DestinationPort = destination;
    }

    internal ushort SourcePort { get; }

    internal ushort DestinationPort { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryRead(ReadOnlySpan<byte> data, out UdpHeader header)
    {
        if (data.Length < Length)
        {
            header = default;
            return false;
        }
        header = new UdpHeader(BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]));
        return true;
    }
}
