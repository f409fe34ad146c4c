namespace Agent.Node.Decoding;

/// <summary>
/// Generic UDP Encapsulation (draft-ietf-intarea-gue, 3): version 0 says by an IP protocol number what follows its header,
/// version 1 has none: an IP packet begins at once. So does foo-over-UDP, whose port alone says what follows: IP or GRE.
/// </summary>
internal readonly ref struct GueHeader
{
    private const int MinimumLength = 4;
    private const byte ControlFlag = 0x20;

    private GueHeader(byte protocol, int length)
    {
        Protocol = protocol;
        Length = length;
    }

    /// <summary>The IP protocol of what follows; a control message has none.</summary>
    internal byte Protocol { get; }

    internal int Length { get; }

    /// <summary>False when truncated (extension fields count) or of a version above 1.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out GueHeader header)
    {
        if (TryReadDirect(data, out header))
        {
            return true;
        }

        if (data.Length < MinimumLength || data[0] >> 6 != 0)
        {
            return false;
        }

        var length = MinimumLength + ((data[0] & 0x1f) * sizeof(uint));
        header = new GueHeader((data[0] & ControlFlag) != 0 ? IpProtocols.None : data[1], length);
        return data.Length >= length;
    }

    /// <summary>Foo over UDP: an IP packet, or GRE's header with a type we know.</summary>
    internal static bool TryReadFou(ReadOnlySpan<byte> data, out GueHeader header)
    {
        if (TryReadDirect(data, out header))
        {
            return true;
        }

        header = new GueHeader(IpProtocols.Gre, 0);
        return GreHeader.TryRead(data, out var gre) && gre.Version == 0
            && (EtherTypes.IsKnown(gre.Protocol) || gre.Protocol is EtherTypes.TransparentEthernetBridging or EtherTypes.Erspan or EtherTypes.ErspanIII);
    }

    private static bool TryReadDirect(ReadOnlySpan<byte> data, out GueHeader header)
    {
        if (Ipv4Header.TryRead(data, out var ip))
        {
            header = new GueHeader(IpProtocols.IPv4, 0);
            return ip.TotalLength >= ip.HeaderLength;
        }
        header = new GueHeader(IpProtocols.IPv6, 0);
        return Ipv6Header.TryRead(data, out _);
    }
}
