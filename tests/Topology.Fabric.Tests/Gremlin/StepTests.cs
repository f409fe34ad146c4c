using Topology.Fabric.Gremlin;

namespace Topology.Fabric.Tests.Gremlin;

public class StepTests
{
    [Theory]
    [InlineData("G.V('eth1')", "eth1")]
    [InlineData("G.V('nothing')", "")]
    [InlineData("g.v().has('Name', 'br0')", "br0")]
    [InlineData("G.V().Has('Type', 'device', 'MTU', 1500)", "eth1")]
    [InlineData("G.V('Name', 'br0')", "br0")]
    [InlineData("G.V().Has('IPV4', '10.9.0.1/16')", "eth1")]
    [InlineData("G.V().Has('Ovs.Options.key', '7')", "br0")]
    [InlineData("G.V().Has('MTU')", "eth1 eth1b")]
    [InlineData("G.V().HasKey('Ovs')", "br0")]
    [InlineData("G.V().HasNot('MTU').Has('Type', Ne('host'))", "br0 tor")]
    [InlineData("G.V().HasEither('Name', 'br0', 'MTU', 9000)", "br0 eth1b")]
    [InlineData("G.V().Has('Up', true)", "tor")]
    [InlineData("G.V().Has('ID', 'h1')", "h1")]
    public async Task Nodes_are_selected_by_what_they_have(string query, string ids) => string.Join(' ', await SampleNetwork.IdsAsync(query)).ShouldBe(ids);

    [Theory]
    [InlineData("Eq(1500)", "eth1")]
    [InlineData("Ne(1500)", "eth1b")]
    [InlineData("Nee(1500)", "br0 eth1b h1 h2 tor")]
    [InlineData("Lt(1501)", "eth1")]
    [InlineData("Lte(1500)", "eth1")]
    [InlineData("Gt(1500)", "eth1b")]
    [InlineData("Gte(1500)", "eth1 eth1b")]
    [InlineData("Inside(1500, 9000)", "")]
    [InlineData("Between(1500, 9000)", "eth1")]
    [InlineData("Outside(1600, 8000)", "eth1 eth1b")]
    [InlineData("Within(1, 9000)", "eth1b")]
    [InlineData("Without(9000)", "br0 eth1 h1 h2 tor")]
    [InlineData("1500.0", "eth1")]
    public async Task Predicates_compare_numbers(string predicate, string ids) =>
        string.Join(' ', await SampleNetwork.IdsAsync($"G.V().Has('MTU', {predicate})")).ShouldBe(ids);

    [Theory]
    [InlineData("G.V().Has('Name', Regex('eth.*'))", "eth1 eth1b")]
    [InlineData("G.V().Has('Name', Regex('eth'))", "")]
    [InlineData("G.V().Has('Name', Regex('a|br\\d'))", "br0")]
    [InlineData("G.V().Has('Name', Within('br0', 'tor1'))", "br0 tor")]
    [InlineData("G.V().Has('IPV4', IPV4Range('10.9.0.0/16'))", "eth1")]
    [InlineData("G.V().Has('IPV4', IPV4Range('10.8.0.0/16'))", "")]
    public async Task Predicates_match_texts(string query, string ids) => string.Join(' ', await SampleNetwork.IdsAsync(query)).ShouldBe(ids);

    [Theory]
    [InlineData("G.V('h1').Out()", "br0 eth1")]
    [InlineData("G.V('h1').Out('Type', 'ovsbridge')", "br0")]
    [InlineData("G.V('eth1').In()", "br0 h1 tor")]
    [InlineData("G.V('eth1').Both().Both().Dedup().Has('MTU', 9000)", "eth1b")]
    [InlineData("G.V('eth1').InE('RelationType', 'layer2')", "br0-eth1 tor-eth1")]
    [InlineData("G.V('h1').OutE()", "h1-br0 h1-eth1")]
    [InlineData("G.V('br0').BothE()", "br0-eth1 h1-br0")]
    [InlineData("G.E().Has('RelationType', 'layer2').Has('Parent', 'br0')", "br0-eth1")]
    [InlineData("G.E('h1-br0').InV()", "h1")]
    [InlineData("G.E('h1-br0').OutV()", "br0")]
    [InlineData("G.E('h1-br0').BothV()", "br0 h1")]
    [InlineData("G.E().HasNot('RelationType')", "")]
    public async Task Steps_go_from_nodes_to_edges_and_back(string query, string ids) => string.Join(' ', await SampleNetwork.IdsAsync(query)).ShouldBe(ids);

