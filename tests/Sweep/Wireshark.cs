using System.Diagnostics;
using System.Globalization;

namespace Sweep;

/// <summary>The same of capinfos and tshark.</summary>
internal static class Wireshark
{
    private static readonly string[] Fields =
    [
        "frame.protocols", "ip.src", "ip.dst", "ip.flags.mf", "ip.frag_offset", "ipv6.src", "ipv6.dst", "ipv6.fraghdr.offset",
        "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport", "sctp.srcport", "sctp.dstport",
    ];

    /// <summary>Null where it's no capture to Wireshark either.</summary>
    internal static CaptureSample? Read(string file)
    {
        var (output, error) = Run("capinfos", "-T", "-r", "-M", "-c", "-d", file);
        if (output.Split('\n')[0].Split('\t') is not [_, var packets, var bytes, ..] || !long.TryParse(packets, CultureInfo.InvariantCulture, out var count) || !long.TryParse(bytes, CultureInfo.InvariantCulture, out var size))
        {
            return null;
        }

        // Streams are put together for applications only.
        string[] arguments = ["-n", "-r", file, "-T", "fields", "-E", "occurrence=a", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE", .. Fields.SelectMany(field => new[] { "-e", field })];
        return new CaptureSample(count, size, error.Length > 0 ? error : null, Run("tshark", arguments).Output.Split('\n').SelectMany(Tuples).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Of a packet the outermost and the innermost, other than those an ICMP error tells of.</summary>
    private static IEnumerable<string> Tuples(string line)
    {
        var columns = line.Split('\t');
        if (columns.Length != Fields.Length)
        {
            return [];
        }

        var values = Fields.Zip(columns).ToDictionary(pair => pair.First, pair => pair.Second.Split(',', StringSplitOptions.RemoveEmptyEntries));
        var found = new List<string>();
        var used = new Dictionary<string, int>();
        (string A, string B)? network = null;
        var networks = 0;
        var first = 0;
        foreach (var protocol in columns[0].Split(':').TakeWhile(protocol => protocol is not ("icmp" or "icmpv6")))
        {
            switch (protocol)
            {
                case "ip" or "ipv6":
                    network = Next(protocol, "src", "dst");
                    networks++;
                    if (protocol == "ip" && (At("ip.flags.mf", used[protocol] - 1) is "1" or "True" || At("ip.frag_offset", used[protocol] - 1) is not (null or "0")))
                    {
                        network = null;
                    }

                    break;
                case "tcp" or "udp" or "sctp" when Next(protocol, "srcport", "dstport") is { } ports && network is { } ends && values["ipv6.fraghdr.offset"].Length == 0:
                    found.Add(CaptureSample.Tuple(protocol.ToUpperInvariant(), ends.A, ports.A, ends.B, ports.B));
                    first = first == 0 ? networks : first;
                    network = null;
                    break;
            }
        }

        return found.Count > 1 && first == 1 ? [found[0], found[^1]] : found.TakeLast(1);

        (string A, string B)? Next(string protocol, string a, string b)
        {
            var number = used.GetValueOrDefault(protocol);
            used[protocol] = number + 1;
            return At($"{protocol}.{a}", number) is { } one && At($"{protocol}.{b}", number) is { } other ? (one, other) : null;
        }

        string? At(string field, int number) => number < values[field].Length ? values[field][number] : null;
    }

    private static (string Output, string Error) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, process.ExitCode == 0 ? "" : errors.Result.Trim().Replace('\n', ' '));
    }
}
