using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>ICMP (RFC 792) and ICMPv6 (RFC 4443, 2.1): type, code, and of what is asked and answered its identifier and sequence number.</summary>
internal readonly ref struct IcmpHeader
{
    internal const int Length = 8;

    private IcmpHeader(byte type, byte code, ushort id, ushort sequence)
    {
        Type = type;
        Code = code;
        Id = id;
        Sequence = sequence;
    }

    internal byte Type { get; }

    internal byte Code { get; }

    /// <summary>Where <see cref="IcmpExchange"/> says so; the same bytes mean other things in other messages.</summary>
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
