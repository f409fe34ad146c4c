using Akka.Actor;
using Shared.Messages.Serialization;

namespace Shared.Messages.Topology;

/// <summary>
/// Serializes the protocol of graphs: agents, host entities, views and the journal.
/// Manifests are part of the journal's format: add, never change.
/// </summary>
public sealed class TopologySerializer(ExtendedActorSystem system) : ProtocolSerializer(system, Protocol)
{
    /// <summary>Tells what's between agents, entities and views from what's for agents only.</summary>
    public const int Id = 1002;

    internal static readonly Protocol Protocol = new(Id, "topology",
    [
        new("metadata-value", MetadataValue.Parser),
        new("metadata-list", MetadataList.Parser),
        new("metadata-map", MetadataMap.Parser),
        new("graph-node", GraphNode.Parser),
        new("graph-edge", GraphEdge.Parser),
        new("graph-change", GraphChange.Parser),
        new("register-agent", RegisterAgent.Parser),
        new("agent-accepted", AgentAccepted.Parser),
        new("agent-refused", AgentRefused.Parser),
        new("sync-graph", SyncGraph.Parser),
        new("update-graph", UpdateGraph.Parser),
        new("graph-stored", GraphStored.Parser),
        new("graph-refused", GraphRefused.Parser),
        new("resync-graph", ResyncGraph.Parser),
        new("graph-changed", GraphChanged.Parser),
        new("get-host-graph", GetHostGraph.Parser),
        new("host-graph", HostGraph.Parser),
        new("announce-host-graphs", AnnounceHostGraphs.Parser),
        new("fabric-link", FabricLink.Parser),
        new("create-fabric-link", CreateFabricLink.Parser),
        new("delete-fabric-link", DeleteFabricLink.Parser),
        new("get-fabric-links", GetFabricLinks.Parser),
        new("fabric-links", FabricLinks.Parser),
        new("fabric-link-refused", FabricLinkRefused.Parser),
        new("fabric-link-created", FabricLinkCreated.Parser),
        new("fabric-link-deleted", FabricLinkDeleted.Parser),
        new("fabric-link-state", FabricLinkState.Parser),
        new("forget-host", ForgetHost.Parser),
        new("host-forgotten", HostForgotten.Parser),
        new("host-refused", HostRefused.Parser),
    ]);
}
