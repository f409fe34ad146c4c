using System.CommandLine;
using System.Globalization;
using System.Text;
using Agent.Node.Flows;
using Topology.Fabric.Gremlin;

namespace Cli.Flows;

/// <summary>`flows FILE…`: the flows in capture files, without a cluster and without privileges.</summary>
internal static class FlowsCommand
{
    private const string About =
        """
        Print the flows in capture files: pcap and pcapng, also compressed by gzip, Zstandard or lz4, or - for standard input.

        Flows inside tunnels are listed below their tunnel. Files that follow on each other in time are read as one
        capture, in that order; a file that overlaps another is a capture point of its own. Ctrl-C prints the flows so far.

        --filter selects flows as the analyzers' Gremlin does after G.Flows():
          Has('Application', 'DNS')                        equal
          Has('Metric.ABBytes', Gt(1000000))               Ne Lt Lte Gt Gte Inside Outside Between Within Without Regex IPV4Range
          HasNot('Link'), HasKey(…), HasEither(…)
          Sort(DESC, 'Metric.ABBytes').Limit(10)           Range(10, 20), Dedup('TrackingID')
          Count(), Values('Network.A').Dedup(), Sum('Metric.ABBytes')
        Fields are those of -o json, with dots: Link.A, Network.ID, Transport.B, TCPMetric.ABSynStart. Network, Link and
        Transport alone stand for either end.

        Exit codes: 0 all read, 1 a capture couldn't be read to its end, 2 wrong use, 130 Ctrl-C.
        """;

