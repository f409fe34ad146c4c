using System.Buffers.Binary;

namespace Agent.Node.Decoding.Links;

/// <summary>What drivers put before a wireless frame about how it was received: radiotap (radiotap.org), Prism, AVS and PPI headers.</summary>
internal static class WifiRadio
{
    private const int PrismLength = 144;
    private const int AvsMinimumLength = 8;
    private const uint WifiLink = 105;

    /// <param name="packet">The packet.</param>
    /// <param name="length">Of the header.</param>
    /// <param name="isPadded">The frame's own header is padded to four bytes.</param>
    internal static bool TryReadRadiotap(ReadOnlySpan<byte> packet, out int length, out bool isPadded)
    {
        const int fixedLength = 8;
        (length, isPadded) = (0, false);
        if (packet.Length < fixedLength || packet[0] != 0)
        {
            return false;
        }

        length = BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]);
        if (length < fixedLength || length > packet.Length)
        {
            return false;
        }

        isPadded = IsPadded(packet[..length]);
        return true;
    }

    /// <summary>Some drivers' number for Prism headers has AVS's, which has a mark of its own.</summary>
    internal static bool TryReadPrism(ReadOnlySpan<byte> packet, out int length)
    {
        const uint avsMark = 0x8021_1000;
        const uint avsMask = 0xffff_f000;
        if (packet.Length >= AvsMinimumLength && (BinaryPrimitives.ReadUInt32BigEndian(packet) & avsMask) == avsMark)
        {
            return TryReadAvs(packet, out length);
        }

        length = PrismLength;
        return packet.Length >= PrismLength;
    }

    internal static bool TryReadAvs(ReadOnlySpan<byte> packet, out int length)
    {
        length = 0;
        if (packet.Length < AvsMinimumLength)
        {
            return false;
        }

        var said = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        if (said < AvsMinimumLength || said > (uint)packet.Length)
        {
            return false;
        }

        length = (int)said;
        return true;
    }

    /// <summary>Per-packet information (CACE), before wireless frames.</summary>
    internal static bool TryReadPpi(ReadOnlySpan<byte> packet, out int length)
    {
        const int fixedLength = 8;
        length = packet.Length < fixedLength ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]);
        return length >= fixedLength && length <= packet.Length && BinaryPrimitives.ReadUInt32LittleEndian(packet[4..]) == WifiLink;
    }

    /// <summary>The flags are the second field, behind all words that say which fields there are and the first field, a time.</summary>
    private static bool IsPadded(ReadOnlySpan<byte> header)
    {
        const uint hasTime = 1;
        const uint hasFlags = 2;
        const uint hasMore = 1u << 31;
        const int timeLength = 8;
        const byte padded = 0x20;
        var present = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if ((present & hasFlags) == 0)
        {
            return false;
        }

        var offset = sizeof(uint);
        uint word;
        do
        {
            if (header.Length < offset + sizeof(uint))
            {
                return false;
            }

            word = BinaryPrimitives.ReadUInt32LittleEndian(header[offset..]);
            offset += sizeof(uint);
        }
        while ((word & hasMore) != 0);
        if ((present & hasTime) != 0)
        {
            offset = ((offset + timeLength - 1) & -timeLength) + timeLength;
        }

        return offset < header.Length && (header[offset] & padded) != 0;
    }
}