    [Theory]
    [InlineData("G.V().Count()", "6")]
    [InlineData("G.E().Count()", "6")]
    [InlineData("G.V().Limit(2).Count()", "2")]
    [InlineData("G.V().Range(4, 9).Count()", "2")]
    [InlineData("G.V().Range(4, 2).Count()", "0")]
    [InlineData("G.V().Dedup('Type').Count()", "3")]
    [InlineData("G.V('h1').Out().In().Count()", "4")]
    [InlineData("G.V().Values('MTU')", "1500 9000")]
    [InlineData("G.V().Values('MTU').Sum()", "10500")]
    [InlineData("G.V().Sum('MTU')", "10500")]
    [InlineData("G.V().Values('Type').Dedup().Count()", "3")]
    [InlineData("G.V('br0').Metrics()", "")]
    [InlineData("G.V().Metrics().Sum('RxPackets')", "42")]
    [InlineData("G.V().Metrics().Sum()", "{Last: 9, RxPackets: 42, Start: 3}")]
    [InlineData("G.V('h1').Out().SubGraph()", "br0 eth1")]
    [InlineData("G.V('h1').Out().SubGraph().E()", "br0-eth1")]
    [InlineData("G.E('h1-br0').SubGraph().V().Count()", "2")]
    [InlineData("G.V('br0').Values('Ovs.Options.key')", "7")]
    [InlineData("G.Context(NOW).V().Count()", "6")]
    public async Task Steps_count_cut_and_add_up(string query, string result) => string.Join(' ', await SampleNetwork.IdsAsync(query)).ShouldBe(result);

    [Fact]
    public async Task Keys_lists_metadata_and_own_fields() => (await SampleNetwork.IdsAsync("G.V('br0').Keys()")).ShouldBe(
        ["CreatedAt", "Host", "ID", "MAC", "Name", "Origin", "Ovs", "Ovs.Options", "Ovs.Options.key", "Revision", "TID", "Type", "UpdatedAt"]);

    [Theory]
    [InlineData("G.V().Sort('MTU').Limit(1)", "eth1")]
    [InlineData("G.V().Sort(DESC, 'MTU').Limit(1)", "eth1b")]
    [InlineData("G.V().Sort(ASC, 'Name').Limit(1)", "h1")]
    public async Task Nodes_sort_by_any_field(string query, string first) => (await SampleNetwork.IdsAsync(query)).ShouldBe([first]);

    [Theory]
    [InlineData("G.V('h1').ShortestPathTo(Metadata('Name', 'agent2'))", "h1 eth1 tor eth1b h2")]
    [InlineData("G.V('eth1').ShortestPathTo(Metadata('MTU', Gt(8000)), Metadata('RelationType', 'layer2'))", "eth1 tor eth1b")]
    [InlineData("G.V('h1').ShortestPathTo(Metadata('Name', 'agent2'), Metadata('RelationType', 'ownership'))", "")]
    public async Task Shortest_paths_may_be_held_to_some_edges(string query, string path) => string.Join(' ', await SampleNetwork.IdsAsync(query)).ShouldBe(path);

