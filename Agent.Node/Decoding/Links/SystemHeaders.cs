namespace Agent.Node.Decoding.Links;

/// <summary>
/// What systems put before an IP packet that they show at a place of their own: OpenBSD's IPsec interface (LINKTYPE_ENC) and
/// packet filter (LINKTYPE_PFLOG), Solaris' IP observability (LINKTYPE_IPNET).
/// </summary>
internal static class SystemHeaders
{
    private const int EncLength = 12;
    private const int IpnetLength = 24;

    internal static bool TryReadEnc(ReadOnlySpan<byte> packet, out int length)
    {
        length = EncLength;
        return packet.Length > length;
    }

    internal static bool TryReadIpnet(ReadOnlySpan<byte> packet, out int length)
    {
        length = IpnetLength;
        return packet.Length > length;
    }

    /// <summary>Its first byte is its length, without the padding to four bytes.</summary>
    internal static bool TryReadPflog(ReadOnlySpan<byte> packet, out int length)
    {
        const int minimum = 44;
        length = packet.IsEmpty ? 0 : (packet[0] + 3) & ~3;
        return length >= minimum && packet.Length > length;
    }
}
