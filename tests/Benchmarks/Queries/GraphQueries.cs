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
        var table = new Table().AddColumns("graph query", "ms", "target", "first, ms", "after a change, ms");
        foreach (var (name, target, text) in Queries())
        {
            var query = GremlinQuery.Parse(text);
            // Of a graph that nobody has asked yet, of one that was asked before, and of one that has changed since.
            var first = Once(query, graph.ToBuilder().ToGraph());
            var times = Enumerable.Range(0, 15).Select(_ => Once(query, graph)).Order().ToList();
            var changing = graph;
            var changed = Enumerable.Range(0, 15).Select(i =>
            {
                changing = changing.With(changing.Node($"h7-i{i}")! with { UpdatedAt = i });
                return Once(query, changing);
            }).Order().ToList();
            table.AddRow(name, QueriesBenchmark.Number(times[7]), QueriesBenchmark.Number(target), QueriesBenchmark.Number(first), QueriesBenchmark.Number(changed[7]));
        }

        var json = Enumerable.Range(0, 5).Select(_ => Json(graph)).Order().ToList();
        table.AddRow("whole graph as JSON", QueriesBenchmark.Number(json[2]), "1000", "", "");
        return table;
    }

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
        var builder = Graph.Empty.ToBuilder();
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

        void Link(string parent, string child, string relation) => builder.Set(new Edge
        {
            Id = $"{parent}>{child}",
            Parent = parent,
            Child = child,
            Host = "h",
            Metadata = Metadata.Create((Relations.Key, relation)),
        });
    }
}
