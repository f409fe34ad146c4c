using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>TCP (RFC 9293, 3.1).</summary>
internal readonly ref struct TcpHeader
{
    internal const byte Fin = 0x01;
    internal const byte Syn = 0x02;
    internal const byte Rst = 0x04;
    internal const byte Ack = 0x10;
    internal const int MinimumLength = 20;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TcpHeader(ReadOnlySpan<byte> data)
    {
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(data);
        DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        Sequence = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        Flags = data[13];
    }

    internal ushort SourcePort { get; }

    internal ushort DestinationPort { get; }

    internal uint Sequence { get; }

    internal byte Flags { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryRead(ReadOnlySpan<byte> data, out TcpHeader header)
    {
        if (data.Length < MinimumLength)
        {
            header = default;
            return false;
        }
        header = new TcpHeader(data);
        return true;
    }
}
