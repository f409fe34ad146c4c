using System.Text.Json.Nodes;

namespace Analyzer.Node.Tests.Views;

/// <summary>A page's copy of the graph: it does with the server's messages what ui/src/state/topology.ts does.</summary>
internal sealed class Page
{
    public Dictionary<string, JsonNode> Nodes { get; } = [];

    public Dictionary<string, JsonNode> Edges { get; } = [];

    public void Take(ReadOnlySpan<byte> message)
    {
        var parsed = JsonNode.Parse(message)!;
        if (parsed["type"]!.ToString() == "snapshot")
        {
            Nodes.Clear();
            Edges.Clear();
            foreach (var node in parsed["nodes"]!.AsArray())
            {
                Nodes[node!["ID"]!.ToString()] = node;
            }

            foreach (var edge in parsed["edges"]!.AsArray())
            {
                Edges[edge!["ID"]!.ToString()] = edge;
            }

            return;
        }

        foreach (var change in parsed["changes"]!.AsArray())
        {
            Take(change!);
        }
    }

    private void Take(JsonNode change)
    {
        switch (change["op"]!.ToString())
        {
            case "node":
                Nodes[change["node"]!["ID"]!.ToString()] = change["node"]!;
                break;
            case "nodeChanged":
                var node = Nodes[change["id"]!.ToString()];
                foreach (var (key, value) in change["set"]!.AsObject())
                {
                    node["Metadata"]![key] = value?.DeepClone();
                }

                foreach (var key in change["gone"]!.AsArray())
                {
                    node["Metadata"]!.AsObject().Remove(key!.ToString());
                }

                node["UpdatedAt"] = change["UpdatedAt"]!.DeepClone();
                node["Revision"] = change["Revision"]!.DeepClone();
                break;
            case "nodeDeleted":
                var id = change["id"]!.ToString();
                foreach (var (edge, _) in Edges.Where(e => e.Value["Parent"]!.ToString() == id || e.Value["Child"]!.ToString() == id).ToList())
                {
                    Edges.Remove(edge);
                }

                Nodes.Remove(id);
                break;
            case "edge":
                Edges[change["edge"]!["ID"]!.ToString()] = change["edge"]!;
                break;
            case "edgeDeleted":
                Edges.Remove(change["id"]!.ToString());
                break;
            case var other:
                throw new InvalidOperationException($"a page knows no {other}");
        }
    }
}
