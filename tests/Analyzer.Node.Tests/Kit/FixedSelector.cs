using System.Collections.Concurrent;
using Analyzer.Node.Selection;
using Topology.Fabric.Model;
using GraphNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Kit;

/// <summary>Selects what the test says.</summary>
internal sealed class FixedSelector : INodeSelector
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<GraphNode>> _nodes = new();

    public FixedSelector() => Set("G.V().Has('Type', 'host')", NodeOf("h1", "h1"), NodeOf("h2", "h2"));

    public static GraphNode NodeOf(string id, string host, params (string Key, MetaValue Value)[] metadata) =>
        new() { Id = id, Host = host, Metadata = Metadata.Create([("Name", id), ("TID", $"tid-{id}"), .. metadata]) };

    public void Set(string gremlin, params GraphNode[] nodes) => _nodes[gremlin] = nodes;

    public Task<IReadOnlyList<GraphNode>> Select(string gremlin) => gremlin.StartsWith("G.", StringComparison.Ordinal)
        ? Task.FromResult(_nodes.GetValueOrDefault(gremlin, []))
        : Task.FromException<IReadOnlyList<GraphNode>>(new NodeSelectionException($"column 1: '{gremlin}' is no query"));
}
