using System.Buffers.Binary;

namespace Agent.Node.Decoding.Links;

/// <summary>A packet as Linux' netfilter logs it (LINKTYPE_NFLOG): attributes, one of which is the packet from its IP header on.</summary>
internal static class Nflog
{
    private const int HeaderLength = 4;
    private const int AttributeHeaderLength = 4;
    private const ushort Payload = 9;

    /// <summary>Attributes are in the byte order of the host that captured: the one in which the first fits.</summary>
    internal static bool TryFindPayload(ReadOnlySpan<byte> packet, out int offset) => TryFind(packet, false, out offset) || TryFind(packet, true, out offset);

    private static bool TryFind(ReadOnlySpan<byte> packet, bool isBigEndian, out int offset)
    {
        offset = HeaderLength;
        while (packet.Length > offset + AttributeHeaderLength)
        {
            var (length, type) = (Number(packet[offset..], isBigEndian), Number(packet[(offset + 2)..], isBigEndian));
            if (length < AttributeHeaderLength)
            {
                return false;
            }

            if (type == Payload)
            {
                offset += AttributeHeaderLength;
                return true;
            }

            offset += (length + 3) & ~3;
        }
        return false;
    }

    private static ushort Number(ReadOnlySpan<byte> data, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(data) : BinaryPrimitives.ReadUInt16LittleEndian(data);
}
