using System.Buffers;
using System.Text.Json;
using Shared.Messages.Topology;
using Topology.Fabric.Json;
using Topology.Fabric.Model;
using ModelNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Http;

/// <summary>
/// What one page is told of the graph: all of it first, then what changed since the message before, of a node only the fields that
/// did. Changes gather as a set of ids. No actor, no socket; private to one owner.
/// </summary>
internal sealed class PageGraph
{
    /// <summary>By id, as the page knows them.</summary>
    private readonly Dictionary<string, ModelNode?> _touchedNodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touchedEdges = new(StringComparer.Ordinal);
    private Graph? _current;

    /// <summary>The page was told a whole graph.</summary>
    public bool HasSnapshot { get; private set; }

    /// <summary>Takes the graph as it is now and what changed since the last time.</summary>
    public void Take(Graph graph, IEnumerable<GraphChange> changes)
    {
        foreach (var change in changes)
        {
            Touch(change, graph);
        }

        _current = graph;
    }

    /// <summary>The next message; null when the page knows all there is, or nothing is known yet.</summary>
    public ArrayBufferWriter<byte>? Next()
    {
        if (_current is not { } graph || (HasSnapshot && _touchedNodes.Count + _touchedEdges.Count == 0))
        {
            return null;
        }

        var message = JsonAnswer.ToBytes(json =>
        {
            if (HasSnapshot)
            {
                WriteChanges(json, graph);
            }
            else
            {
                WriteSnapshot(json, graph);
            }
        });
        HasSnapshot = true;
        _touchedNodes.Clear();
        _touchedEdges.Clear();
        return message;
    }

    /// <summary>A message for times without changes.</summary>
    public static ArrayBufferWriter<byte> Alive() => JsonAnswer.ToBytes(WriteAlive);

    private void Touch(GraphChange change, Graph graph)
    {
        switch (change.ChangeCase)
        {
            case GraphChange.ChangeOneofCase.NodeSet:
                _touchedNodes.TryAdd(change.NodeSet.Id, _current?.Node(change.NodeSet.Id));
                // Edges that waited for this node show now.
                if (_current?.Node(change.NodeSet.Id) is null)
                {
                    _touchedEdges.UnionWith(graph.EdgesOf(change.NodeSet.Id).Select(e => e.Id));
                }

                break;
            case GraphChange.ChangeOneofCase.NodeDeleted:
                _touchedNodes.TryAdd(change.NodeDeleted, _current?.Node(change.NodeDeleted));
                if (_current is { } before)
                {
                    _touchedEdges.UnionWith(before.EdgesOf(change.NodeDeleted).Select(e => e.Id));
                }

                break;
            case GraphChange.ChangeOneofCase.EdgeSet:
                _touchedEdges.Add(change.EdgeSet.Id);
                break;
            case GraphChange.ChangeOneofCase.EdgeDeleted:
                _touchedEdges.Add(change.EdgeDeleted);
                break;
        }
    }

    private static void WriteSnapshot(Utf8JsonWriter json, Graph graph)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "snapshot");
        json.WriteStartArray("nodes"u8);
        foreach (var node in graph.Nodes)
        {
            GraphJson.Write(json, node);
        }

        json.WriteEndArray();
        json.WriteStartArray("edges"u8);
        foreach (var edge in graph.Edges)
        {
            GraphJson.Write(json, edge);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteChanges(Utf8JsonWriter json, Graph graph)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "changes");
        json.WriteStartArray("changes"u8);
        foreach (var id in _touchedEdges.Where(id => graph.Edge(id) is null))
        {
            WriteDeleted(json, "edgeDeleted", id);
        }

        foreach (var (id, before) in _touchedNodes)
        {
            if (graph.Node(id) is { } node)
            {
                if (before is not null && FieldChanges.Few(before, node) is { } fields)
                {
                    fields.Write(json);
                    continue;
                }

                WriteSet(json, "node", j => GraphJson.Write(j, node));
            }
            else
            {
                WriteDeleted(json, "nodeDeleted", id);
            }
        }

        foreach (var edge in _touchedEdges.Select(graph.Edge).OfType<Edge>())
        {
            WriteSet(json, "edge", j => GraphJson.Write(j, edge));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAlive(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "alive");
        json.WriteEndObject();
    }

    private static void WriteSet(Utf8JsonWriter json, string what, Action<Utf8JsonWriter> write)
    {
        json.WriteStartObject();
        json.WriteString("op"u8, what);
        json.WritePropertyName(what);
        write(json);
        json.WriteEndObject();
    }

    private static void WriteDeleted(Utf8JsonWriter json, string what, string id)
    {
        json.WriteStartObject();
        json.WriteString("op"u8, what);
        json.WriteString("id"u8, id);
        json.WriteEndObject();
    }

    /// <summary>Fields of a node's metadata that are others than before.</summary>
    private readonly struct FieldChanges(ModelNode node, List<(string Key, MetaValue Value)> set, List<string> gone)
    {
        /// <summary>Null where telling the whole node is as short.</summary>
        internal static FieldChanges? Few(ModelNode before, ModelNode now)
        {
            if (before.Host != now.Host || before.Origin != now.Origin || before.CreatedAt != now.CreatedAt)
            {
                return null;
            }

            var set = new List<(string, MetaValue)>();
            foreach (var (key, value) in now.Metadata)
            {
                if (!before.Metadata.TryGet(key, out var known) || !known.Equals(value))
                {
                    set.Add((key, value));
                }
            }

            var gone = new List<string>();
            foreach (var (key, _) in before.Metadata)
            {
                if (!now.Metadata.TryGet(key, out _))
                {
                    gone.Add(key);
                }
            }

            return 2 * (set.Count + gone.Count) < now.Metadata.Count ? new FieldChanges(now, set, gone) : null;
        }

        internal void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("op"u8, "nodeChanged");
            json.WriteString("id"u8, node.Id);
            json.WriteStartObject("set"u8);
            foreach (var (key, value) in set)
            {
                json.WritePropertyName(key);
                GraphJson.Write(json, value);
            }

            json.WriteEndObject();
            json.WriteStartArray("gone"u8);
            foreach (var key in gone)
            {
                json.WriteStringValue(key);
            }

            json.WriteEndArray();
            json.WriteNumber("UpdatedAt"u8, node.UpdatedAt);
            json.WriteNumber("Revision"u8, node.Revision);
            json.WriteEndObject();
        }
    }
}
