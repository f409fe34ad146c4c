using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin;

/// <summary>The time a query asks about, in Unix milliseconds: a moment, or all of what there was between two.</summary>
/// <param name="Start">From when on; of a moment, that.</param>
/// <param name="Last">Until when.</param>
/// <param name="IsMoment">It's asked for the state at a moment.</param>
internal readonly record struct TimeSlice(long Start, long Last, bool IsMoment);

/// <summary>What there was at a time.</summary>
internal sealed record PastState(Graph Graph, IFlowSource Flows);

/// <summary>Where queries about the past get what there was: At and Context, and nothing else, ask it.</summary>
internal interface IHistory
{
    /// <summary>What there was then.</summary>
    /// <exception cref="GremlinException">It isn't known, said at the step that asks.</exception>
    Task<PastState> AtAsync(TimeSlice slice, Arguments step, CancellationToken stop);
}

/// <summary>Only the present is known.</summary>
internal sealed class NoHistory : IHistory
{
    public static NoHistory Instance { get; } = new();

    public Task<PastState> AtAsync(TimeSlice slice, Arguments step, CancellationToken stop) =>
        throw step.Wrong(step.Column, "can only ask for NOW: there is no history yet, queries are about the present");
}
