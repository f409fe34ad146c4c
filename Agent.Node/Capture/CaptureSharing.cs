using Agent.Node.Flows;
using Agent.Node.Linux;
using Shared.Messages.Configuration;

namespace Agent.Node.Capture;

/// <summary>What all captures of an agent have in common: who reads, and how much memory there is for all.</summary>
internal sealed class CaptureSharing
{
    /// <summary>Two sockets, the interface's counters, and one more socket while the ring changes.</summary>
    private const int DescriptorsOfOne = 4;

    /// <summary>For all else a process opens: a runtime that can't open a file ends.</summary>
    private const int OtherDescriptors = 256;

    private readonly long _innerFlows;
    private readonly Lazy<PcapThreads> _threads = new(() => new PcapThreads());
    private readonly Lazy<SharedBudget> _places;

    /// <param name="rings">Bytes of all kernel rings.</param>
    /// <param name="flows">Bytes of all flow tables.</param>
    /// <param name="innerFlows">Bytes of the flow tables of the tunnels below one capture.</param>
    /// <param name="descriptors">Files and sockets this process may have open; null: as many as the kernel lets it have.</param>
    internal CaptureSharing(long rings, long flows, long innerFlows, long? descriptors = null)
    {
        _places = new(() => new SharedBudget(((descriptors ?? DescriptorLimit.Raise()) - OtherDescriptors) / DescriptorsOfOne));
        Rings = new RingMemory(rings);
        Flows = new FlowMemory(flows);
        _innerFlows = innerFlows;
    }

    /// <summary>The threads that read packet captures.</summary>
    internal PcapThreads Threads => _threads.Value;

    /// <summary>How many more packet captures there are descriptors for.</summary>
    internal SharedBudget Places => _places.Value;

    /// <summary>Those that open and close them: they wait for the kernel, which does it for several at once.</summary>
    internal HelperThreads Helpers { get; } = new(8);

    /// <summary>Memory of all kernel rings.</summary>
    internal RingMemory Rings { get; }

    /// <summary>Memory of all flow tables.</summary>
    internal FlowMemory Flows { get; }

    /// <summary>A capture's part of it for its tunnels.</summary>
    internal FlowMemory InnerFlows() => Flows.Part(_innerFlows);

    /// <summary>As configured.</summary>
    internal static CaptureSharing Of(CaptureOptions captures, Shared.Messages.Configuration.FlowOptions flows) => new(captures.RingMemory, flows.Memory, flows.TunnelMemory);
}
