using System.Net;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Sockets of nodes, as their metadata has them, and of flows: those whose addresses and ports a flow has.</summary>
internal static class SocketSteps
{
    private const string Sockets = "Sockets";

    // A socket has them all, whatever is known of it.
    private static readonly (string Key, bool IsNumber)[] Fields =
    [
        ("Process", false), ("Pid", true), ("Name", false), ("LocalAddress", false), ("LocalPort", true), ("RemoteAddress", false), ("RemotePort", true), ("Protocol", false), ("State", false),
    ];

    public static readonly IReadOnlyList<StepDefinition> All =
    [
        Step<NodesTraversal, SocketsTraversal>(Sockets, arguments =>
        {
            arguments.None();
            return (input, run) => new SocketsTraversal([.. input.Nodes
                .Where(node => node.Metadata[Sockets].Kind == MetaKind.List)
                .DistinctBy(node => node.Id)
                .OrderBy(node => node.Id, StringComparer.Ordinal)
                .Select(node => KeyValuePair.Create(node.Id, run.Gather(Of(node), arguments)))]);
        }),
        Step<FlowsTraversal, SocketsTraversal>(Sockets, arguments =>
        {
            arguments.None();
            return (input, run) =>
            {
                var byConnection = run.Gather(input.Graph.Nodes.SelectMany(Of), arguments).ToLookup(ConnectionOf);
                return new SocketsTraversal([.. input.Flows
                    .Select(flow => KeyValuePair.Create(flow.Uuid, Of(flow, byConnection)))
                    .Where(flow => flow.Value.Count > 0)
                    .OrderBy(flow => flow.Key, StringComparer.Ordinal)]);
            };
        }),
        Filter("Has", arguments =>
        {
            arguments.Between(1, int.MaxValue, "a key, and a value if wanted");
            return arguments.All();
        }),
        Filter("HasEither", arguments =>
        {
            arguments.Between(1, int.MaxValue, "keys and values");
            return arguments.Either();
        }),
        Step<SocketsTraversal, ValuesTraversal>("Values", arguments =>
        {
            arguments.Between(1, 1, "one key");
            var key = arguments.Text(0);
            return input => Common.Values(input.Sockets.SelectMany(sockets => sockets.Value), key, FieldsOf);
        }),
        Step<SocketsTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Sockets.Sum(sockets => sockets.Value.Count));
        }),
    ];

    private static StepDefinition Filter(string name, Func<Arguments, Condition> compile) =>
        Step<SocketsTraversal, SocketsTraversal>(name, arguments =>
        {
            var matches = compile(arguments);
            return (input, run) => new SocketsTraversal([.. input.Sockets
                .Select(sockets => KeyValuePair.Create(sockets.Key, run.Gather(sockets.Value, arguments, socket => matches.Holds(FieldsOf(socket)))))
                .Where(sockets => sockets.Value.Count > 0)]);
        });

    private static IFields FieldsOf(Metadata socket) => new MapFields(socket);

    private static IEnumerable<Metadata> Of(Node node) => node.Metadata[Sockets] is not { Kind: MetaKind.List } list
        ? []
        : list.Items.Where(item => item.Kind == MetaKind.Map).Select(item => Metadata.Create(Fields.Select(field => (field.Key, Told(item.Fields[field.Key], field.IsNumber)))));

    private static MetaValue Told(MetaValue value, bool isNumber) => isNumber
        ? Predicates.TryNumber(value, out var number) ? number : 0
        : value.Kind == MetaKind.Text ? value : "";

    // Those of A come first.
    private static IReadOnlyList<Metadata> Of(Flow flow, ILookup<Connection, Metadata> sockets) => flow is { Network: { } network, Transport: { Protocol: "TCP" or "UDP" } transport }
        ? [
            .. sockets[new Connection(transport.Protocol, network.A, transport.A, network.B, transport.B)],
            .. sockets[new Connection(transport.Protocol, network.B, transport.B, network.A, transport.A)],
        ]
        : [];

    private static Connection ConnectionOf(Metadata socket) => new(
        socket["Protocol"].Text, Address(socket["LocalAddress"].Text), Port(socket["LocalPort"]), Address(socket["RemoteAddress"].Text), Port(socket["RemotePort"]));

    // As flows write it.
    private static string Address(string text) => IPAddress.TryParse(text, out var address) ? address.ToString() : text;

    private static long Port(MetaValue port) => port.Kind == MetaKind.Integer ? port.Integer : 0;

    private readonly record struct Connection(string Protocol, string Local, long LocalPort, string Remote, long RemotePort);
}
