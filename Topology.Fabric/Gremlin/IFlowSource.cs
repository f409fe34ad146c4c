using System.Collections.Immutable;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin.Steps;

namespace Topology.Fabric.Gremlin;

/// <summary>Where flows are.</summary>
internal interface IFlowSource
{
    /// <summary>Answers a question.</summary>
    /// <exception cref="GremlinException">Something only the run could find.</exception>
    Task<Traversal> AskAsync(FlowQuestion question, Run run);

    /// <summary>The raw packets kept of these flows, each flow's in the order they were captured.</summary>
    Task<IReadOnlyList<RawPacket>> GetRawPacketsAsync(IReadOnlyCollection<Flow> flows, CancellationToken stop);
}

/// <summary>What a query asks of the flows where they are.</summary>
/// <param name="Plan">The steps.</param>
/// <param name="Of">Of whose flows.</param>
/// <param name="IsLast">The answer is the query's: nothing else will run on it.</param>
/// <param name="Steps">The same steps, for flows at hand.</param>
internal sealed record FlowQuestion(FlowPlan Plan, FlowsOf Of, bool IsLast, ImmutableArray<StepRun> Steps)
{
    /// <summary>The answer where these are all flows there are, those last seen first.</summary>
    public async Task<Traversal> OverAsync(IReadOnlyList<Flow> flows, Run run)
    {
        Traversal current = new FlowsTraversal(Of.Graph, flows);
        foreach (var step in Steps)
        {
            run.Stop.ThrowIfCancellationRequested();
            current = await step(current, run).ConfigureAwait(false);
        }

        return current;
    }
}

/// <summary>Flows at hand, in the order in which a query takes them.</summary>
internal sealed class FlowList(IReadOnlyList<Flow> flows, IReadOnlyList<RawPacket>? packets = null) : IFlowSource
{
    public static FlowList Empty { get; } = new([]);

    public Task<Traversal> AskAsync(FlowQuestion question, Run run) =>
        question.OverAsync(question.Of.NodeTids is { } tids ? [.. flows.Where(flow => tids.Contains(flow.NodeTid))] : flows, run);

    public Task<IReadOnlyList<RawPacket>> GetRawPacketsAsync(IReadOnlyCollection<Flow> flows, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<RawPacket>>([.. flows.SelectMany(flow => (packets ?? []).Where(packet => packet.FlowUuid == flow.Uuid))]);
}
