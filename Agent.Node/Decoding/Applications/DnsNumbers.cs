using System.Globalization;

namespace Agent.Node.Decoding.Applications;

/// <summary>Names of DNS's numbers as IANA registers them; a number without one is written as RFC 3597, 5 does.</summary>
internal static class DnsNumbers
{
    internal const ushort A = 1;
    internal const ushort Ns = 2;
    internal const ushort Cname = 5;
    internal const ushort Soa = 6;
    internal const ushort Ptr = 12;
    internal const ushort Mx = 15;
    internal const ushort Txt = 16;
    internal const ushort Aaaa = 28;
    internal const ushort Srv = 33;
    internal const ushort Internet = 1;

    private static readonly Dictionary<int, string> Types = new()
    {
        [A] = "A",
        [Ns] = "NS",
        [Cname] = "CNAME",
        [Soa] = "SOA",
        [Ptr] = "PTR",
        [13] = "HINFO",
        [Mx] = "MX",
        [Txt] = "TXT",
        [Aaaa] = "AAAA",
        [29] = "LOC",
        [Srv] = "SRV",
        [35] = "NAPTR",
        [39] = "DNAME",
        [41] = "OPT",
        [43] = "DS",
        [44] = "SSHFP",
        [46] = "RRSIG",
        [47] = "NSEC",
        [48] = "DNSKEY",
        [50] = "NSEC3",
        [52] = "TLSA",
        [64] = "SVCB",
        [65] = "HTTPS",
        [249] = "TKEY",
        [250] = "TSIG",
        [251] = "IXFR",
        [252] = "AXFR",
        [255] = "ANY",
        [257] = "CAA",
    };

    private static readonly string[] ResponseCodes =
        ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE", "DSOTYPENI"];

    private static readonly string[] OpCodes = ["Query", "IQuery", "Status", "3", "Notify", "Update", "DSO"];

    internal static string TypeName(ushort type) => Types.TryGetValue(type, out var name) ? name : "TYPE" + type.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a type is one that is named here.</summary>
    internal static bool HasName(ushort type) => Types.ContainsKey(type);

    internal static string ClassName(ushort number) => number switch
    {
        Internet => "IN",
        3 => "CH",
        4 => "HS",
        254 => "NONE",
        255 => "ANY",
        _ => "CLASS" + number.ToString(CultureInfo.InvariantCulture),
    };

    internal static string ResponseCodeName(int code) => code < ResponseCodes.Length ? ResponseCodes[code] : code.ToString(CultureInfo.InvariantCulture);

    internal static string OpCodeName(int code) => code < OpCodes.Length ? OpCodes[code] : code.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a class is one that occurs.</summary>
    internal static bool IsClass(ushort number) => number is Internet or 3 or 4 or 254 or 255;
}
