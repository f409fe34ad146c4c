using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;
using Topology.Fabric.Model;

namespace Benchmarks.Queries;

/// <summary>Queries of a large graph: 1,000 hosts with 49 interfaces each.</summary>
internal static class GraphQueries
{
    private const int Hosts = 1_000;
    private const int Interfaces = 49;

    internal static Table Run()
    {
        var clock = Stopwatch.StartNew();
        var graph = Build();
        Console.Error.WriteLine($"a graph of {graph.NodeCount} nodes and {graph.EdgeCount} edges, built in {clock.ElapsedMilliseconds} ms");
        var table = new Table().AddColumns("graph query", "ms", "first, ms", "after a node's change, ms", "after an edge's, ms", "target");
        foreach (var (name, target, text) in Queries())
        {
            var query = GremlinQuery.Parse(text);
            Add(name, target, asked => Once(query, asked));
        }

        Add("whole graph as JSON", 1_000, Json, runs: 5);
        AddChanges(table, graph);
        return table;

        // Of a graph that nobody has asked yet, of one that was asked before, and of one that has changed since.
        void Add(string name, double target, Func<Graph, double> ask, int runs = 15)
        {
            var first = ask(graph.ToBuilder().ToGraph());
            var again = Median(runs, _ => ask(graph));
            var changing = graph;
            var node = Median(runs, i =>
            {
                changing = changing.With(changing.Node($"h7-i{i}")! with { UpdatedAt = i });
                return ask(changing);
            });
            var edge = Median(runs, i =>
            {
                changing = changing.WithoutEdge($"h8>h8-i{i}").With(Edge($"h8-i{i}", $"h9-i{i}", Relations.Layer2));
                return ask(changing);
            });
            table.AddRow(name, Number(again), Number(first), Number(node), Number(edge), QueriesBenchmark.Target(Math.Max(again, Math.Max(node, edge)), target));
        }
    }

    // What keeps all of that up to date costs at each change.
    private static void AddChanges(Table table, Graph graph)
    {
        const int changes = 1_000;
        var changing = graph;
        Add("1,000 changes of nodes, one by one", i => changing = changing.With(changing.Node($"h{i}-i7")! with { UpdatedAt = i }));
        Add("1,000 nodes and edges more", i => changing = changing.With(new Node { Id = $"new{i}", Host = "h", Metadata = Metadata.Create(("Name", $"new{i}"), ("Type", "device")) }).With(Edge($"h{i}", $"new{i}", Relations.Ownership)));
        Add("1,000 of them gone", i => changing = changing.WithoutNode($"new{i}"));

        void Add(string name, Action<int> change)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < changes; i++)
            {
                change(i);
            }

            table.AddRow(name, Number(clock.Elapsed.TotalMilliseconds), "", "", "", "");
        }
    }

    private static double Median(int runs, Func<int, double> run)
    {
        var times = Enumerable.Range(0, runs).Select(run).Order().ToList();
        return times[runs / 2];
    }

    private static string Number(double number) => QueriesBenchmark.Number(number);

    private static IEnumerable<(string, double, string)> Queries()
    {
        yield return ("Has('Name', …)", 2, "G.V().Has('Name', 'eth500-7')");
        yield return ("Has('Type', 'host')", 2, "G.V().Has('Type', 'host')");
        yield return ("Has('MAC', …)", 2, "G.V().Has('MAC', '02:00:00:01:00:07')");
        yield return ("Has('IPV4', …)", 2, "G.V().Has('IPV4', '10.1.244.7/24')");
        yield return ("Has('Host', …)", 2, "G.V().Has('Host', 'host-500')");
        yield return ("Has('TID', …)", 2, "G.V().Has('TID', 'tid-500-7')");
        yield return ("unindexed: Has('MTU', …)", 40, "G.V().Has('MTU', 1507)");
        yield return ("unindexed: Has('Name', Regex(…))", 40, "G.V().Has('Name', Regex('eth500-.*'))");
        yield return ("ShortestPathTo", 50, "G.V('h1-i3').ShortestPathTo(Metadata('TID', 'tid-900-40'))");
        yield return ("Count", 2, "G.V().Count()");
    }

    private static double Once(GremlinQuery query, Graph graph)
    {
        var clock = Stopwatch.StartNew();
        query.RunAsync(graph, [], CancellationToken.None).GetAwaiter().GetResult();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static double Json(Graph graph)
    {
        var clock = Stopwatch.StartNew();
        using var json = new Utf8JsonWriter(Stream.Null, GraphJson.WriterOptions);
        TraversalJson.Write(json, new GraphTraversal(graph));
        json.Flush();
        return clock.Elapsed.TotalMilliseconds;
    }

    // Each host owns its interfaces; these are linked to those of the next hosts.
    private static Graph Build()
    {
        var builder = Graph.EmptyIndexed.ToBuilder();
        for (var host = 0; host < Hosts; host++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"host-{host}");
            builder.Set(new Node { Id = $"h{host}", Host = name, Metadata = Metadata.Create(("Type", "host"), ("Name", name)) });
            for (var i = 0; i < Interfaces; i++)
            {
                builder.Set(new Node
                {
                    Id = string.Create(CultureInfo.InvariantCulture, $"h{host}-i{i}"),
                    Host = name,
                    Origin = "agent." + name,
                    CreatedAt = 1_700_000_000_000,
                    UpdatedAt = 1_700_000_000_000,
                    Revision = 1,
                    Metadata = Metadata.Create(
                        ("Type", "device"), ("Name", $"eth{host}-{i}"), ("TID", $"tid-{host}-{i}"), ("MAC", $"02:00:00:{host / 256:x2}:{host % 256:x2}:{i:x2}"), ("MTU", 1500 + i), ("State", "UP"), ("IfIndex", i),
                        ("IPV4", MetaValue.Texts([$"10.{host / 256}.{host % 256}.{i}/24"])), ("Driver", "veth"), ("Speed", 10_000),
                        ("Metric", Metadata.Create(("RxPackets", 1000 + i), ("TxPackets", 2000 + i), ("RxBytes", 100_000), ("TxBytes", 200_000)))),
                });
            }
        }

        for (var host = 0; host < Hosts; host++)
        {
            for (var i = 0; i < Interfaces; i++)
            {
                Link($"h{host}", $"h{host}-i{i}", Relations.Ownership);
                for (var hop = 1; hop <= 3; hop++)
                {
                    Link($"h{host}-i{i}", $"h{(host + (hop * hop * 7)) % Hosts}-i{(i + hop) % Interfaces}", Relations.Layer2);
                }
            }
        }

        return builder.ToGraph();

        void Link(string parent, string child, string relation) => builder.Set(Edge(parent, child, relation));
    }

    private static Edge Edge(string parent, string child, string relation) => new()
    {
        Id = $"{parent}>{child}",
        Parent = parent,
        Child = child,
        Host = "h",
        Metadata = Metadata.Create((Relations.Key, relation)),
    };
}
