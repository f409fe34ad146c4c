using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Model;

/// <summary>Nodes found by an index beside those found by a look at each, while the graph changes.</summary>
public sealed class NodeIndexTests
{
    [Fact]
    public async Task What_an_index_finds_is_what_a_look_at_each_node_finds()
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var random = new Random(seed);
            var graph = Graph.EmptyIndexed;
            var others = graph;
            for (var step = 0; step < 300; step++)
            {
                graph = Changed(graph, random);
                if (step % 50 == 0)
                {
                    // A graph with the same past and another present.
                    others = Changed(graph, random);
                    await CompareAsync(others, seed);
                }

                if (random.Next(3) == 0)
                {
                    await CompareAsync(random.Next(4) == 0 ? others : graph, seed);
                }
            }
        }
    }

    private static Graph Changed(Graph graph, Random random)
    {
        var builder = graph.ToBuilder();
        for (var left = random.Next(40) == 0 ? 1_500 : random.Next(4); left >= 0; left--)
        {
            var id = $"n{random.Next(2_000)}";
            if (random.Next(4) == 0)
            {
                builder.RemoveNode(id);
            }
            else
            {
                builder.Set(new Node
                {
                    Id = id,
                    Host = $"h{random.Next(5)}",
                    Metadata = Metadata.Create(
                        ("Name", random.Next(10) == 0 ? 3 : $"eth{random.Next(5)}"), ("Type", random.Next(2) == 0 ? "device" : "bridge"), ("IPV4", MetaValue.Texts([$"10.0.0.{random.Next(5)}", "10.0.1.1"])),
                        ("TID", $"tid{id}"), (random.Next(3) == 0 ? "Host" : "MTU", $"h{random.Next(5)}")),
                });
            }
        }

        return builder.ToGraph();
    }

    private static async Task CompareAsync(Graph graph, int seed)
    {
        foreach (var (key, value) in new[] { ("Name", "'eth1'"), ("Type", "'device'"), ("IPV4", "'10.0.0.2'"), ("IPV4", "'10.0.1.1'"), ("Host", "'h2'"), ("TID", "Within('tidn5', 'tidn6')"), ("Name", "Within('eth2', 3)"), ("Name", "3") })
        {
            // A regular expression in front of it is no help to an index, and neither is a step between.
            var indexed = await IdsAsync(graph, $"G.V().Has('{key}', {value})");
            var looked = await IdsAsync(graph, $"G.V().Dedup().Has('{key}', {value})");
            indexed.ShouldBe(looked, $"{key} {value}, seed {seed}");
            (await IdsAsync(graph, $"G.V('{key}', {value}).Has('Type', Regex('d.*'))")).ShouldBe(await IdsAsync(graph, $"G.V().Dedup().Has('{key}', {value}, 'Type', 'device')"));
        }
    }

    private static async Task<string[]> IdsAsync(Graph graph, string query) =>
        [.. ((NodesTraversal)await GremlinQuery.Parse(query).RunAsync(graph, [], CancellationToken.None)).Nodes.Select(node => node.Id).Order(StringComparer.Ordinal)];
}