    [Theory]
    [InlineData("G.Flows()", "outer inner br0-1 web")]
    [InlineData("G.Flows('LayersPath', 'Ethernet/IPv4/GRE')", "outer")]
    [InlineData("G.V().Has('Name', 'br0').Flows()", "br0-1 web")]
    [InlineData("G.V('h1').Flows()", "")]
    [InlineData("G.Flows().Has('Network', '10.0.0.2')", "inner br0-1 web")]
    [InlineData("G.Flows().Has('Network.A', '10.0.0.2')", "web")]
    [InlineData("G.Flows().Has('Transport', 80)", "web")]
    [InlineData("G.Flows().Has('ICMP.ID', 4711).Has('ParentUUID', Ne(''))", "inner")]
    [InlineData("G.Flows().Has('Application', 'HTTP')", "web")]
    [InlineData("G.Flows().Has('LayersPath', Regex('.*ICMPv4'), 'NodeTID', 'tid-br0')", "br0-1")]
    [InlineData("G.Flows().HasNot('Transport')", "outer inner br0-1")]
    [InlineData("G.Flows().HasEither('UUID', 'web', 'TrackingID', 't-outer')", "outer web")]
    [InlineData("G.Flows().Has('Network', IPV4Range('192.168.50.0/24'))", "outer")]
    [InlineData("G.Flows().Dedup()", "outer inner web")]
    [InlineData("G.Flows().Dedup('NodeTID')", "outer br0-1")]
    [InlineData("G.Flows().Sort()", "web br0-1 inner outer")]
    [InlineData("G.Flows().Sort(DESC, 'Metric.ABBytes').Limit(2)", "outer inner")]
    [InlineData("G.Flows().Count()", "4")]
    [InlineData("G.Flows().Sum('Metric.ABBytes')", "5500")]
    [InlineData("G.Flows().Metrics().Sum('ABPackets')", "40")]
    [InlineData("G.Flows().Metrics()", "outer inner br0-1 web")]
    [InlineData("G.Flows().Values('NodeTID').Dedup()", "tid-br0 tid-eth1")]
    [InlineData("G.Flows('UUID', 'inner').CaptureNode()", "eth1")]
    [InlineData("G.Flows('TrackingID', 't-ping').Hops()", "br0 eth1")]
    [InlineData("G.Flows('UUID', 'outer').Nodes()", "br0 eth1 eth1")]
    [InlineData("G.Flows('UUID', 'outer').Out()", "br0")]
    [InlineData("G.Flows('UUID', 'outer').In('Name', 'eth1')", "eth1")]
    [InlineData("G.V('br0').ShortestPathTo(Metadata('Name', 'tor1')).Flows().Count()", "4")]
    public async Task Flows_are_found_and_lead_back_to_nodes(string query, string result) => string.Join(' ', await SampleNetwork.IdsAsync(query)).ShouldBe(result);

    [Theory]
    [InlineData("G.V('h2')", """[{"ID":"h2","Metadata":{"Name":"agent2","Type":"host"},"Host":"h","Origin":"","CreatedAt":2,"UpdatedAt":0,"Revision":0}]""")]
    [InlineData("G.V().Count()", "6")]
    [InlineData("G.V().Has('Name', 'nobody')", "[]")]
    [InlineData("G.V().Values('Up')", "[true]")]
    [InlineData("G.V('br0').Metrics()", "[]")]
    [InlineData("G.V('eth1b').Metrics()", """[{"eth1b":[{"Last":7,"RxPackets":32,"Start":3}]}]""")]
    public async Task Results_are_written_as_Skydive_does(string query, string json) => (await SampleNetwork.JsonAsync(query)).ShouldBe(json);

    [Fact]
    public async Task A_flow_is_written_with_the_layers_it_has()
    {
        var json = await SampleNetwork.JsonAsync("G.Flows('UUID', 'inner')");
        json.ShouldContain("\"UUID\":\"inner\"");
        json.ShouldContain("\"Network\":{\"A\":\"10.0.0.1\",\"B\":\"10.0.0.2\",\"ID\":0,\"Protocol\":\"IPV4\"}");
        json.ShouldContain("\"ICMP\":{\"Code\":0,\"ID\":4711,\"Type\":\"ECHO\"}");
        json.ShouldContain("\"ParentUUID\":\"outer\"");
        json.ShouldNotContain("Transport");
    }

    [Fact]
    public async Task Paths_are_written_as_arrays_of_nodes() =>
        (await SampleNetwork.JsonAsync("G.V('h2').ShortestPathTo(Metadata('Type', 'host'))")).ShouldStartWith("[[{\"ID\":\"h2\"");

    [Fact]
    public void Captures_select_nodes_without_flows()
    {
        GremlinQuery.ParseNodes("G.V().Has('Name', 'br0')").SelectNodes(SampleNetwork.Graph, CancellationToken.None).Select(n => n.Id).ShouldBe(["br0"]);
        Should.Throw<GremlinException>(() => GremlinQuery.ParseNodes("G.E()")).Message.ShouldContain("edges");
        Should.Throw<GremlinException>(() => GremlinQuery.ParseNodes("G.Flows().Nodes()").SelectNodes(SampleNetwork.Graph, CancellationToken.None)).Message.ShouldContain("Flows");
    }
}
