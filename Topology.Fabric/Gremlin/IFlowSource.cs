using Shared.Messages.Flows;

namespace Topology.Fabric.Gremlin;

/// <summary>Where flows come from.</summary>
public interface IFlowSource
{
    /// <summary>All flows seen on these interfaces; null asks for flows of everywhere.</summary>
    /// <exception cref="TimeoutException">Not all flows entities answered in time.</exception>
    Task<IReadOnlyList<Flow>> GetFlowsAsync(IReadOnlyCollection<string>? nodeTids, CancellationToken stop);

    /// <summary>The raw packets kept of these flows, each flow's in the order they were captured.</summary>
    /// <exception cref="TimeoutException">Not all flows entities answered in time.</exception>
    Task<IReadOnlyList<RawPacket>> GetRawPacketsAsync(IReadOnlyCollection<Flow> flows, CancellationToken stop);
}
