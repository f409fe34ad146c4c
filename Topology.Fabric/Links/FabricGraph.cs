using Topology.Fabric.Model;

namespace Topology.Fabric.Links;

/// <summary>What the fabric's links make of the live graph.</summary>
public static class FabricGraph
{
    /// <summary>The name the fabric goes by where other graphs have their host's.</summary>
    public const string Host = "fabric";

    /// <summary>
    /// The fabric's nodes and edges. A link between two fabric nodes gives an ownership and a layer 2 edge (only layer 2 when written
    /// <c>--></c>); a link to live nodes gives a layer 2 edge to each that's there now.
    /// </summary>
    /// <param name="links">The links.</param>
    /// <param name="live">The merged graph, the fabric's own elements in it or not.</param>
    /// <param name="origin">Who makes it: "analyzer.host1".</param>
    /// <param name="at">Unix milliseconds of what's new.</param>
    public static Graph Evaluate(IReadOnlyList<FabricLink> links, Graph live, string origin, long at)
    {
        var nodes = FabricNodes(links, origin, at);
        var builder = Graph.Empty.ToBuilder();
        foreach (var node in nodes.Values)
        {
            builder.Set(node);
        }

        foreach (var link in links)
        {
            var parent = nodes[link.Parent.Key];
            switch (link.Child)
            {
                case FabricNode child:
                    if (!link.Layer2Only)
                    {
                        builder.Set(Relations.Link(parent, nodes[child.Key], Relations.Ownership, Host, origin, at));
                    }

                    builder.Set(Layer2(parent, nodes[child.Key], link, origin, at));
                    break;
                case LiveNodes pattern:
                    foreach (var node in Matches(live, pattern))
                    {
                        builder.Set(Layer2(parent, node, link, origin, at));
                    }

                    break;
            }
        }

        return builder.ToGraph();
    }

    // A node may be spoken of in several links: what one adds to another's attributes is kept, what contradicts it isn't.
    private static Dictionary<string, Node> FabricNodes(IReadOnlyList<FabricLink> links, string origin, long at)
    {
        var metadata = new Dictionary<string, Metadata>(StringComparer.Ordinal);
        foreach (var link in links)
        {
            Add(link.Parent);
            if (link.Child is FabricNode child)
            {
                Add(child);
            }
        }

        return metadata.ToDictionary(
            m => m.Key,
            m => new Node
            {
                Id = NameUuid.Of("fabric", m.Key),
                Host = Host,
                Origin = origin,
                Metadata = WithDefault(WithDefault(m.Value, "Name", m.Key), "Type", "device").Set("Probe", "fabric"),
                CreatedAt = at,
                UpdatedAt = at,
                Revision = 1,
            },
            StringComparer.Ordinal);

        void Add(FabricNode node)
        {
            var known = metadata.GetValueOrDefault(node.Key, Metadata.Empty);
            foreach (var (key, value) in node.Metadata)
            {
                known = WithDefault(known, key, value);
            }

            metadata[node.Key] = known;
        }
    }

    private static IEnumerable<Node> Matches(Graph live, LiveNodes pattern)
    {
        foreach (var parent in live.Nodes)
        {
            if (parent.Host == Host || !Has(parent, pattern.Parent))
            {
                continue;
            }

            foreach (var child in live.Neighbours(parent.Id, Graph.Direction.Out))
            {
                if (Has(child, pattern.Child))
                {
                    yield return child;
                }
            }
        }
    }

    private static bool Has(Node node, Metadata wanted) => wanted.All(field => node.Metadata.Has(field.Key, field.Value));

    // A link's own RelationType, if it has one, is what its author wants.
    private static Edge Layer2(Node parent, Node child, FabricLink link, string origin, long at)
    {
        var relation = link.Metadata[Relations.Key] is { Kind: MetaKind.Text, Text: var written } ? written : Relations.Layer2;
        return Relations.Link(parent, child, relation, Host, origin, at, link.Metadata);
    }

    private static Metadata WithDefault(Metadata metadata, string key, MetaValue value) =>
        metadata.TryGet(key, out _) ? metadata : metadata.Set(key, value);
}
