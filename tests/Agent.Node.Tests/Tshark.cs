using System.Diagnostics;
using System.Globalization;

namespace Agent.Node.Tests;

/// <summary>Wireshark's view of a capture file.</summary>
internal static class Tshark
{
    /// <summary>As our decoder does by default.</summary>
    private static readonly string[] DecodeAs = ["-d", "udp.port==51234,mpls", "-o", "ip.defragment:FALSE"];

    private static readonly Dictionary<string, string> Names = new()
    {
        ["eth"] = "Ethernet",
        ["wlan"] = "Ethernet",
        ["vlan"] = "Dot1Q",
        ["arp"] = "ARP",
        ["ip"] = "IPv4",
        ["ipv6"] = "IPv6",
        ["tcp"] = "TCP",
        ["udp"] = "UDP",
        ["sctp"] = "SCTP",
        ["icmp"] = "ICMPv4",
        ["icmpv6"] = "ICMPv6",
        ["gre"] = "GRE",
        ["vxlan"] = "VXLAN",
        ["vxlan_gpe"] = "VXLAN-GPE",
        ["geneve"] = "Geneve",
        ["mpls"] = "MPLS",
        ["gtp"] = "GTPv1U",
        ["pppoes"] = "PPPoE",
        ["ppp"] = "PPP",
        ["ieee8021ad"] = "Dot1Q",
        ["ah"] = "AH",
        ["udplite"] = "UDPLite",
        ["dccp"] = "DCCP",
        ["nsh"] = "NSH",
        ["l2tp"] = "L2TP",
        ["etherip"] = "EtherIP",
        ["teredo"] = "Teredo",
        ["lisp-data"] = "LISP",
        ["vntag"] = "VNTag",
        ["etag"] = "ETag",
        ["hsr"] = "HSR",
        ["cmd"] = "CiscoMetadata",
        ["macsec"] = "MACsec",
    };

    /// <summary>What a field of ours is called in another protocol.</summary>
    private static readonly Dictionary<string, string> OtherNames = new() { ["vlan.id"] = "ieee8021ad.id", ["eth.src"] = "wlan.sa", ["eth.dst"] = "wlan.da" };

    /// <summary>
    /// Of each packet the layers that we have names for, a label stack being one, and the values of these fields, numbers as
    /// decimals; of a field that occurs several times in their order.
    /// </summary>
    internal static (string[] Layers, string[][] Values)[] Packets(string file, IEnumerable<string> fields)
    {
        var asked = fields.SelectMany(field => new[] { "-e", OtherNames.GetValueOrDefault(field, field), "-e", field });
        return [.. Run(["-r", file, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,", "-e", "frame.protocols", .. asked, .. DecodeAs]).Select(line =>
        {
            var columns = line.Split('\t');
            return (columns[0].Replace("ppp:chdlc", "chdlc", StringComparison.Ordinal).Split(':').Where(Names.ContainsKey).Select(name => Names[name]).Aggregate(new List<string>(), Append).ToArray(), Pairs(columns[1..]).ToArray());
        })];
    }

    /// <summary>Fields are asked for in pairs, for those that have two names; otherwise the two are the same.</summary>
    private static IEnumerable<string[]> Pairs(string[] columns)
    {
        for (var column = 0; column < columns.Length; column += 2)
        {
            var values = columns[column] == columns[column + 1] || columns[column].Length == 0 ? columns[column + 1] : string.Join(',', columns[column], columns[column + 1]).TrimEnd(',');
            yield return [.. values.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Decimal)];
        }
    }

    private static string Decimal(string value) =>
        value.StartsWith("0x", StringComparison.Ordinal) ? ulong.Parse(value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) : value;

    /// <summary>Of each packet all values that fields have in it.</summary>
    internal static IEnumerable<ILookup<string, string>> Fields(string file, params string[] fields)
    {
        string[] arguments = ["-r", file, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=;", .. fields.SelectMany(field => new[] { "-e", field })];
        return Run(arguments).Select(line => line.Split('\t').Zip(fields, (values, field) => (field, values))
            .SelectMany(column => column.values.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(value => (column.field, value)))
            .ToLookup(pair => pair.field, pair => pair.value));
    }

    private static List<string> Append(List<string> layers, string layer)
    {
        if (layer != "MPLS" || layers.LastOrDefault() != "MPLS")
        {
            layers.Add(layer);
        }

        return layers;
    }

    internal static string[] Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("tshark", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors.Result);
        return output.TrimEnd('\n').Split('\n');
    }
}
