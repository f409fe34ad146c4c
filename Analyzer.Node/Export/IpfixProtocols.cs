using Shared.Messages.Flows;

namespace Analyzer.Node.Export;

/// <summary>Numbers of what flows have names for.</summary>
internal static class IpfixProtocols
{
    /// <summary>IANA's number that no protocol has.</summary>
    public const byte NotTold = 255;

    private const byte Icmp = 1;
    private const byte IcmpV6 = 58;

    /// <summary>protocolIdentifier: of the transport layer, or of what follows the path's last IP.</summary>
    public static byte Protocol(in FlowRow row, FlowTexts texts)
    {
        if (row.Has(FlowParts.Icmp))
        {
            return row.Has(FlowParts.IPv6) ? IcmpV6 : Icmp;
        }

        return !row.Has(FlowParts.Transport)
            ? Behind(texts[row.LayersPath])
            : Transport(texts[row.TransportProtocol]);
    }

    /// <summary>Type and code in one, as icmpTypeCodeIPv4 and icmpTypeCodeIPv6 have them. A question and its answer are one flow: it has the question's.</summary>
    public static ushort IcmpTypeCode(in FlowRow row, FlowTexts texts)
    {
        var name = texts[row.IcmpType];
        return (ushort)(((row.Has(FlowParts.IPv6) ? TypeV6(name) : TypeV4(name)) << 8) | row.IcmpCode);
    }

    private static byte Transport(string name) => name switch
    {
        "TCP" => 6,
        "UDP" => 17,
        "DCCP" => 33,
        "SCTP" => 132,
        "UDPLite" => 136,
        _ => NotTold,
    };

    private static byte Behind(ReadOnlySpan<char> path)
    {
        var ip = path.LastIndexOf("IPv");
        var rest = ip < 0 ? "" : path[Math.Min(ip + "IPv4/".Length, path.Length)..];
        var end = rest.IndexOf('/');
        return (end < 0 ? rest : rest[..end]) switch
        {
            "GRE" => 47,
            "AH" => 51,
            "VRRP" => 112,
            "EtherIP" => 97,
            "L2TPv3" => 115,
            "MPLS" => 137,
            _ => NotTold,
        };
    }

    private static byte TypeV4(string name) => name switch
    {
        "ECHO" => 8,
        "DESTINATION_UNREACHABLE" => 3,
        "SOURCE_QUENCH" => 4,
        "REDIRECT" => 5,
        "ROUTER_ADVERTISEMENT" => 9,
        "ROUTER_SOLICITATION" => 10,
        "TIME_EXCEEDED" => 11,
        "PARAMETER_PROBLEM" => 12,
        "TIMESTAMP" => 13,
        "INFO" => 15,
        "ADDRESS_MASK" => 17,
        "EXTENDED_ECHO" => 42,
        _ => NotTold,
    };

    private static byte TypeV6(string name) => name switch
    {
        "DESTINATION_UNREACHABLE" => 1,
        "PACKET_TOO_BIG" => 2,
        "TIME_EXCEEDED" => 3,
        "PARAMETER_PROBLEM" => 4,
        "ECHO" => 128,
        "GROUP_MEMBERSHIP" => 130,
        "ROUTER" => 133,
        "NEIGHBOR" => 135,
        "REDIRECT" => 137,
        "NODE_INFORMATION" => 139,
        "HOME_AGENT" => 144,
        "MOBILE_PREFIX" => 146,
        "EXTENDED_ECHO" => 160,
        _ => NotTold,
    };
}