    /// <summary>The command, for the agent's root command.</summary>
    internal static System.CommandLine.Command Create()
    {
        var defaults = new FlowOptions();
        var files = new Argument<string[]>("FILE") { Description = "Capture files; - is standard input", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o")
        {
            Description = "table; json: a flow per line, as the analyzers' API has it; csv; parquet: an Apache Parquet file, for > FILE or a pipe; none: only how many, and how fast",
            DefaultValueFactory = _ => "table",
        };
        output.AcceptOnlyFromAmong("table", "json", "csv", "parquet", "none");
        var filter = new Option<string>("--filter", "-f") { Description = "Only these flows: Gremlin, as in \"Has('Application', 'DNS').Limit(10)\"", HelpName = "GREMLIN" };
        var packets = new Option<string>("--bpf") { Description = "Only packets this pcap filter matches, as in \"udp port 53\"", HelpName = "FILTER" };
        var keyMode = new Option<string>("--layer-key-mode") { Description = "L2: MAC addresses tell flows apart; L3: they don't", DefaultValueFactory = _ => "L2" };
        keyMode.AcceptOnlyFromAmong("L2", "L3");
        var defragment = new Option<bool>("--defrag") { Description = "Put IP fragments together" };
        var deduplicate = new Option<bool>("--dedup") { Description = "Count a packet once that comes again, byte for byte, within 10 ms: of a port that mirrors both directions" };
        var tunnelPorts = TunnelPortOption.Create();
        var tcpMetric = new Option<bool>("--extra-tcp-metric") { Description = "Follow TCP's sequence numbers: handshake and end, out of order, retransmitted, skipped (TCPMetric in json)" };
        var maxFlows = new Option<string>("--max-flows") { Description = "Flows kept at once, 500000 unless told; one more prints the least recently seen", HelpName = "COUNT" };
        var expireAfter = new Option<string>("--expire-after") { Description = "A flow without packets for so long is over: 30s, 2h; 10m unless told", HelpName = "TIME" };
        var names = new Option<bool>("--names") { Description = "In the table, hosts by the names that a pcapng file has for their addresses" };
        var command = new System.CommandLine.Command("flows", About) { files, output, filter, packets, keyMode, defragment, deduplicate, tunnelPorts, tcpMetric, maxFlows, expireAfter, names };
        command.SetAction(result =>
        {
            try
            {
                return Run(new FlowsRequest
                {
                    Files = result.GetRequiredValue(files),
                    Output = result.GetRequiredValue(output),
                    Filter = ReadQuery(result.GetValue(filter)),
                    PacketFilter = result.GetValue(packets),
                    Options = new FlowOptions
                    {
                        KeyMode = result.GetRequiredValue(keyMode) == "L3" ? LayerKeyMode.L3 : LayerKeyMode.L2,
                        Defragment = result.GetRequiredValue(defragment),
                        DeduplicateWithin = result.GetRequiredValue(deduplicate) ? FlowOptions.DuplicatesCome : TimeSpan.Zero,
                        Ports = result.GetRequiredValue(tunnelPorts),
                        ExtraTcpMetric = result.GetRequiredValue(tcpMetric),
                        MaxEntries = result.GetValue(maxFlows) is { } count ? ReadCount(count) : defaults.MaxEntries,
                        ExpireAfter = result.GetValue(expireAfter) is { } time ? ReadDuration(time) : defaults.ExpireAfter,
                        ReportUpdates = false,
                    },
                    Names = result.GetRequiredValue(names),
                    Width = Console.IsOutputRedirected ? null : TerminalSize.Columns(descriptor: 1),
                });
            }
            catch (FormatException e)
            {
                Console.Error.WriteLine(e.Message);
                return FlowsRun.Refused;
            }
        });
        return command;
    }

    /// <summary>Runs with a stream of the caller's.</summary>
    internal static int Run(FlowsRequest request, Stream output, TextWriter messages, Interruption interruption, Progress? progress = null)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        IFlowPrinter printer = request.Output switch
        {
            "json" => new JsonPrinter(output),
            "csv" => new CsvPrinter(Text()),
            "parquet" => new ParquetPrinter(output),
            "none" => new NoPrinter(),
            _ => new TablePrinter(Text(), request.Width, keepsOrder: request.Filter is { IsConditionOnly: false }, names),
        };
        return new FlowsRun(request, printer, names, messages, interruption, progress).Run();

        StreamWriter Text() => new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 4096, leaveOpen: true);
    }

    private static int Run(FlowsRequest request)
    {
        if (request.Output == "parquet" && !Console.IsOutputRedirected)
        {
            throw new FormatException("-o parquet makes a binary file: give it somewhere to go, as in > flows.parquet");
        }

        // Lines that come one by one and the progress would write over each other.
        var isQuiet = Console.IsErrorRedirected || (!Console.IsOutputRedirected && request.Output is "json" or "csv");
        using var interruption = new Interruption();
        interruption.Listen();
        try
        {
            using var progress = isQuiet ? null : new Progress(Console.Error, () => TerminalSize.Columns(descriptor: 2));
            return Run(request, request.Output == "none" ? Stream.Null : FlowsOutput.Open(), Console.Error, interruption, progress);
        }
        catch (IOException e) when (FlowsOutput.IsBrokenPipe(e))
        {
            // Who read has seen enough.
            return 0;
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"standard output: {e.Message}");
            return FlowsRun.Failed;
        }
    }

    /// <exception cref="FormatException">It's wrong; the message says where.</exception>
    internal static FlowQuery? ReadQuery(string? text)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) ? null : FlowQuery.Parse(text);
        }
        catch (GremlinException e)
        {
            // Pcap filters are mostly words without parentheses.
            var hint = text!.Contains('(', StringComparison.Ordinal) ? "" : $"\na filter of packets goes into --bpf: --bpf '{text}'";
            throw new FormatException($"--filter: {e.Message}{hint}", e);
        }
    }

    /// <exception cref="FormatException">It isn't a count.</exception>
    internal static int ReadCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new FormatException($"--max-flows takes a whole number from 1 on, not '{text}'");

    /// <exception cref="FormatException">It isn't a time.</exception>
    internal static TimeSpan ReadDuration(string text)
    {
        const double longest = 10_000 * (double)TimeSpan.TicksPerDay;
        var unit = text.AsSpan().TrimStart("0123456789.");
        long ticks = unit switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => 0,
        };
        return ticks > 0 && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count > 0 && count * ticks <= longest
            ? TimeSpan.FromTicks((long)(count * ticks))
            : throw new FormatException($"--expire-after takes a time like 500ms, 30s, 10m or 2h, not '{text}'");
    }
}
