using Spectre.Console;

namespace Benchmarks.Flows;

/// <summary>A program that reads a capture file and makes flows of it.</summary>
/// <param name="Name">As the result calls it.</param>
/// <param name="Command">What to run for a file.</param>
/// <param name="Output">Where its flows go.</param>
/// <param name="IsReference">Others are compared with the fastest of these.</param>
/// <param name="Tells">Its last line says how many flows it found.</param>
/// <param name="Result">What to say of its last run's output.</param>
internal sealed record FlowTool(string Name, Func<string, IReadOnlyList<string>> Command, string Output, bool IsReference = false, bool Tells = false, Func<string>? Result = null);

/// <summary>The tools there are on this machine: ours, a C loop built here, and peers from Debian.</summary>
internal static class FlowTools
{
    private const string Nowhere = "counted";

    /// <summary>A tool that can't be had is skipped with a line that says why.</summary>
    internal static IReadOnlyList<FlowTool> Prepare(string folder)
    {
        var tools = new List<FlowTool>();
        if (BuildLoop(folder) is { } loop)
        {
            tools.Add(new("C, reading", file => [loop, "read", file], Nowhere, Tells: true));
            tools.Add(new("C, hashing", file => [loop, "hash", file], Nowhere, IsReference: true, Tells: true));
            tools.Add(new("C, both ways one flow", file => [loop, "flow", file], Nowhere, IsReference: true, Tells: true));
        }
        string[] flows = [Environment.ProcessPath!, Agent(), "flows", "--max-flows", "1100000"];
        tools.Add(new("./skydive flows -o none", file => [.. flows, "-o", "none", file], Nowhere, Tells: true));
        var csv = Path.Combine(folder, "flows.csv");
        tools.Add(new("./skydive flows -o csv", file => ["sh", "-c", "exec \"$@\" > \"$0\"", csv, .. flows, "-o", "csv", file], "file", Result: () => $"{File.ReadLines(csv).Count() - 1}"));
        AddPeer("softflowd", "softflowd", Nowhere, (program, file) =>
            [program, "-d", "-r", file, "-m", "1100000", "-p", Path.Combine(folder, "softflowd.pid"), "-c", "none"]);
        AddPeer("nfpcapd", "nfdump", "files", (program, file) =>
            [program, "-r", file, "-w", Directory.CreateDirectory(Path.Combine(folder, "nfpcapd")).FullName]);
        AddPeer("argus", "argus-server", "file", (program, file) =>
            [program, "-X", "-r", file, "-w", Path.Combine(folder, "argus.out")]);
        // Its second process keeps what it has room for, so that is told.
        var counted = Path.Combine(folder, "pmacctd.csv");
        AddPeer("pmacctd", "pmacct", "file", (program, file) => [program, "-f", WritePmacctConfiguration(folder, file, counted)], result: () => PacketsIn(counted));
        AddPeer("tshark", "tshark", "text", (program, file) => [program, "-n", "-q", "-z", "conv,tcp", "-r", file]);
        return tools;

        void AddPeer(string program, string package, string output, Func<string, string, IReadOnlyList<string>> command, Func<string>? result = null)
        {
            if (Have(program, package) is { } path)
            {
                tools.Add(new(program, file => command(path, file), output, Result: result));
            }
        }
    }

    private static string WritePmacctConfiguration(string folder, string file, string output)
    {
        File.Delete(output);
        var path = Path.Combine(folder, "pmacctd.conf");
        File.WriteAllLines(path,
        [
            $"pcap_savefile: {file}", "aggregate: src_host,dst_host,src_port,dst_port,proto", "plugins: print", "print_output: csv",
            $"print_output_file: {output}", "print_output_file_append: true", "plugin_pipe_size: 400000000", "plugin_buffer_size: 10240",
        ]);
        return path;
    }

    private static string PacketsIn(string csv)
    {
        const int packetsFromEnd = 2;
        long packets = 0;
        foreach (var line in File.Exists(csv) ? File.ReadLines(csv) : [])
        {
            var cells = line.Split(',');
            if (cells.Length > packetsFromEnd && long.TryParse(cells[^packetsFromEnd], out var count))
            {
                packets += count;
            }
        }
        return $"of {packets:N0} packets";
    }

    /// <summary>The agent as `./skydive flows` runs it.</summary>
    internal static string Agent() => Programs.Of("Cli");

    private static string? BuildLoop(string folder)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Flows", "loop.c");
        var program = Path.Combine(folder, "loop");
        if (Have("gcc", "gcc") is not { } gcc)
        {
            return null;
        }

        if (!File.Exists("/usr/include/pcap/pcap.h"))
        {
            Install("libpcap-dev");
        }

        var (code, lastLine) = ChildProcess.Run([gcc, "-O2", "-o", program, source, "-lpcap"]);
        if (code == 0)
        {
            return program;
        }

        Skip("C loop", $"it doesn't build: {lastLine}");
        return null;
    }

    internal static string? Have(string program, string package)
    {
        if (ChildProcess.Find(program) is { } there)
        {
            return there;
        }

        Install(package);
        var found = ChildProcess.Find(program);
        if (found is null)
        {
            Skip(program, Environment.IsPrivilegedProcess ? $"Debian's package {package} couldn't be installed" : $"not installed; package {package}, as root");
        }

        return found;
    }

    private static void Install(string package)
    {
        if (!Environment.IsPrivilegedProcess || ChildProcess.Find("apt-get") is not { } installer)
        {
            return;
        }

        AnsiConsole.MarkupLineInterpolated($"installing {package}, and what it needs");
        // The services of collectors and exporters stay stopped, with any init.
        ChildProcess.Run(["env", "RUNLEVEL=1", "SYSTEMD_OFFLINE=1", "DEBIAN_FRONTEND=noninteractive", installer, "install", "-y", "-qq", "--no-install-recommends", package]);
    }

    private static void Skip(string tool, string why) => AnsiConsole.MarkupLineInterpolated($"[yellow]without {tool}: {why}[/]");
}
