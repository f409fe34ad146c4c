using Agent.Node.Capture;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Tests;

/// <summary>Capture files and the flows in them.</summary>
internal static class Captures
{
    internal static readonly FlowOrigin Origin = new("host", "tid", "capture");

    internal static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The files of these tests; README.md there says where each is from.</summary>
    internal static string Folder { get; } = Path.Combine(RepositoryRoot, "tests", "Agent.Node.Tests", "captures");

    /// <summary>A file by its path there.</summary>
    internal static string File(string path) => Path.Combine(Folder, path);

    /// <summary>All flows of a file, as they are at its end, in the order they began.</summary>
    internal static List<Flow> FlowsOf(string file, FlowOptions? options = null)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(options ?? new FlowOptions(), Origin, output);
        CaptureFile.Read(file, null, engine);
        engine.End();
        return output.Flows;
    }

    /// <summary>All packets of a file, with their first layers.</summary>
    internal static List<(LinkType Link, byte[] Bytes)> PacketsOf(string file)
    {
        using var input = CaptureInput.Open(file);
        using var capture = new CaptureFile(input, null);
        var packets = new List<(LinkType, byte[])>();
        while (capture.Read())
        {
            foreach (ref readonly var place in capture.Packets)
            {
                packets.Add((capture.Link, capture.Block.Slice(place.Start, place.Length).ToArray()));
            }
        }
        return packets;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "SkydiveActors.sln")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException($"no SkydiveActors.sln above {AppContext.BaseDirectory}");
    }
}

/// <summary>The last report of each flow, in the order of their first.</summary>
internal sealed class FinalFlows : IFlowOutput
{
    private readonly Dictionary<string, Flow> _byUuid = [];

    internal List<Flow> Flows => [.. _byUuid.Values.OrderBy(flow => flow.Start)];

    internal int Reports { get; private set; }

    public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
    {
        Reports++;
        var flow = FlowMessages.ToMessage(record, since, details, Captures.Origin);
        _byUuid[flow.Uuid] = flow;
    }
}
