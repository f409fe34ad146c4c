using System.Text.Json.Nodes;
using Analyzer.Node.Http;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Tests.Views;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Analyzer.Node.Tests.Http;

public sealed class PageGraphTests
{
    private readonly Page _page = new();
    private readonly PageGraph _told = new();
    private Graph _graph = Graph.Empty;

    public PageGraphTests() => Tell(Node(1400));

    [Fact]
    public void Of_a_node_that_changed_a_little_the_changed_fields_are_told_and_those_that_went()
    {
        var change = Tell(Node(1500, state: null));
        change.ToJsonString().ShouldBe("""{"op":"nodeChanged","id":"n","set":{"MTU":"1500"},"gone":["State"],"UpdatedAt":7,"Revision":1500}""");
        Shown().ShouldBe(Whole());
    }

    [Fact]
    public void Changes_that_undo_each_other_are_told_from_what_the_page_knows()
    {
        Take(Node(1500));
        Take(Node(1400, state: "DOWN"));
        var change = Next()!;
        change["set"]!.AsObject().Select(field => field.Key).ShouldBe(["State"]);
        Shown().ShouldBe(Whole());
    }

    [Fact]
    public void A_node_that_went_and_came_or_is_mostly_another_is_told_whole()
    {
        Take(new GraphChange { NodeDeleted = "n" });
        Next()!["op"]!.ToString().ShouldBe("nodeDeleted");
        Tell(Node(1500))["op"]!.ToString().ShouldBe("node");
        Tell(new GraphChange { NodeSet = Graphs.Node("n", "h", ("Other", "x")) })["op"]!.ToString().ShouldBe("node");
        Shown().ShouldBe(Whole());
    }

    private static GraphChange Node(int mtu, string? state = "UP")
    {
        (string, string)[] fields = [("Driver", "veth"), ("MAC", "02"), ("MTU", $"{mtu}"), ("Name", "eth0"), ("Type", "veth")];
        var node = Graphs.Node("n", "h", state is null ? fields : [.. fields, ("State", state)]);
        (node.UpdatedAt, node.Revision) = (7, mtu);
        return new GraphChange { NodeSet = node };
    }

    private string Shown() => string.Join(' ', _page.Nodes["n"]["Metadata"]!.AsObject().OrderBy(field => field.Key, StringComparer.Ordinal)) + _page.Nodes["n"]["Revision"];

    private string Whole()
    {
        var (whole, page) = (new PageGraph(), new Page());
        whole.Take(_graph, []);
        page.Take(whole.Next()!.WrittenSpan);
        return string.Join(' ', page.Nodes["n"]["Metadata"]!.AsObject().OrderBy(field => field.Key, StringComparer.Ordinal)) + page.Nodes["n"]["Revision"];
    }

    private JsonNode Tell(GraphChange change)
    {
        Take(change);
        return Next()!;
    }

    private void Take(GraphChange change)
    {
        _graph = _graph.Apply([change]);
        _told.Take(_graph, [change]);
    }

    /// <summary>The next message's only change.</summary>
    private JsonNode? Next()
    {
        var message = _told.Next()!;
        _page.Take(message.WrittenSpan);
        return JsonNode.Parse(message.WrittenSpan)!["changes"]?.AsArray().ShouldHaveSingleItem();
    }
}
