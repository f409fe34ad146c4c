using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;

namespace Topology.Fabric.Tests.Gremlin;

public class FlowQueryTests
{
    [Theory]
    [InlineData("Has('Application', 'HTTP')", "web")]
    [InlineData("G.Flows().Has('Application', 'HTTP')", "web")]
    [InlineData(" g.flows('Application', 'HTTP')", "web")]
    [InlineData("Has('ParentUUID', 'outer')", "inner")]
    [InlineData("HasNot('ICMP')", "outer web")]
    [InlineData("Has('ICMP.ID', 4711).Sort(DESC, 'Last').Limit(1)", "inner")]
    [InlineData("Sort('Last')", "web br0-1 inner outer")]
    [InlineData("Range(1, 3)", "inner br0-1")]
    [InlineData("Dedup('TrackingID')", "outer inner web")]
    [InlineData("Limit(2).Has('ICMP')", "inner")]
    public async Task Steps_do_what_they_do_in_a_query_of_the_graph(string text, string uuids)
    {
        var query = FlowQuery.Parse(text);
        var result = query.Run([.. SampleNetwork.Flows.Where(query.Keeps)]);
        string.Join(' ', result.ShouldBeOfType<FlowsTraversal>().Flows.Select(f => f.Uuid)).ShouldBe(uuids);
        var whole = text.TrimStart().StartsWith('g') || text.StartsWith('G') ? text : "G.Flows()." + text;
        string.Join(' ', await SampleNetwork.IdsAsync(whole)).ShouldBe(uuids);
    }

    [Theory]
    [InlineData("Has('Application', 'HTTP').HasNot('ICMP')", true)]
    [InlineData("Has('Application', 'HTTP').Limit(1)", false)]
    [InlineData("Limit(1).Has('Application', 'HTTP')", false)]
    [InlineData("Count()", false)]
    public void Conditions_alone_need_no_other_flows(string text, bool isConditionOnly) => FlowQuery.Parse(text).IsConditionOnly.ShouldBe(isConditionOnly);

    [Fact]
    public void A_count_is_a_value() =>
        FlowQuery.Parse("Count()").Run([new Flow(), new Flow()]).ShouldBe(new ValueTraversal(2L));

    [Theory]
    [InlineData("", 1, "a step should be here")]
    [InlineData("Has('UUID', 'a').", 18, "a step should follow '.'")]
    [InlineData("Has('Colour', 'red')", 5, "no field 'Colour'")]
    [InlineData("Has('UUID', 'a').Nodes()", 18, "Nodes asks for nodes")]
    [InlineData("RawPackets()", 1, "raw packets")]
    [InlineData("G", 2, "G.Flows()")]
    [InlineData("G.V().Flows()", 3, "G.Flows()")]
    [InlineData("Greater()", 1, "unknown step 'Greater'")]
    [InlineData("ShortestPathTo()", 1, "can't follow flows")]
    [InlineData("?", 1, "a step should be here, not '?'")]
    public void What_is_wrong_is_told_with_its_column(string text, int column, string reason)
    {
        var error = Should.Throw<GremlinException>(() => FlowQuery.Parse(text));
        error.Column.ShouldBe(column);
        error.Reason.ShouldContain(reason);
    }
}
