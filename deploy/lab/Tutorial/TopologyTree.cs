using System.Text.Json.Nodes;
using Spectre.Console;

namespace Lab.Tutorial;

/// <summary>The topology as a tree per host, along its ownership edges; what a node is also connected to stands behind its name.</summary>
internal static class TopologyTree
{
    public static IReadOnlyList<Tree> Draw(IReadOnlyList<JsonObject> nodes, IReadOnlyList<JsonObject> edges)
    {
        var byId = nodes.ToDictionary(n => n["ID"]!.ToString());
        var owned = edges.Where(e => Relation(e) == "ownership").ToLookup(e => e["Parent"]!.ToString(), e => e["Child"]!.ToString());
        var owner = edges.Where(e => Relation(e) == "ownership").Select(e => e["Child"]!.ToString()).ToHashSet();
        var links = edges.Where(e => Relation(e) == "layer2")
            .SelectMany(e => new[] { (From: e["Parent"]!.ToString(), To: e["Child"]!.ToString()), (From: e["Child"]!.ToString(), To: e["Parent"]!.ToString()) })
            .ToLookup(l => l.From, l => l.To);

        var roots = nodes.Where(n => !owner.Contains(n["ID"]!.ToString())).OrderBy(n => Meta(n, "Type") == "host" ? 1 : 0).ThenBy(n => Meta(n, "Name"), StringComparer.Ordinal);
        var trees = new List<Tree>();
        foreach (var root in roots)
        {
            var tree = new Tree(Label(root, byId, links));
            AddOwned(tree, root["ID"]!.ToString(), [root["ID"]!.ToString()]);
            trees.Add(tree);
        }

        return trees;

        void AddOwned(IHasTreeNodes above, string id, HashSet<string> path)
        {
            foreach (var child in owned[id].Where(byId.ContainsKey).Distinct().OrderBy(c => Meta(byId[c], "Name"), StringComparer.Ordinal))
            {
                if (!path.Add(child))
                {
                    continue;
                }

                AddOwned(above.AddNode(Label(byId[child], byId, links)), child, path);
                path.Remove(child);
            }
        }
    }

    private static string Label(JsonObject node, Dictionary<string, JsonObject> byId, ILookup<string, string> links)
    {
        var addresses = (node["Metadata"]?["IPV4"] as JsonArray)?.Select(a => a!.ToString()) ?? [];
        var remote = node["Metadata"]?["Ovs"]?["Options"]?["remote_ip"]?.ToString();
        var peers = links[node["ID"]!.ToString()].Where(byId.ContainsKey).Select(id => byId[id]).Select(n => $"{Meta(n, "Name")}@{n["Host"]}").Distinct();
        var label = $"[bold]{Markup.Escape(Meta(node, "Name"))}[/] [grey]{Markup.Escape(Meta(node, "Type"))}[/]";
        if (string.Join(' ', addresses) is { Length: > 0 } shown)
        {
            label += $" [green]{Markup.Escape(shown)}[/]";
        }

        if (remote is not null)
        {
            label += $" [yellow]to {Markup.Escape(remote)}[/]";
        }

        if (string.Join(", ", peers) is { Length: > 0 } linked)
        {
            label += $" [blue]-- {Markup.Escape(linked)}[/]";
        }

        return label;
    }

    private static string Relation(JsonObject edge) => edge["Metadata"]?["RelationType"]?.ToString() ?? "";

    private static string Meta(JsonObject node, string key) => node["Metadata"]?[key]?.ToString() ?? "";
}
