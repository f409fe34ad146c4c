using System.Globalization;
using System.IO.Compression;
using Lab.Hosts;
using Spectre.Console;

namespace Benchmarks.Flows;

/// <summary>The `flows` command on the same packets in other formats and from other sources, beside the plain pcap file in the same run.</summary>
internal static class InputBenchmark
{
    private const int Runs = 9;

    internal static int Run()
    {
        using var folder = new TemporaryFolder("inputs-");
        var pcap = Path.Combine(folder.Root, "plain.pcap");
        CaptureFiles.WritePlain(pcap);
        var pcapng = Path.Combine(folder.Root, "plain.pcapng");
        CaptureFiles.WritePcapng(pcap, pcapng);
        var zipped = Path.Combine(folder.Root, "plain.pcap.gz");
        using (var zip = new GZipStream(File.Create(zipped), CompressionLevel.Fastest))
        {
            using var plain = File.OpenRead(pcap);
            plain.CopyTo(zip);
        }

        string[] flows = [Environment.ProcessPath!, FlowTools.Agent(), "flows", "-o", "none"];
        (string Name, string[] Command)[] inputs =
        [
            ("pcap", [.. flows, pcap]),
            ("pcap, --bpf ip", [.. flows, "--bpf", "ip", pcap]),
            ("pcapng", [.. flows, pcapng]),
            ("pcapng, --bpf ip", [.. flows, "--bpf", "ip", pcapng]),
            ("pcap from a pipe, cat included", ["sh", "-c", "cat \"$0\" | \"$@\" -", pcap, .. flows]),
            ("pcap.gz", [.. flows, zipped]),
        ];
        var fastest = Enumerable.Repeat(double.MaxValue, inputs.Length).ToArray();
        // In turns: who else uses the machine does so to all alike.
        for (var run = 0; run < Runs; run++)
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                fastest[i] = Math.Min(fastest[i], ChildProcess.Measure(inputs[i].Command).CpuSeconds);
            }
        }

        var table = new Table().AddColumns("input", "CPU s", "ns/packet", "against pcap");
        for (var i = 0; i < inputs.Length; i++)
        {
            table.AddRow(
                inputs[i].Name,
                fastest[i].ToString("0.00", CultureInfo.InvariantCulture),
                (fastest[i] * 1e9 / CaptureFiles.Packets).ToString("0", CultureInfo.InvariantCulture),
                (fastest[i] / fastest[0]).ToString("0.00", CultureInfo.InvariantCulture) + " x");
        }

        AnsiConsole.Write(table);
        return 0;
    }
}
