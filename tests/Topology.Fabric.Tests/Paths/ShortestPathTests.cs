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
}
