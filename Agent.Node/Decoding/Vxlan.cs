using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>VXLAN (RFC 7348, 5) and its Generic Protocol Extension (draft-ietf-nvo3-vxlan-gpe).</summary>
internal readonly ref struct VxlanHeader
{
    internal const int Length = 8;
    private const byte InstanceFlag = 0x08;
    private const byte NextProtocolFlag = 0x04;

    private VxlanHeader(uint networkId, LinkType inner)
    {
        NetworkId = networkId;
        Inner = inner;
    }

    /// <summary>The VNI: 24 bits.</summary>
    internal uint NetworkId { get; }

    /// <summary>None when GPE carries something we don't decode.</summary>
    internal LinkType Inner { get; }

    /// <summary>False when truncated, or when the flag that says the VNI is valid isn't set: then it's not VXLAN.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out VxlanHeader header)
    {
        if (data.Length < Length || (data[0] & InstanceFlag) == 0)
        {
            header = default;
            return false;
        }
        header = new VxlanHeader(BinaryPrimitives.ReadUInt32BigEndian(data[4..]) >> 8, LinkType.Ethernet);
        return true;
    }

    internal static bool TryReadGpe(ReadOnlySpan<byte> data, out VxlanHeader header)
    {
        if (!TryRead(data, out header))
            return false;
        if ((data[0] & NextProtocolFlag) != 0)
            header = new VxlanHeader(header.NetworkId, data[3] switch { 1 or 2 => LinkType.Ip, 3 => LinkType.Ethernet, _ => LinkType.None });
        return true;
    }
}
