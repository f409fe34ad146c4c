using System.Buffers.Binary;

namespace Agent.Node.Decoding.Links;

/// <summary>Frame relay (ITU-T Q.922, 2.3): an address of two to four bytes, then RFC 2427's encapsulation (3) or an EtherType, as Cisco does.</summary>
internal static class FrameRelay
{
    private const int MaximumAddressLength = 4;
    private const byte LastOfAddress = 1;
    private const byte Unnumbered = 3;
    private const byte Padding = 0;
    private const byte Snap = 0x80;
    private const byte IPv6 = 0x8e;
    private const byte IPv4 = 0xcc;
    private const byte Ppp = 0xcf;

    internal static bool TryRead(ReadOnlySpan<byte> packet, out ushort type, out int offset)
    {
        type = 0;
        offset = 0;
        do
        {
            if (offset == Math.Min(packet.Length, MaximumAddressLength))
            {
                return false;
            }
        }
        while ((packet[offset++] & LastOfAddress) == 0);
        if (packet.Length < offset + sizeof(ushort))
        {
            return false;
        }

        if (packet[offset] != Unnumbered)
        {
            type = BinaryPrimitives.ReadUInt16BigEndian(packet[offset..]);
            offset += sizeof(ushort);
            return true;
        }

        offset += packet[offset + 1] == Padding ? 2 : 1;
        return TryReadProtocol(packet, ref offset, out type);
    }

    private static bool TryReadProtocol(ReadOnlySpan<byte> packet, ref int offset, out ushort type)
    {
        const int snapLength = 5;
        type = 0;
        if (offset >= packet.Length)
        {
            return false;
        }

        switch (packet[offset++])
        {
            case IPv4:
                type = EtherTypes.IPv4;
                return true;
            case IPv6:
                type = EtherTypes.IPv6;
                return true;
            case Ppp:
                type = EtherTypes.Ppp;
                return true;
            // Of the organizations, the one whose numbers are EtherTypes.
            case Snap when packet.Length >= offset + snapLength && packet[offset..] is [0, 0, 0, ..]:
                type = BinaryPrimitives.ReadUInt16BigEndian(packet[(offset + 3)..]);
                offset += snapLength;
                return true;
            default:
                return false;
        }
    }
}
