namespace Agent.Node.Decoding;

/// <summary>Names of ICMP types as flows show them. A question and its answer are one flow, so both have one name.</summary>
internal static class IcmpNames
{
    internal static string Of(LayerType layer, byte type) => layer == LayerType.IcmpV6 ? OfV6(type) : OfV4(type);

    private static string OfV4(byte type) => type switch
    {
        0 or 8 => "ECHO",
        3 => "DESTINATION_UNREACHABLE",
        4 => "SOURCE_QUENCH",
        5 => "REDIRECT",
        9 => "ROUTER_ADVERTISEMENT",
        10 => "ROUTER_SOLICITATION",
        11 => "TIME_EXCEEDED",
        12 => "PARAMETER_PROBLEM",
        13 or 14 => "TIMESTAMP",
        15 or 16 => "INFO",
        17 or 18 => "ADDRESS_MASK",
        42 or 43 => "EXTENDED_ECHO",
        _ => "UNKNOWN",
    };

    private static string OfV6(byte type) => type switch
    {
        1 => "DESTINATION_UNREACHABLE",
        2 => "PACKET_TOO_BIG",
        3 => "TIME_EXCEEDED",
        4 => "PARAMETER_PROBLEM",
        128 or 129 => "ECHO",
        130 or 131 or 132 => "GROUP_MEMBERSHIP",
        133 or 134 => "ROUTER",
        135 or 136 => "NEIGHBOR",
        137 => "REDIRECT",
        139 or 140 => "NODE_INFORMATION",
        144 or 145 => "HOME_AGENT",
        146 or 147 => "MOBILE_PREFIX",
        160 or 161 => "EXTENDED_ECHO",
        _ => "UNKNOWN",
    };
}
