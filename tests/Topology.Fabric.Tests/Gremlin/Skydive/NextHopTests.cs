using System.Collections.Immutable;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin.Skydive;

/// <summary>The next hops Skydive's own tests ask for, and more.</summary>
public sealed class NextHopTests
{
    [Fact]
    public async Task A_route_leads_through_its_gateway_whose_MAC_the_neighbours_know() =>
        (await AskAsync("192.168.0.5", [Route("192.168.0.0/24", Hop("10.16.0.2", 2))], Neighbour("10.16.0.2", "fa:16:3e:c1:e8:d1")))
            .ShouldBe("""[{"n":{"IP":"10.16.0.2","IfIndex":2,"MAC":"fa:16:3e:c1:e8:d1","Priority":0}}]""");

    [Fact]
    public async Task What_no_route_knows_goes_the_default_way() =>
        (await AskAsync("8.8.8.8", [Route("0.0.0.0/0", Hop("10.16.0.12", 2))], Neighbour("10.16.0.12", "fa:16:3e:ce:e8:d1")))
            .ShouldBe("""[{"n":{"IP":"10.16.0.12","IfIndex":2,"MAC":"fa:16:3e:ce:e8:d1","Priority":0}}]""");

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData(null)]
    public async Task A_route_wins_over_the_default_one(string? first) =>
        (await AskAsync("10.16.0.3", [Route(first, Hop("10.16.0.12", 2)), Route("10.16.0.0/24", Hop("192.64.0.1", 2))], Neighbour("192.64.0.1", "af:16:3e:de:e8:d3")))
            .ShouldBe("""[{"n":{"IP":"192.64.0.1","IfIndex":2,"MAC":"af:16:3e:de:e8:d3","Priority":0}}]""");

    [Fact]
    public async Task Without_a_gateway_the_address_itself_is_next() =>
        (await AskAsync("10.60.0.5", [Route("10.60.0.0/24", Hop(null, 5))])).ShouldBe("""[{"n":{"IP":"10.60.0.5","IfIndex":5,"Priority":0}}]""");

    [Fact]
    public async Task The_longest_prefix_counts_and_then_the_lowest_priority() =>
        (await AskAsync("10.0.0.1", [Route("10.0.0.0/8", Hop("1.1.1.1", 1)), Route("10.0.0.0/16", Hop("2.2.2.2", 2, 100), Hop("3.3.3.3", 3, 50)), Route("10.0.0.0/12", Hop("4.4.4.4", 4))]))
            .ShouldBe("""[{"n":{"IP":"3.3.3.3","IfIndex":3,"Priority":50}}]""");

    [Theory]
    [InlineData("10.0.0.1", "::/0")]
    [InlineData("fd00::1", "0.0.0.0/0")]
    [InlineData("10.0.0.1", "10.1.0.0/16")]
    [InlineData("10.0.0.1", "nonsense")]
    [InlineData("10.0.0.1", "10.0.0.0/99")]
    public async Task Where_no_route_leads_there_is_none(string address, string prefix) => (await AskAsync(address, [Route(prefix, Hop("10.0.0.9", 1))])).ShouldBe("[]");

    [Fact]
    public async Task Routes_as_this_products_agents_tell_them_are_read()
    {
        var route = Metadata.Create(("Prefix", "fd00::/8"), ("Protocol", 4), ("Nexthops", ImmutableArray.Create(Hop("fe80::1", 7))));
        (await AskAsync("fd00::5", [route])).ShouldBe("""[{"n":{"IP":"fe80::1","IfIndex":7,"Priority":0}}]""");
    }

    [Theory]
    [InlineData("G.V().NextHop()", 7, "one IP address")]
    [InlineData("G.V().NextHop('x')", 15, "an IP address")]
    [InlineData("G.V().NextHop(1)", 15, "a text")]
    public void Only_an_address_has_a_next_hop(string query, int column, string reason)
    {
        var error = Should.Throw<GremlinException>(() => GremlinQuery.Parse(query));
        (error.Column, error.Reason.Contains(reason, StringComparison.Ordinal)).ShouldBe((column, true));
    }

    private static async Task<string> AskAsync(string address, MetaValue[] routes, params MetaValue[] neighbours)
    {
        var table = Metadata.Create(("ID", 255), ("Routes", routes.ToImmutableArray()));
        var node = TraversalTests.Node("n", ("RoutingTables", ImmutableArray.Create<MetaValue>(table)), ("Neighbors", neighbours.ToImmutableArray()));
        return SampleNetwork.JsonOf(await TraversalTests.RunAsync(TraversalTests.Build([node, TraversalTests.Node("without")], []), $"g.v().NextHop('{address}')"));
    }

    private static MetaValue Route(string? prefix, params MetaValue[] hops) => Metadata.Create([("NextHops", hops.ToImmutableArray()), .. prefix is null ? [] : new (string, MetaValue)[] { ("Prefix", prefix) }]);

    private static MetaValue Hop(string? gateway, int link, int priority = 0) =>
        Metadata.Create([("IfIndex", link), ("Priority", priority), .. gateway is null ? [] : new (string, MetaValue)[] { ("IP", gateway) }]);

    private static MetaValue Neighbour(string ip, string mac) => Metadata.Create(("IP", ip), ("MAC", mac), ("IfIndex", 2));
}
