using System.Text;
using System.Text.Json;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;
using Topology.Fabric.Model;

namespace Cli.Flows;

/// <summary>A query's result that isn't flows, as lines for people.</summary>
internal static class ResultText
{
    internal static IEnumerable<string> Lines(Traversal result) => result switch
    {
        ValueTraversal { Value: var value } => [Line(value)],
        ValuesTraversal { Values: var values } => values.Select(Line),
        _ => [Json(result)],
    };

    private static string Line(MetaValue value) => value.Kind switch
    {
        MetaKind.Text => value.Text,
        _ => Json(new ValueTraversal(value)),
    };

    private static string Json(Traversal result)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, GraphJson.WriterOptions))
        {
            TraversalJson.Write(json, result);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
