using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Topology.Fabric.Model;

/// <summary>
/// Nodes of a graph by what is asked for most. Made when it's first asked, of the graph as it was then, and good for the graphs
/// that come of it as long as few nodes have changed: those are looked at besides. Who asks checks what's found.
/// </summary>
internal sealed class NodeIndex
{
    /// <summary>Nodes that may have changed since; with more, an index is made anew.</summary>
    private const int MostChanges = 1_000;

    private static readonly string[] Keys = ["Name", "Type", "MAC", "IPV4", "TID"];

    // Most texts are one node's.
    private readonly Dictionary<string, Dictionary<string, (string First, List<string>? More)>> _byKey;
    private readonly GraphStep _made;

    private NodeIndex(Graph graph, GraphStep made)
    {
        _made = made;
        _byKey = Keys.Append(Host).ToDictionary(key => key, _ => new Dictionary<string, (string First, List<string>? More)>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            Add(Host, node.Host, node.Id);
            Add(Host, node.Metadata[Host], node.Id);
            foreach (var key in Keys)
            {
                Add(key, node.Metadata[key], node.Id);
            }
        }
    }

    private static string Host => "Host";

    /// <summary>Whether there is an index of this key.</summary>
    public static bool Has(string key) => key == Host || Array.IndexOf(Keys, key) >= 0;

    /// <summary>The ids of all nodes that may have one of these texts under a key, and of some others.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="step">How it came to be.</param>
    /// <param name="key">One of the index.</param>
    /// <param name="texts">The texts.</param>
    public static IEnumerable<string> Find(Graph graph, GraphStep step, string key, IEnumerable<string> texts)
    {
        var line = step.Line;
        var index = line.Index;
        if (index is null || step.ChangedSince(index._made, MostChanges) is not { } changed)
        {
            (line.Index, changed) = (index = new NodeIndex(graph, step), []);
        }

        var found = new HashSet<string>(changed, StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (index._byKey[key].TryGetValue(text, out var ids))
            {
                found.Add(ids.First);
                found.UnionWith(ids.More ?? []);
            }
        }

        return found;
    }

    private void Add(string key, MetaValue value, string id)
    {
        switch (value.Kind)
        {
            case MetaKind.Text:
                ref var ids = ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey[key], value.Text, out var isKnown);
                if (isKnown)
                {
                    (ids.More ??= []).Add(id);
                }
                else
                {
                    ids.First = id;
                }

                break;
            case MetaKind.List:
                foreach (var item in value.Items)
                {
                    Add(key, item, id);
                }

                break;
        }
    }
}

/// <summary>The graphs that came of one, and their index.</summary>
internal sealed class GraphLine
{
    private volatile NodeIndex? _index;

    /// <summary>The one made last.</summary>
    public NodeIndex? Index
    {
        get => _index;
        set => _index = value;
    }
}

/// <summary>One change of a graph on its way to what it is. Old ones are forgotten: an index of before them is of no use.</summary>
/// <param name="Line">Of which graphs.</param>
/// <param name="Before">The one before; null: forgotten, or none.</param>
/// <param name="Ids">Of the nodes that changed.</param>
/// <param name="Length">Nodes that changed up to here, as far as is known.</param>
internal sealed record GraphStep(GraphLine Line, GraphStep? Before, ImmutableArray<string> Ids, int Length)
{
    private const int Longest = 2_000;

    /// <summary>The first of a line.</summary>
    public static GraphStep First => new(new GraphLine(), null, [], 0);

    /// <summary>The one after this.</summary>
    public GraphStep Next(IReadOnlyCollection<string> ids) => ids.Count == 0
        ? this
        : Length + ids.Count > Longest
            ? new GraphStep(Line, null, [], 0)
            : new GraphStep(Line, this, [.. ids], Length + ids.Count);

    /// <summary>What changed since another one; null: too much, or it isn't one of those before.</summary>
    public List<string>? ChangedSince(GraphStep other, int most)
    {
        var changed = new List<string>();
        for (var step = this; step is not null; step = step.Before)
        {
            if (ReferenceEquals(step, other))
            {
                return changed;
            }

            changed.AddRange(step.Ids);
            if (changed.Count > most)
            {
                return null;
            }
        }

        return null;
    }
}
