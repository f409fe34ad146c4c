using Shared.Messages.Parts;
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
/// <param name="At">When the last event was, in Unix milliseconds; 0 where an earlier version stored a snapshot.</param>
/// <param name="IsForgotten">It left, and nobody has to know it any more.</param>
internal sealed record HostState(string Host, long Revision, Graph Graph, long At, bool IsForgotten)
{
    public const string CauseSync = "sync";
    public const string CauseUpdate = "update";
    public const string CauseAgentLost = "agent lost";
    public const string CauseFabric = "fabric";
    public const string CauseForgotten = "forgotten";

    public static HostState Empty(string host) => new(host, 0, Graph.Empty, 0, false);

    public static HostState From(HostGraph snapshot) =>
        new(snapshot.Host, snapshot.Revision, Graph.Empty.WithHost(snapshot.Host, snapshot.Nodes.Select(n => n.ToModel()), snapshot.Edges.Select(e => e.ToModel())), snapshot.At, snapshot.Forgotten);

    /// <summary>What of the whole graph is new.</summary>
    public IReadOnlyList<GraphChanged> Decide(SyncGraph sync, string cause, long at)
    {
        var told = Graph.Empty.WithHost(Host, sync.Nodes.Select(n => n.ToModel()), sync.Edges.Select(e => e.ToModel()));
        return Changed(GraphProtocol.Difference(Graph, told), cause, at);
    }

    /// <summary>What of the changes changes anything.</summary>
    public IReadOnlyList<GraphChanged> Decide(UpdateGraph update, long at)
    {
        // As the nodes are after the changes so far: what is deleted and set again in one update must come back.
        var nodes = new Dictionary<string, GraphNode?>(StringComparer.Ordinal);
        return Changed(update.Changes.Where(change => Matters(change, nodes)), CauseUpdate, at);
    }

    /// <summary>Everything goes: nobody watches this host any more.</summary>
    public IReadOnlyList<GraphChanged> DecideAgentLost(long at) => Changed(GraphProtocol.Difference(Graph, Graph.Empty), CauseAgentLost, at);

    /// <summary>Nobody has to know this host any more: what's left of it goes, and that it was there.</summary>
    public IReadOnlyList<GraphChanged> DecideForget(long at)
    {
        if (IsForgotten)
        {
            return [];
        }

        var lost = DecideAgentLost(at);
        return [.. lost, new GraphChanged { Host = Host, Revision = Revision + lost.Count + 1, At = at, Cause = CauseForgotten }];
    }

    public HostState Apply(GraphChanged changed) =>
        this with { Revision = changed.Revision, Graph = Graph.Apply(changed.Changes), At = changed.At, IsForgotten = changed.Cause == CauseForgotten };

    public HostGraph ToMessage()
    {
        var message = new HostGraph { Host = Host, Revision = Revision, At = At, Forgotten = IsForgotten };
        message.Nodes.AddRange(Graph.Nodes.Select(n => n.ToMessage()));
        message.Edges.AddRange(Graph.AllEdges.Select(e => e.ToMessage()));
        return message;
    }

    // Events are told to all views: as many as it takes for each to be a message.
    private IReadOnlyList<GraphChanged> Changed(IEnumerable<GraphChange> changes, string cause, long at) =>
        [.. changes.Cut(InParts.LargestMessage).Select((few, i) => new GraphChanged { Host = Host, Revision = Revision + 1 + i, At = at, Cause = cause, Changes = { few } })];

    private bool Matters(GraphChange change, Dictionary<string, GraphNode?> nodes)
    {
        switch (change.ChangeCase)
        {
            case GraphChange.ChangeOneofCase.NodeSet:
                if (!nodes.TryGetValue(change.NodeSet.Id, out var known) && Graph.Node(change.NodeSet.Id) is { } stored)
                {
                    // To look at all of a node costs more than all else: one of another revision or time is another one.
                    known = stored.Revision == change.NodeSet.Revision && stored.UpdatedAt == change.NodeSet.UpdatedAt ? stored.ToMessage() : null;
                }

                nodes[change.NodeSet.Id] = change.NodeSet;
                return !change.NodeSet.Equals(known);
            case GraphChange.ChangeOneofCase.NodeDeleted:
                nodes[change.NodeDeleted] = null;
                return true;
            case GraphChange.ChangeOneofCase.None:
                return false;
            default:
                return true;
        }
    }
}
