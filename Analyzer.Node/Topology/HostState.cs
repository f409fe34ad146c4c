using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Analyzer.Node.Topology;

/// <summary>
/// One host's graph as its events say: what changes when the agent tells its graph, what a change makes of the state. Pure.
/// </summary>
/// <param name="Host">The host, or the fabric.</param>
/// <param name="Revision">Number of the last event, counted from 1 without gaps.</param>
/// <param name="Graph">The host's nodes and edges.</param>
internal sealed record HostState(string Host, long Revision, Graph Graph)
{
    public const string CauseSync = "sync";
    public const string CauseUpdate = "update";
    public const string CauseAgentLost = "agent lost";
    public const string CauseFabric = "fabric";

    public static HostState Empty(string host) => new(host, 0, Graph.Empty);

    public static HostState From(HostGraph snapshot) =>
        new(snapshot.Host, snapshot.Revision, Graph.Empty.WithHost(snapshot.Host, snapshot.Nodes.Select(n => n.ToModel()), snapshot.Edges.Select(e => e.ToModel())));

    /// <summary>What of the whole graph is new; null when nothing is.</summary>
    public GraphChanged? Decide(SyncGraph sync, string cause, long at)
    {
        var told = Graph.Empty.WithHost(Host, sync.Nodes.Select(n => n.ToModel()), sync.Edges.Select(e => e.ToModel()));
        return Changed(GraphProtocol.Difference(Graph, told), cause, at);
    }

    /// <summary>What of the changes changes anything; null when none does.</summary>
    public GraphChanged? Decide(UpdateGraph update, long at) => Changed(update.Changes.Where(Matters), CauseUpdate, at);

    /// <summary>Everything goes: nobody watches this host any more. Null when there's nothing.</summary>
    public GraphChanged? DecideAgentLost(long at) => Changed(GraphProtocol.Difference(Graph, Graph.Empty), CauseAgentLost, at);

    public HostState Apply(GraphChanged changed) => this with { Revision = changed.Revision, Graph = Graph.Apply(changed.Changes) };

    public HostGraph ToMessage()
    {
        var message = new HostGraph { Host = Host, Revision = Revision };
        message.Nodes.AddRange(Graph.Nodes.Select(n => n.ToMessage()));
        message.Edges.AddRange(Graph.AllEdges.Select(e => e.ToMessage()));
        return message;
    }

    private GraphChanged? Changed(IEnumerable<GraphChange> changes, string cause, long at)
    {
        var changed = new GraphChanged { Host = Host, Revision = Revision + 1, At = at, Cause = cause };
        changed.Changes.AddRange(changes);
        return changed.Changes.Count > 0 ? changed : null;
    }

    // Judged against the state before the whole update: an element set and deleted in one update must not lose its deletion.
    private bool Matters(GraphChange change) => change.ChangeCase switch
    {
        GraphChange.ChangeOneofCase.NodeSet => Graph.Node(change.NodeSet.Id) is not { } known || !known.ToMessage().Equals(change.NodeSet),
        GraphChange.ChangeOneofCase.None => false,
        _ => true,
    };
}
