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
            case RowsTraversal rows:
                WriteArray(json, rows.Rows, (j, row) =>
                {
                    row.Part.MoveTo(row.Index);
                    FlowRowJson.Write(j, row.Part);
                });
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
            case RawPacketsTraversal packets:
                WriteByKey(json, packets.Packets.GroupBy(p => p.FlowUuid, StringComparer.Ordinal).Select(g => (g.Key, g.AsEnumerable())), Write);
                break;
            case GraphTraversal graph:
                WriteGraph(json, graph.Graph);
                break;
            default:
                throw new InvalidOperationException($"a result of {result.GetType().Name} has no JSON");
        }
    }

    /// <summary>The items of a part of a result that's an array; what they're in is written by who has all parts.</summary>
    /// <returns>How many they are.</returns>
    internal static int WriteItems(Utf8JsonWriter json, FlowsPart part)
    {
        foreach (var value in FlowAnswer.ValuesOf(part))
        {
            GraphJson.Write(json, value);
        }

        var (fields, count) = FlowAnswer.RowsOf(part);
        for (var i = 0; i < count; i++)
        {
            fields.MoveTo(i);
            FlowRowJson.Write(json, fields);
        }

        return count + part.Values.Count;
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
