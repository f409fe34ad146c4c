using System.Text.Encodings.Web;
using System.Text.Json;
using Topology.Fabric.Model;

namespace Topology.Fabric.Json;

/// <summary>Writes the graph's elements as Skydive's JSON.</summary>
public static class GraphJson
{
    /// <summary>For what's read as UTF-8: only what JSON itself demands is escaped.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>{"ID":…,"Metadata":{…},"Host":…,"Origin":…,"CreatedAt":…,"UpdatedAt":…,"Revision":…}</summary>
    public static void Write(Utf8JsonWriter json, Node node)
    {
        json.WriteStartObject();
        json.WriteString("ID"u8, node.Id);
        WriteCommon(json, node);
        json.WriteEndObject();
    }

    /// <summary>As a node's, with "Parent" and "Child".</summary>
    public static void Write(Utf8JsonWriter json, Edge edge)
    {
        json.WriteStartObject();
        json.WriteString("ID"u8, edge.Id);
        json.WriteString("Parent"u8, edge.Parent);
        json.WriteString("Child"u8, edge.Child);
        WriteCommon(json, edge);
        json.WriteEndObject();
    }

    /// <summary>An object of the fields.</summary>
    public static void Write(Utf8JsonWriter json, Metadata metadata)
    {
        json.WriteStartObject();
        foreach (var (key, value) in metadata)
        {
            json.WritePropertyName(key);
            Write(json, value);
        }

        json.WriteEndObject();
    }

    /// <summary>A value. Doubles JSON has no form for (NaN, infinities) become null.</summary>
    public static void Write(Utf8JsonWriter json, MetaValue value)
    {
        switch (value.Kind)
        {
            case MetaKind.Boolean:
                json.WriteBooleanValue(value.Boolean);
                break;
            case MetaKind.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case MetaKind.Double when double.IsFinite(value.Double):
                json.WriteNumberValue(value.Double);
                break;
            case MetaKind.Text:
                json.WriteStringValue(value.Text);
                break;
            case MetaKind.List:
                json.WriteStartArray();
                foreach (var item in value.Items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case MetaKind.Map:
                Write(json, value.Fields);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteCommon(Utf8JsonWriter json, GraphElement element)
    {
        json.WritePropertyName("Metadata"u8);
        Write(json, element.Metadata);
        json.WriteString("Host"u8, element.Host);
        json.WriteString("Origin"u8, element.Origin);
        json.WriteNumber("CreatedAt"u8, element.CreatedAt);
        json.WriteNumber("UpdatedAt"u8, element.UpdatedAt);
        json.WriteNumber("Revision"u8, element.Revision);
    }
}
