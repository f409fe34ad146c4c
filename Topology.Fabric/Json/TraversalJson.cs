using System.Text.Json;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Steps;
using Topology.Fabric.Model;

namespace Topology.Fabric.Json;

/// <summary>Writes a query's result as Skydive does: an array, or the value itself for a count or sum.</summary>
public static class TraversalJson
{
    /// <summary>The result, whatever it is.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="result">The result.</param>
    /// <param name="stop">Nobody wants it any more.</param>
    public static void Write(Utf8JsonWriter json, Traversal result, CancellationToken stop = default)
    {
        switch (Stoppable.Of(result, stop))
        {
            case NodesTraversal nodes:
                WriteArray(json, nodes.Nodes, GraphJson.Write);
                break;
            case EdgesTraversal edges:
                WriteArray(json, edges.Edges, GraphJson.Write);
                break;
            case FlowsTraversal flows:
                WriteArray(json, flows.Flows, FlowJson.Write);
                break;
            case GroupsTraversal groups:
                WriteByKey(json, groups.Groups.Select(group => (group.Key, group.Value.AsEnumerable())), FlowJson.Write);
                break;
            case ValuesTraversal values:
                WriteArray(json, values.Values, GraphJson.Write);
                break;
            case PathsTraversal paths:
                WriteArray(json, paths.Paths, (j, path) => WriteArray(j, path, GraphJson.Write));
                break;
            case ValueTraversal value:
                GraphJson.Write(json, value.Value);
                break;
            case MetricsTraversal metrics:
                WriteByKey(json, metrics.Metrics.GroupBy(m => m.Key, StringComparer.Ordinal).Select(g => (g.Key, g.SelectMany(m => m.Value))), GraphJson.Write);
                break;
            case SocketsTraversal sockets:
                WriteByKey(json, sockets.Sockets.Select(s => (s.Key, s.Value.AsEnumerable())), GraphJson.Write);
                break;
            case NextHopsTraversal { Hops: var hops }:
                json.WriteStartArray();
                if (hops.Count > 0)
                {
                    GraphJson.Write(json, (MetaValue)Metadata.Create(hops.Select(hop => (hop.Key, (MetaValue)hop.Value))));
                }

                json.WriteEndArray();
                break;
            case RawPacketsTraversal packets:
                WriteByKey(json, packets.Packets.GroupBy(p => p.FlowUuid, StringComparer.Ordinal).Select(g => (g.Key, g.AsEnumerable())), Write);
                break;
            case GraphTraversal graph:
                WriteGraph(json, graph.Graph, stop);
                break;
            default:
                throw new InvalidOperationException($"a result of {result.GetType().Name} has no JSON");
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter json, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }

    /// <summary>An array of one object, or of none: a flow's UUID or node's id comes once, for a JSON object must not have a name twice.</summary>
    private static void WriteByKey<T>(Utf8JsonWriter json, IEnumerable<(string Key, IEnumerable<T> Items)> groups, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray();
        var isOpen = false;
        foreach (var (key, items) in groups)
        {
            if (!isOpen)
            {
                json.WriteStartObject();
            }

            isOpen = true;
            json.WritePropertyName(key);
            WriteArray(json, items, write);
        }

        if (isOpen)
        {
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // The fields are Skydive's RawPacket's, and the length on the wire.
    internal static void Write(Utf8JsonWriter json, RawPacket packet)
    {
        const long nanosecondsPerMillisecond = 1_000_000;
        json.WriteStartObject();
        json.WriteNumber("Timestamp"u8, packet.TimeNs / nanosecondsPerMillisecond);
        json.WriteNumber("Index"u8, packet.Index);
        json.WriteBase64String("Data"u8, packet.Data.Span);
        json.WriteNumber("LinkType"u8, packet.LinkType);
        json.WriteNumber("Length"u8, packet.OriginalLength);
        json.WriteEndObject();
    }

    private static void WriteGraph(Utf8JsonWriter json, Graph graph, CancellationToken stop)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WritePropertyName("Nodes"u8);
        WriteArray(json, graph.Nodes, Checked<Node>(GraphJson.Write));
        json.WritePropertyName("Edges"u8);
        WriteArray(json, graph.Edges, Checked<Edge>(GraphJson.Write));
        json.WriteEndObject();
        json.WriteEndArray();

        Action<Utf8JsonWriter, T> Checked<T>(Action<Utf8JsonWriter, T> write) => (writer, item) =>
        {
            stop.ThrowIfCancellationRequested();
            write(writer, item);
        };
    }
}
