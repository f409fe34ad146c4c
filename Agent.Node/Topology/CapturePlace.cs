namespace Agent.Node.Topology;

/// <summary>What there is to capture, or to inject into, at a node.</summary>
internal abstract record CapturePlace
{
    private CapturePlace()
    {
    }

    /// <summary>A device of the kernel's.</summary>
    /// <param name="Name">In its namespace.</param>
    /// <param name="Index">Tells an interface from a later one of the same name.</param>
    /// <param name="NamespacePath">File of the namespace; null: the agent's own.</param>
    internal sealed record Device(string Name, int Index, string? NamespacePath) : CapturePlace;

    /// <summary>An Open vSwitch bridge.</summary>
    internal sealed record Bridge(string Name) : CapturePlace;

    /// <summary>The host itself, where other machines' counts of flows are received.</summary>
    internal sealed record Host : CapturePlace;

    /// <summary>A capture file.</summary>
    internal sealed record File(string Path) : CapturePlace;

    /// <summary>Nothing: a tunnel port or patch port of Open vSwitch's, which has no device.</summary>
    internal sealed record None : CapturePlace;
}
