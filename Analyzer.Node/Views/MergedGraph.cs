using System.Collections.Immutable;
using Analyzer.Node.Topology;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Analyzer.Node.Views;

/// <summary>
/// The graphs of all hosts in one, each at its own revision. Pure: takes what hosts tell, in whatever order and however often, and
/// says what it makes of it.
/// </summary>
internal sealed record MergedGraph(Graph Graph, ImmutableDictionary<string, long> Revisions)
{
    /// <summary>What became of something told.</summary>
    internal enum Outcome
    {
        /// <summary>It was known already.</summary>
        Known,
        /// <summary>It's part of the graph now.</summary>
        Taken,
        /// <summary>Something before it is missing: ask the host for its whole graph.</summary>
        Gap,
    }

    public static MergedGraph Empty { get; } = new(Graph.EmptyIndexed, ImmutableDictionary.Create<string, long>(StringComparer.Ordinal));

    /// <summary>Takes one event.</summary>
    public (MergedGraph Graph, Outcome Outcome, IReadOnlyList<GraphChange> Changes) Take(GraphChanged changed)
    {
        if (changed.Cause == HostState.CauseForgotten)
        {
            return Forget(changed.Host);
        }

        var known = Revisions.GetValueOrDefault(changed.Host);
        if (changed.Revision <= known)
        {
            return (this, Outcome.Known, []);
        }

        if (changed.Revision > known + 1)
        {
            return (this, Outcome.Gap, []);
        }

        return (new MergedGraph(Graph.Apply(changed.Changes), Revisions.SetItem(changed.Host, changed.Revision)), Outcome.Taken, changed.Changes);
    }

    /// <summary>Takes a whole host's graph. One older than what's known is ignored.</summary>
    public (MergedGraph Graph, Outcome Outcome, IReadOnlyList<GraphChange> Changes) Take(HostGraph host)
    {
        if (host.Forgotten)
        {
            return Forget(host.Host);
        }

        if (Revisions.TryGetValue(host.Host, out var known) && host.Revision <= known)
        {
            return (this, Outcome.Known, []);
        }

        var merged = Graph.WithHost(host.Host, host.Nodes.Select(n => n.ToModel()), host.Edges.Select(e => e.ToModel()));
        return (new MergedGraph(merged, Revisions.SetItem(host.Host, host.Revision)), Outcome.Taken, GraphProtocol.Difference(Graph, merged, host.Host));
    }

    private (MergedGraph Graph, Outcome Outcome, IReadOnlyList<GraphChange> Changes) Forget(string host)
    {
        if (!Revisions.ContainsKey(host))
        {
            return (this, Outcome.Known, []);
        }

        var without = Graph.WithHost(host, [], []);
        return (new MergedGraph(without, Revisions.Remove(host)), Outcome.Taken, GraphProtocol.Difference(Graph, without, host));
    }
}
