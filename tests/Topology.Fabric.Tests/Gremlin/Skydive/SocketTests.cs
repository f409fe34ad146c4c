using System.Collections.Immutable;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin.Skydive;

/// <summary>Sockets of nodes and of flows.</summary>
public sealed class SocketTests
{
    private static readonly MetaValue Client = Metadata.Create(
        ("LocalAddress", "127.0.0.1"), ("LocalPort", 1234), ("RemoteAddress", "127.0.0.1"), ("RemotePort", 5678), ("Protocol", "TCP"), ("State", "ESTABLISHED"), ("Process", "/usr/bin/curl"), ("Pid", 42), ("Name", "curl"));

    private static readonly MetaValue Server = Metadata.Create(
        ("LocalAddress", "127.0.0.1"), ("LocalPort", "5678"), ("RemoteAddress", "127.0.0.1"), ("RemotePort", 1234), ("Protocol", "TCP"), ("Name", "nginx"));

    private static readonly Graph Graph = TraversalTests.Build(
        [
            TraversalTests.Node("host1", ("Type", "host"), ("Sockets", ImmutableArray.Create(Client))),
            TraversalTests.Node("host2", ("Type", "host"), ("Sockets", ImmutableArray.Create(Server, "nonsense"))),
            TraversalTests.Node("idle", ("Type", "host"), ("Sockets", ImmutableArray<MetaValue>.Empty)),
            TraversalTests.Node("without", ("Type", "host")),
        ],
        []);

    private static readonly Flow[] Flows = [FlowOf("from", 1234, 5678), FlowOf("to", 5678, 1234), FlowOf("other", 1, 2), new() { Uuid = "bare" }];

    [Fact]
    public async Task A_node_has_those_of_its_metadata() => (await JsonAsync("G.V('host1').Sockets()")).ShouldBe(
        """[{"host1":[{"LocalAddress":"127.0.0.1","LocalPort":1234,"Name":"curl","Pid":42,"Process":"/usr/bin/curl","Protocol":"TCP","RemoteAddress":"127.0.0.1","RemotePort":5678,"State":"ESTABLISHED"}]}]""");

    [Fact]
    public async Task What_is_not_known_of_a_socket_is_empty() => (await JsonAsync("G.V('host2').Sockets()")).ShouldBe(
        """[{"host2":[{"LocalAddress":"127.0.0.1","LocalPort":5678,"Name":"nginx","Pid":0,"Process":"","Protocol":"TCP","RemoteAddress":"127.0.0.1","RemotePort":1234,"State":""}]}]""");

    [Theory]
    [InlineData("G.V('idle').Sockets()", """[{"idle":[]}]""")]
    [InlineData("G.V('without').Sockets()", "[]")]
    [InlineData("G.V().Sockets().Count()", "2")]
    [InlineData("G.V().Sockets().Values('Name')", """["curl","nginx"]""")]
    [InlineData("G.V().Sockets().Has('Name', 'nginx').Values('LocalPort')", "[5678]")]
    [InlineData("G.V().Sockets().HasEither('Pid', 42, 'LocalPort', 5678).Values('Pid')", "[42,0]")]
    [InlineData("G.V().Sockets().Has('Name', 'x')", "[]")]
    [InlineData("G.Flows().Has('UUID', 'other').Sockets()", "[]")]
    // Those of A first, and both know the connection.
    [InlineData("G.Flows().Has('UUID', 'from').Sockets().Values('Name')", """["curl","nginx"]""")]
    [InlineData("G.Flows().Has('UUID', 'to').Sockets().Values('Name')", """["nginx","curl"]""")]
    [InlineData("G.Flows().Sockets().Count()", "4")]
    public async Task They_are_found_filtered_and_counted(string query, string json) => (await JsonAsync(query)).ShouldBe(json);

    private static async Task<string> JsonAsync(string query) => SampleNetwork.JsonOf(await GremlinQuery.Parse(query).RunAsync(Graph, Flows, CancellationToken.None));

    private static Flow FlowOf(string uuid, int a, int b) => new()
    {
        Uuid = uuid,
        Network = new FlowLayer { Protocol = "IPV4", A = "127.0.0.1", B = "127.0.0.1" },
        Transport = new TransportLayer { Protocol = "TCP", A = a, B = b },
    };
}
