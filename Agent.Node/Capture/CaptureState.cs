using Agent.Node.Flows;

namespace Agent.Node.Capture;

/// <summary>How a capture on a node is doing: an item of the node's metadata `Captures`.</summary>
internal sealed record CaptureState
{
    public const string Starting = "starting";
    public const string Active = "active";
    public const string Finished = "finished";
    public const string Failed = "error";

    /// <summary>UUID of the capture.</summary>
    public required string Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>"pcap", "ovsmirror", "ovssflow", "sflow", "netflow" or "file": the one in use, where the user left it open.</summary>
    public string Type { get; init; } = "";

    public string BpfFilter { get; init; } = "";

    /// <summary>One of this type's constants.</summary>
    public string State { get; init; } = Starting;

    /// <summary>Why it failed.</summary>
    public string Error { get; init; } = "";

    public long PacketsReceived { get; init; }

    /// <summary>By the kernel, for want of room in its ring.</summary>
    public long PacketsDropped { get; init; }

    /// <summary>By the interface or its driver.</summary>
    public long PacketsIfDropped { get; init; }

    /// <summary>By this agent: packets inside tunnels, whose actors were too busy or too many.</summary>
    public long PacketsAgentDropped { get; init; }

    /// <summary>Times its kernel ring couldn't grow with the traffic: the agent's rings may not take more memory.</summary>
    public long RingsRefused { get; init; }

    /// <inheritdoc cref="CaptureStatistics.UpdatesLost"/>
    public long UpdatesLost { get; init; }

    /// <inheritdoc cref="CaptureStatistics.UpdatesLostSince"/>
    public long UpdatesLostSince { get; init; }

    /// <summary>What else there was.</summary>
    public EngineCounts Counts { get; init; }
}
