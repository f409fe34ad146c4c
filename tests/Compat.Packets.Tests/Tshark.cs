using System.Diagnostics;

namespace Compat.Packets.Tests;

/// <summary>Wireshark's view of a capture file.</summary>
internal static class Tshark
{
    /// <summary>One line per packet with the fields asked for, tab-separated; checksums are verified.</summary>
    internal static string[] Fields(string file, params string[] fields)
    {
        List<string> arguments =
        [
            "-r", file, "-T", "fields", "-E", "occurrence=f",
            .. new[] { "ip", "tcp", "udp", "icmp" }.SelectMany(protocol => protocol is "icmp" ? Array.Empty<string>() : ["-o", $"{protocol}.check_checksum:TRUE"]),
            .. fields.SelectMany(field => new[] { "-e", field }),
        ];
        using var process = Process.Start(new ProcessStartInfo("tshark", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors.Result);
        return output.TrimEnd('\n').Split('\n');
    }
}
