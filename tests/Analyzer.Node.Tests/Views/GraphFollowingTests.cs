using Analyzer.Node.Http;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Analyzer.Node.Views;
using Shared.Messages.Topology;
using Topology.Fabric.Model;
using Topology.Fabric.Protocol;

namespace Analyzer.Node.Tests.Views;

/// <summary>
/// Hosts that come, change, go and come back, whose events reach the view late, twice, in any order or not at all: once each host
/// has answered, the view is what the hosts are, and the page what the view is.
/// </summary>
public sealed class GraphFollowingTests
{
    private static readonly string[] Hosts = ["h1", "h2", "fabric"];

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void View_and_page_end_up_with_what_the_hosts_are(int seed)
    {
        var random = new Random(seed);
        var hosts = Hosts.ToDictionary(host => host, HostState.Empty);
        var (view, page, told) = (MergedGraph.Empty, new Page(), new PageGraph());
        var underway = new List<object>();
        told.Take(view.Graph, []);
        for (var step = 0; step < 120; step++)
        {
            var host = Hosts[random.Next(Hosts.Length)];
            if (Happen(hosts[host], step, random) is { } changed)
            {
                hosts[host] = hosts[host].Apply(changed);
                // Published once, perhaps delivered twice or never.
                underway.AddRange(Enumerable.Repeat<object>(changed, random.Next(4) switch { 0 => 0, 1 => 2, _ => 1 }));
            }

            if (random.Next(5) == 0)
            {
                underway.Add(hosts[host].ToMessage());
            }

            while (underway.Count > random.Next(6))
            {
                Deliver(random.Next(3) == 0 ? random.Next(underway.Count) : 0);
            }

            if (random.Next(3) == 0)
            {
                Flush();
            }
        }

        underway.AddRange(hosts.Values.Select(host => host.ToMessage()));
        while (underway.Count > 0)
        {
            Deliver(random.Next(underway.Count));
        }

        Flush();

        view.Graph.Nodes.Select(Describe).Order().ShouldBe(hosts.Values.SelectMany(host => host.Graph.Nodes).Select(Describe).Order());
        view.Graph.AllEdges.Select(Describe).Order().ShouldBe(hosts.Values.SelectMany(host => host.Graph.AllEdges).Select(Describe).Order());
        page.Nodes.Values.Select(node => $"{node["ID"]} {node["Metadata"]!["MTU"]} {node["Metadata"]!["State"]} {node["Metadata"]!["Name"]}").Order().ShouldBe(view.Graph.Nodes.Select(Describe).Order());
        page.Edges.Values.Select(edge => $"{edge["ID"]} {edge["Parent"]} {edge["Child"]}").Order().ShouldBe(view.Graph.Edges.Select(Describe).Order());

        void Deliver(int index)
        {
            var message = underway[index];
            underway.RemoveAt(index);
            var (merged, outcome, changes) = message is HostGraph whole ? view.Take(whole) : view.Take((GraphChanged)message);
            if (outcome == MergedGraph.Outcome.Gap)
            {
                underway.Add(hosts[((GraphChanged)message).Host].ToMessage());
            }

            view = merged;
            if (changes.Count > 0)
            {
                told.Take(view.Graph, changes);
            }
        }

        void Flush()
        {
            if (told.Next() is { } message)
            {
                page.Take(message.WrittenSpan);
            }
        }
    }

    private static GraphChanged? Happen(HostState host, int step, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                return host.DecideAgentLost(step).SingleOrDefault();
            case 1:
                return host.Decide(Whole(host.Host, random), HostState.CauseSync, step).SingleOrDefault();
            default:
                var update = new UpdateGraph { Host = host.Host };
                for (var i = random.Next(1, 5); i > 0; i--)
                {
                    update.Changes.Add(Change(host.Host, random));
                }

                return host.Decide(update, step).SingleOrDefault();
        }
    }

    private static SyncGraph Whole(string host, Random random) => Graphs.Sync(
        "s",
        1,
        Enumerable.Range(0, 4).Where(_ => random.Next(4) > 0).Select(number => Node(host, number, random)),
        Enumerable.Range(0, 4).Where(_ => random.Next(3) > 0).Select(number => Edge(host, number, random)).DistinctBy(edge => edge.Id),
        host);

    private static GraphChange Change(string host, Random random) => random.Next(4) switch
    {
        0 => new GraphChange { NodeDeleted = $"{host}-{random.Next(4)}" },
        1 => new GraphChange { EdgeDeleted = $"{host}-e{random.Next(4)}" },
        2 => new GraphChange { NodeSet = Node(host, random.Next(4), random) },
        _ => new GraphChange { EdgeSet = Edge(host, random.Next(4), random) },
    };

    private static GraphNode Node(string host, int number, Random random) => Graphs.Node(
        $"{host}-{number}", host, [("MTU", $"{random.Next(2)}"), ("Name", "n"), ("Type", "veth"), ("Driver", "veth"), .. random.Next(2) == 0 ? [("State", "UP")] : Array.Empty<(string, string)>()]);

    // The fabric's edges lead to the hosts' nodes, and wait for them.
    private static GraphEdge Edge(string host, int number, Random random)
    {
        var edge = Graphs.Edge($"{host}-{random.Next(4)}", $"{(host == "fabric" ? Hosts[random.Next(3)] : host)}-{random.Next(4)}", host);
        edge.Id = $"{host}-e{number}";
        return edge;
    }

    private static string Describe(global::Topology.Fabric.Model.Node node) => $"{node.Id} {node.Metadata["MTU"]} {Text(node, "State")} {Text(node, "Name")}";

    private static string Text(global::Topology.Fabric.Model.Node node, string key) => node.Metadata.TryGet(key, out var value) ? value.Text : "";

    private static string Describe(Edge edge) => $"{edge.Id} {edge.Parent} {edge.Child}";
}
