using System.Diagnostics;

namespace Agent.Node.Tests;

/// <summary>Wireshark's view of a capture file.</summary>
internal static class Tshark
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["eth"] = "Ethernet",
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
        ["erspan"] = "ERSPANII",
        ["gtp"] = "GTPv1U",
        ["pppoes"] = "PPPoE",
        ["ppp"] = "PPP",
        ["ieee8021ad"] = "Dot1Q",
    };

    /// <summary>The layers of each packet that we have names for; a label stack is one.</summary>
    internal static string[][] Layers(string file) =>
        [.. Run("-r", file, "-T", "fields", "-e", "frame.protocols", "-d", "udp.port==51234,mpls").Select(line =>
            line.Split(':').Where(Names.ContainsKey).Select(name => Names[name]).Aggregate(new List<string>(), Append).ToArray())];

    /// <summary>All values that fields have in a file, packet by packet.</summary>
    internal static ILookup<string, string> Fields(string file, params string[] fields)
    {
        string[] arguments = ["-r", file, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=;", .. fields.SelectMany(field => new[] { "-e", field })];
        return Run(arguments)
            .SelectMany(line => line.Split('\t').Zip(fields, (values, field) => (field, values)))
            .SelectMany(column => column.values.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(value => (column.field, value)))
            .ToLookup(pair => pair.field, pair => pair.value);
    }

    private static List<string> Append(List<string> layers, string layer)
    {
        if (layer != "MPLS" || layers.LastOrDefault() != "MPLS")
            layers.Add(layer);
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
