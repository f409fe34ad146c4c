using Shared.Messages.Topology;

namespace Analyzer.Node.Tests.Kit;

/// <summary>Elements of graphs in few words.</summary>
internal static class Graphs
{
    public static GraphNode Node(string id, string host = "h1", params (string Key, string Value)[] metadata)
    {
        var node = new GraphNode { Id = id, Host = host, Origin = $"agent.{host}", Metadata = new MetadataMap(), Revision = 1 };
        node.Metadata.Fields["Name"] = new MetadataValue { StringValue = id };
        foreach (var (key, value) in metadata)
        {
            node.Metadata.Fields[key] = new MetadataValue { StringValue = value };
        }

        return node;
    }

    public static GraphEdge Edge(string parent, string child, string host = "h1")
    {
        var edge = new GraphEdge { Id = $"{parent}-{child}", Parent = parent, Child = child, Host = host, Metadata = new MetadataMap() };
        edge.Metadata.Fields["RelationType"] = new MetadataValue { StringValue = "ownership" };
        return edge;
    }

    public static SyncGraph Sync(string session, long sequence, IEnumerable<GraphNode> nodes, IEnumerable<GraphEdge>? edges = null, string host = "h1")
    {
        var sync = new SyncGraph { Host = host, Session = session, Sequence = sequence };
        sync.Nodes.AddRange(nodes);
        sync.Edges.AddRange(edges ?? []);
        return sync;
    }

    public static UpdateGraph Update(string session, long sequence, params GraphChange[] changes)
    {
        var update = new UpdateGraph { Host = "h1", Session = session, Sequence = sequence };
        update.Changes.AddRange(changes);
        return update;
    }

    public static GraphChange Set(GraphNode node) => new() { NodeSet = node };

    public static GraphChange Set(GraphEdge edge) => new() { EdgeSet = edge };

    public static GraphChange DeleteNode(string id) => new() { NodeDeleted = id };
}
