namespace Agent.Node.Decoding;

/// <summary>What a message is to others.</summary>
internal enum IcmpRole : byte
{
    None,
    Query,
    Answer,

    /// <summary>It's about another packet, which it quotes.</summary>
    Error,
}

/// <summary>Which types ask, which answer them and which report errors, as IANA registers them for ICMP and ICMPv6.</summary>
internal static class IcmpExchange
{
    internal const byte EchoV4 = 8;
    internal const byte EchoV6 = 128;

    /// <param name="layer">ICMPv4 or ICMPv6.</param>
    /// <param name="type">The message's.</param>
    /// <param name="query">The type that asks, of both of a pair; 0: it's in none.</param>
    /// <param name="hasId">Identifier and sequence number follow, equal in both.</param>
    internal static IcmpRole RoleOf(LayerType layer, byte type, out byte query, out bool hasId) =>
        layer == LayerType.IcmpV6 ? OfV6(type, out query, out hasId) : OfV4(type, out query, out hasId);

    // RFC 792: errors 3, 4, 5, 11, 12, echo 8/0, timestamp 13/14, information 15/16; RFC 950: address mask 17/18; RFC 8335: extended echo 42/43.
    private static IcmpRole OfV4(byte type, out byte query, out bool hasId)
    {
        (query, hasId) = type switch
        {
            0 or EchoV4 => (EchoV4, true),
            13 or 14 => ((byte)13, true),
            15 or 16 => ((byte)15, true),
            17 or 18 => ((byte)17, true),
            42 or 43 => ((byte)42, true),
            _ => ((byte)0, false),
        };
        return query != 0 ? RoleOf(type, query) : type is 3 or 4 or 5 or 11 or 12 ? IcmpRole.Error : IcmpRole.None;
    }

    // RFC 4443: errors 1 to 4, echo 128/129; RFC 4861: neighbours 135/136; RFC 4620: node information 139/140; RFC 6275: home agents
    // 144/145, mobile prefixes 146/147; RFC 8335: extended echo 160/161.
    private static IcmpRole OfV6(byte type, out byte query, out bool hasId)
    {
        (query, hasId) = type switch
        {
            EchoV6 or 129 => (EchoV6, true),
            135 or 136 => ((byte)135, false),
            139 or 140 => ((byte)139, false),
            144 or 145 => ((byte)144, true),
            146 or 147 => ((byte)146, true),
            160 or 161 => ((byte)160, true),
            _ => ((byte)0, false),
        };
        return query != 0 ? RoleOf(type, query) : type is 1 or 2 or 3 or 4 ? IcmpRole.Error : IcmpRole.None;
    }

    private static IcmpRole RoleOf(byte type, byte query) => type == query ? IcmpRole.Query : IcmpRole.Answer;
}
