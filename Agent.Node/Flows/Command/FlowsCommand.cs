using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Agent.Node.Capture;

namespace Agent.Node.Flows.Command;

using Command = System.CommandLine.Command;

/// <summary>`flows FILE…`: the flows in capture files, without a cluster and without privileges.</summary>
internal static class FlowsCommand
{
    private const int Failed = 1;

    /// <summary>The command, for the agent's root command.</summary>
    internal static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "pcap or pcapng files; - is standard input", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o") { Description = "table, json (a flow per line), csv, or none (only how many, and how fast)", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json", "csv", "none");
        var filter = new Option<string>("--filter", "-f") { Description = "only packets this pcap filter matches" };
        var keyMode = new Option<LayerKeyMode>("--layer-key-mode") { Description = "L2: MAC addresses tell flows apart; L3: they don't", DefaultValueFactory = _ => LayerKeyMode.L2 };
        var defragment = new Option<bool>("--defrag") { Description = "put IP fragments together" };
        var tunnelPorts = TunnelPortOption.Create();
        var command = new Command("flows", "Print the flows in capture files") { files, output, filter, keyMode, defragment, tunnelPorts };
        command.SetAction(result => Run(
            result.GetRequiredValue(files),
            result.GetRequiredValue(output),
            result.GetValue(filter),
            new FlowOptions { KeyMode = result.GetRequiredValue(keyMode), Defragment = result.GetRequiredValue(defragment), Ports = result.GetRequiredValue(tunnelPorts), ReportUpdates = false },
            Console.Out,
            Console.Error));
        return command;
    }

    internal static int Run(IReadOnlyList<string> files, string output, string? filter, FlowOptions options, TextWriter standardOutput, TextWriter standardError)
    {
        var origin = new FlowOrigin(Environment.MachineName, "", "");
        IFlowPrinter printer = output switch
        {
            "json" => new JsonPrinter(standardOutput, origin),
            "csv" => new CsvPrinter(standardOutput, origin),
            "none" => new NoPrinter(),
            _ => new TablePrinter(standardOutput, origin),
        };
        var started = Stopwatch.GetTimestamp();
        long packets = 0, flows = 0;
        foreach (var file in files)
        {
            var engine = new FlowEngine(options, origin, printer);
            try
            {
                CaptureFile.Read(file == "-" ? "/dev/stdin" : file, filter, engine);
            }
            catch (CaptureException e)
            {
                engine.End();
                printer.Finish();
                standardError.WriteLine(e.Message);
                return Failed;
            }
            engine.End();
            packets += engine.Packets;
            flows += engine.Total;
        }
        printer.Finish();
        if (output is "none" or "table")
        {
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            standardError.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{packets} packets, {flows} flows in {seconds:0.000} s, {packets / seconds:0} packets/s"));
        }
        return 0;
    }
}
