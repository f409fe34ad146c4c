using Topology.Fabric.Model;
using Topology.Fabric.Paths;

namespace Topology.Fabric.Tests.Paths;

public class ShortestPathTests
{
    private static readonly Graph Sample = Graphs.Of("a-b b-c c-d a-x x-d e-f");

    [Fact]
    public void The_fewest_edges_win() => Path("a", "d").ShouldBe(["a", "x", "d"]);

    [Fact]
    public void Edges_lead_both_ways() => Path("d", "a").ShouldBe(["d", "x", "a"]);

    [Fact]
    public void A_node_is_its_own_path() => Path("a", "a").ShouldBe(["a"]);

    [Fact]
    public void There_is_no_path_between_islands() => Path("a", "f").ShouldBeEmpty();

    [Fact]
    public void There_is_no_path_from_a_node_that_is_not_there() => Path("zz", "a").ShouldBeEmpty();

    [Fact]
    public void Edges_that_may_not_be_used_are_gone_round() =>
        ShortestPath.Find(Sample, "a", n => n.Id == "d", e => e.Child != "x").Select(n => n.Id).ShouldBe(["a", "b", "c", "d"]);

    private static IEnumerable<string> Path(string from, string to) => ShortestPath.Find(Sample, from, n => n.Id == to).Select(n => n.Id);

    [Fact]
    public void A_search_from_both_ends_finds_paths_as_short_as_one_from_the_start()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var builder = Graph.Empty.ToBuilder();
            var nodes = 2 + random.Next(60);
            for (var i = 0; i < nodes; i++)
            {
                builder.Set(new Node { Id = $"{i}" });
            }

            for (var i = random.Next(2 * nodes); i > 0; i--)
            {
                builder.Set(new Edge { Id = $"e{i}", Parent = $"{random.Next(nodes)}", Child = $"{random.Next(nodes)}", Revision = random.Next(4) });
            }

            var graph = builder.ToGraph();
            Func<Edge, bool>? through = random.Next(2) == 0 ? null : edge => edge.Revision > 0;
            var targets = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => $"{random.Next(nodes)}").ToHashSet();
            for (var from = 0; from < nodes; from++)
            {
                var one = ShortestPath.Find(graph, $"{from}", node => targets.Contains(node.Id), through);
                var both = ShortestPath.Find(graph, $"{from}", targets, through);
                both.Count.ShouldBe(one.Count, $"seed {seed}, from {from}");
                if (both.Count > 0)
                {
                    both[0].Id.ShouldBe($"{from}");
                    targets.ShouldContain(both[^1].Id);
                    both.Zip(both.Skip(1)).ShouldAllBe(hop => graph.Neighbours(hop.First.Id, Graph.Direction.Both, through).Any(n => n.Id == hop.Second.Id));
                }
            }
        }
    }
}
