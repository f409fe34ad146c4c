using System.Text;
using System.Text.Json;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;
using Topology.Fabric.Model;
using TopologyNode = Topology.Fabric.Model.Node;

namespace Topology.Fabric.Tests.Gremlin;

/// <summary>Two hosts, each with eth1 and a bridge; a switch between them; a tunnel's flows.</summary>
internal static class SampleNetwork
{
    public static readonly Graph Graph = Build();

    public static readonly Flow[] Flows =
    [
        Flow("outer", "", "t-outer", "tid-eth1", "Ethernet/IPv4/GRE", "192.168.50.20", "192.168.50.30", 100, 3000),
        Flow("inner", "outer", "t-ping", "tid-eth1", "Ethernet/IPv4/ICMPv4", "10.0.0.1", "10.0.0.2", 90, 1000, f => f.Icmp = new IcmpLayer { Type = "ECHO", Id = 4711 }),
        Flow("br0-1", "", "t-ping", "tid-br0", "Ethernet/IPv4/ICMPv4", "10.0.0.1", "10.0.0.2", 80, 1000, f => f.Icmp = new IcmpLayer { Type = "ECHO", Id = 4711 }),
        Flow("web", "", "t-web", "tid-br0", "Ethernet/IPv4/TCP", "10.0.0.2", "10.0.0.9", 70, 500, f =>
        {
            f.Transport = new TransportLayer { Protocol = "TCP", A = 40000, B = 80 };
            f.Application = "HTTP";
        }),
    ];

    public static async Task<Traversal> RunAsync(string query) => await GremlinQuery.Parse(query).RunAsync(Graph, new FlowList(Flows), CancellationToken.None);

    /// <summary>Ids of nodes, edges, or flows in the result, in order.</summary>
    public static async Task<string[]> IdsAsync(string query) => await RunAsync(query) switch
    {
        NodesTraversal nodes => [.. nodes.Nodes.Select(n => n.Id).Order(StringComparer.Ordinal)],
        EdgesTraversal edges => [.. edges.Edges.Select(e => $"{e.Parent}-{e.Child}").Order(StringComparer.Ordinal)],
        FlowsTraversal flows => [.. flows.Flows.Select(f => f.Uuid)],
        PathsTraversal paths => [.. paths.Paths.Select(p => string.Join(' ', p.Select(n => n.Id)))],
        ValuesTraversal values => [.. values.Values.Select(v => v.ToString()).Order(StringComparer.Ordinal)],
        ValueTraversal value => [value.Value.ToString()],
        MetricsTraversal metrics => [.. metrics.Metrics.Select(m => m.Key)],
        GraphTraversal graph => [.. graph.Graph.Nodes.Select(n => n.Id).Order(StringComparer.Ordinal)],
        var other => throw new InvalidOperationException(other.ToString()),
    };

    /// <summary>The result as the API answers it.</summary>
    public static async Task<string> JsonAsync(string query) => JsonOf(await RunAsync(query));

    public static string JsonOf(Traversal result)
    {
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written, GraphJson.WriterOptions))
        {
            TraversalJson.Write(json, result);
        }

        return Encoding.UTF8.GetString(written.ToArray());
    }

    private static Graph Build()
    {
        var builder = Graph.Empty.ToBuilder();
        var nodes = new[]
        {
            Node("h1", "host", "agent1"),
            Node("h2", "host", "agent2"),
            Node("eth1", "device", "eth1", ("TID", "tid-eth1"), ("MAC", "02:00:00:00:00:01"), ("MTU", 1500), ("IfIndex", 2),
                ("IPV4", MetaValue.Texts(["192.168.50.20/24", "10.9.0.1/16"])), ("LastUpdateMetric", Metadata.Create(("RxPackets", 10), ("Start", 5), ("Last", 9)))),
            Node("eth1b", "device", "eth1", ("TID", "tid-eth1b"), ("MTU", 9000), ("LastUpdateMetric", Metadata.Create(("RxPackets", 32), ("Start", 3), ("Last", 7)))),
            Node("br0", "ovsbridge", "br0", ("TID", "tid-br0"), ("MAC", "02:00:00:00:00:02"), ("Ovs", Metadata.Create(("Options", Metadata.Create(("key", "7")))))),
            Node("tor", "device", "tor1", ("Probe", "fabric"), ("Up", true)),
        };
        foreach (var node in nodes)
        {
            builder.Set(node);
        }

        foreach (var (parent, child, relation) in new[]
        {
            ("h1", "eth1", "ownership"), ("h2", "eth1b", "ownership"), ("h1", "br0", "ownership"), ("br0", "eth1", "layer2"), ("tor", "eth1", "layer2"), ("tor", "eth1b", "layer2"),
        })
        {
            builder.Set(new Edge
            {
                Id = parent + "-" + child,
                Parent = parent,
                Child = child,
                Host = "h",
                Metadata = Metadata.Create(("RelationType", relation)),
            });
        }

        return builder.ToGraph();
    }

    private static TopologyNode Node(string id, string type, string name, params (string, MetaValue)[] more) =>
        new() { Id = id, Host = "h", CreatedAt = id.Length, Metadata = Metadata.Create([("Type", type), ("Name", name), .. more]) };

    private static Flow Flow(
        string uuid, string parent, string tracking, string tid, string path, string a, string b, long last, long bytes, Action<Flow>? more = null)
    {
        var flow = new Flow
        {
            Uuid = uuid,
            ParentUuid = parent,
            TrackingId = tracking,
            L3TrackingId = "l3" + tracking,
            NodeTid = tid,
            LayersPath = path,
            Last = last,
            Link = new FlowLayer { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = "02:00:00:00:00:02" },
            Network = new FlowLayer { Protocol = "IPV4", A = a, B = b },
            Metric = new FlowMetric { AbPackets = 10, AbBytes = bytes, Start = last - 10, Last = last },
        };
        more?.Invoke(flow);
        return flow;
    }
}
