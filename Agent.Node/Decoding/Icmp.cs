using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>ICMP (RFC 792) and ICMPv6 (RFC 4443, 2.1): type, code, and of an echo its identifier and sequence number.</summary>
internal readonly ref struct IcmpHeader
{
    internal const byte EchoReplyV4 = 0;
    internal const byte EchoRequestV4 = 8;
    internal const byte EchoRequestV6 = 128;
    internal const byte EchoReplyV6 = 129;
    private const int Length = 8;

    private IcmpHeader(byte type, byte code, ushort id, ushort sequence)
    {
        Type = type;
        Code = code;
        Id = id;
        Sequence = sequence;
    }

    internal byte Type { get; }

    internal byte Code { get; }

    /// <summary>Of an echo; the same bytes mean other things in other messages.</summary>
    internal ushort Id { get; }

    internal ushort Sequence { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out IcmpHeader header)
    {
        if (data.Length < Length)
        {
            header = default;
            return false;
        }
        header = new IcmpHeader(data[0], data[1], BinaryPrimitives.ReadUInt16BigEndian(data[4..]), BinaryPrimitives.ReadUInt16BigEndian(data[6..]));
        return true;
    }
}
