using System.Text.Json;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Model;

namespace Topology.Fabric.Json;

/// <summary>Writes a query's result as Skydive does: an array, or the value itself for a count or sum.</summary>
public static class TraversalJson
{
    /// <summary>The result, whatever it is.</summary>
    public static void Write(Utf8JsonWriter json, Traversal result)
    {
        switch (result)
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
                WriteMetrics(json, metrics);
                break;
            case RawPacketsTraversal packets:
                WriteRawPackets(json, packets);
                break;
            case GraphTraversal graph:
                WriteGraph(json, graph.Graph);
                break;
            default:
                throw new InvalidOperationException($"a result of {result.GetType().Name} has no JSON");
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter json, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray();
        foreach (var item in items)
            write(json, item);
        json.WriteEndArray();
    }

    private static void WriteMetrics(Utf8JsonWriter json, MetricsTraversal metrics)
    {
        json.WriteStartArray();
        if (metrics.Metrics.Count > 0)
        {
            json.WriteStartObject();
            // A flow's UUID or node's id comes once; JSON objects must not have a name twice.
            foreach (var group in metrics.Metrics.GroupBy(m => m.Key, StringComparer.Ordinal))
            {
                json.WritePropertyName(group.Key);
                WriteArray(json, group.SelectMany(m => m.Value), (j, m) => GraphJson.Write(j, m));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // By flow; the fields are Skydive's RawPacket's, and the length on the wire.
    private static void WriteRawPackets(Utf8JsonWriter json, RawPacketsTraversal packets)
    {
        json.WriteStartArray();
        if (packets.Packets.Count > 0)
        {
            json.WriteStartObject();
            foreach (var flow in packets.Packets.GroupBy(p => p.FlowUuid, StringComparer.Ordinal))
            {
                json.WritePropertyName(flow.Key);
                WriteArray(json, flow, Write);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, RawPacket packet)
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

    private static void WriteGraph(Utf8JsonWriter json, Graph graph)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WritePropertyName("Nodes"u8);
        WriteArray(json, graph.Nodes, GraphJson.Write);
        json.WritePropertyName("Edges"u8);
        WriteArray(json, graph.Edges, GraphJson.Write);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
