using System.Collections.Immutable;

namespace Topology.Fabric.Model;

public sealed partial class Graph
{
    /// <summary>Gathers changes to a graph. Not for two threads at once.</summary>
    public sealed class Builder
    {
        private readonly ImmutableDictionary<string, Node>.Builder _nodes;
        private readonly ImmutableDictionary<string, Edge>.Builder _edges;
        private readonly ImmutableDictionary<string, ImmutableHashSet<string>>.Builder _incident;

        // What comes of the empty graph has nothing in common with what else does.
        private readonly GraphStep _step;
        private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

        internal Builder(Graph graph)
        {
            _step = graph.NodeCount == 0 ? GraphStep.First : graph._step;
            _nodes = graph._nodes.ToBuilder();
            _edges = graph._edges.ToBuilder();
            _incident = graph._incident.ToBuilder();
        }

        /// <summary>Adds a node or replaces the one with its id.</summary>
        public void Set(Node node)
        {
            _nodes[node.Id] = node;
            _changed.Add(node.Id);
        }

        /// <summary>Adds an edge or replaces the one with its id.</summary>
        public void Set(Edge edge)
        {
            if (_edges.TryGetValue(edge.Id, out var before) && (before.Parent != edge.Parent || before.Child != edge.Child))
            {
                Detach(before);
            }

            _edges[edge.Id] = edge;
            Attach(edge.Parent, edge.Id);
            Attach(edge.Child, edge.Id);
        }

        /// <summary>
        /// Removes a node and the edges its own host has at it. Another host's edges (the fabric's) wait for the node to come back.
        /// </summary>
        /// <returns>Whether it was there.</returns>
        public bool RemoveNode(string id)
        {
            if (!_nodes.TryGetValue(id, out var node))
            {
                return false;
            }

            _nodes.Remove(id);
            _changed.Add(id);
            if (_incident.TryGetValue(id, out var edges))
            {
                foreach (var edgeId in edges)
                {
                    if (_edges[edgeId].Host == node.Host)
                    {
                        RemoveEdge(edgeId);
                    }
                }
            }

            return true;
        }

        /// <summary>Removes an edge.</summary>
        /// <returns>Whether it was there.</returns>
        public bool RemoveEdge(string id)
        {
            if (!_edges.TryGetValue(id, out var edge))
            {
                return false;
            }

            _edges.Remove(id);
            Detach(edge);
            return true;
        }

        /// <summary>The graph as built so far.</summary>
        public Graph ToGraph() => new(_nodes.ToImmutable(), _edges.ToImmutable(), _incident.ToImmutable(), _step.Next(_changed));

        private void Attach(string node, string edge) =>
            _incident[node] = (_incident.GetValueOrDefault(node) ?? ImmutableHashSet.Create<string>(StringComparer.Ordinal)).Add(edge);

        private void Detach(Edge edge)
        {
            Detach(edge.Parent, edge.Id);
            if (edge.Child != edge.Parent)
            {
                Detach(edge.Child, edge.Id);
            }
        }

        private void Detach(string node, string edge)
        {
            var left = _incident[node].Remove(edge);
            if (left.IsEmpty)
            {
                _incident.Remove(node);
            }
            else
            {
                _incident[node] = left;
            }
        }
    }
}
