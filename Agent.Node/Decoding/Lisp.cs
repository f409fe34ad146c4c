using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>LISP's data header (RFC 9300, 5.1), with the next protocol that its generic extension has in it (RFC 9305, 3).</summary>
internal readonly ref struct LispHeader
{
    internal const int Length = 8;
    private const byte InstanceFlag = 0x08;
    private const byte NextProtocolFlag = 0x04;

    private LispHeader(uint instance, ushort protocol)
    {
        Instance = instance;
        Protocol = protocol;
    }

    /// <summary>The instance identifier, 24 bits; 0 where there's none.</summary>
    internal uint Instance { get; }

    /// <summary>The EtherType of what's inside; 0 for what we don't decode.</summary>
    internal ushort Protocol { get; }

    /// <summary>False when truncated, or when what isn't said to follow can't be the IP packet it must be.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out LispHeader header)
    {
        header = default;
        if (data.Length <= Length)
        {
            return false;
        }

        var instance = (data[0] & InstanceFlag) != 0 ? BinaryPrimitives.ReadUInt32BigEndian(data[4..]) >> 8 : 0;
        var protocol = (data[0] & NextProtocolFlag) != 0 ? NextProtocols.EtherTypeOf(data[3]) : (data[Length] >> 4) switch
        {
            4 => EtherTypes.IPv4,
            6 => EtherTypes.IPv6,
            _ => (ushort)0,
        };
        header = new LispHeader(instance, protocol);
        return protocol != 0;
    }
}
