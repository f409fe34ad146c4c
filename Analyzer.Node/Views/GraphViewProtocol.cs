using Akka.Actor;
using Akka.Event;
using Shared.Messages.Topology;
using Topology.Fabric.Model;

namespace Analyzer.Node.Views;

// Messages of the view. They never leave the node: a graph is told by reference.

/// <summary>Asks the view for its graph. Answered by <see cref="CurrentGraph"/>.</summary>
internal sealed record GetGraph
{
    public static readonly GetGraph Instance = new();
}

/// <summary>The merged graph as it is now.</summary>
/// <param name="Graph">All hosts' nodes and edges.</param>
/// <param name="Hosts">All hosts whose graph has been seen, and whether anything of them is left.</param>
internal sealed record CurrentGraph(Graph Graph, IReadOnlyDictionary<string, HostView> Hosts);

/// <summary>What a view knows of one host.</summary>
/// <param name="Revision">Its last event.</param>
/// <param name="IsEmpty">Its agent is lost, or it never had anything.</param>
internal sealed record HostView(long Revision, bool IsEmpty);

/// <summary>Subscribes to <see cref="GraphUpdated"/>, starting with one that has no changes. Ends with the subscriber.</summary>
internal sealed record SubscribeToGraph(IActorRef Subscriber);

/// <summary>Tells a subscriber the graph and what changed since the last time.</summary>
internal sealed record GraphUpdated(Graph Graph, IReadOnlyList<GraphChange> Changes) : IDeadLetterSuppression;
