using Shared.Messages.Flows;

namespace Analyzer.Node.Gremlin;

/// <summary>Where flows come from.</summary>
internal interface IFlowSource
{
    /// <summary>All flows seen on these interfaces; null asks for flows of everywhere.</summary>
    /// <exception cref="TimeoutException">Not all flows entities answered in time.</exception>
    Task<IReadOnlyList<Flow>> GetFlowsAsync(IReadOnlyCollection<string>? nodeTids, CancellationToken stop);
}
