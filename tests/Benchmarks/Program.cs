using System.Globalization;
using Benchmarks.Actors;
using Benchmarks.Captures;
using Benchmarks.Flows;
using Benchmarks.Ingest;
using Benchmarks.Live;
using Benchmarks.Queries;
using Benchmarks.Remoting;
using Benchmarks.Topology;
using Spectre.Console;

// A pipe has no width, and a table cut at 80 columns is of no use.
AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 120);
switch (args)
{
    case ["actors", .. var rest]:
        return await ActorBenchmark.RunAsync(rest);
    case ["remoting", .. var rest]:
        return await RequestReplyBenchmark.RunAsync(rest);
    case ["flows", "memory", .. var rest]:
        return FlowBenchmark.Run(rest);
    case ["flows", "files", var folder]:
        return FileBenchmark.Write(folder);
    case ["flows", "live", .. var rest]:
        return LiveBenchmark.Run(rest);
    case ["flows", "live-capture", var space, var device, var buffer]:
        return await LiveCapture.RunAsync(space, device, int.Parse(buffer, CultureInfo.InvariantCulture));
    case ["flows", "inputs"]:
        return InputBenchmark.Run();
    case ["flows", "cores"]:
        return CoresBenchmark.Run();
    case ["flows", "tunnel-capture", var file]:
        return await TunnelCapture.RunAsync(file);
    case ["ingest", "agent", var name, var port, var flows]:
        return await SyntheticAgent.RunAsync(name, int.Parse(port, CultureInfo.InvariantCulture), int.Parse(flows, CultureInfo.InvariantCulture));
    case ["ingest", .. var rest]:
        return await IngestBenchmark.RunAsync(rest);
    case ["queries", .. var rest]:
        return await QueriesBenchmark.RunAsync(rest);
    case ["live", .. var rest]:
        return await WholeLiveBenchmark.RunAsync(rest);
    case ["topology", "inside", .. var rest]:
        return await TopologyBenchmark.RunInsideAsync(rest);
    case ["topology", "hosts-process", var port, var hosts, var nodes]:
        return await SyntheticHosts.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(hosts, CultureInfo.InvariantCulture), int.Parse(nodes, CultureInfo.InvariantCulture));
    case ["topology", .. var rest]:
        return TopologyBenchmark.Run(rest);
    case ["captures", "run", var space, var count, var filter]:
        return await ManyCaptures.RunAsync(space, int.Parse(count, CultureInfo.InvariantCulture), filter);
    case ["captures", .. var rest]:
        return CapturesBenchmark.Run(rest);
    case ["flows"]:
        return FileBenchmark.Run() + InputBenchmark.Run() + FlowBenchmark.Run([]) + CoresBenchmark.Run();
    case []:
        return await ActorBenchmark.RunAsync([]) + await RequestReplyBenchmark.RunAsync([]) + FileBenchmark.Run() + InputBenchmark.Run() + FlowBenchmark.Run([]) + CoresBenchmark.Run();
    default:
        Console.Error.WriteLine($"There is no benchmark '{args[0]}'. Benchmarks: actors, captures, flows, ingest, live, queries, remoting, topology.");
        return 2;
}
