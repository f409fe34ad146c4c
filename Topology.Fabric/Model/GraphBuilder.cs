using System.Collections.Immutable;

namespace Topology.Fabric.Model;

public sealed partial class Graph
{
    /// <summary>Gathers changes to a graph. Not for two threads at once.</summary>
    public sealed class Builder
    {
        private readonly ImmutableDictionary<string, int>.Builder _numbers;
        private readonly ImmutableDictionary<string, Edge>.Builder _edges;
        private readonly Places.Builder _places;
        private readonly NodeIndex.Builder? _index;
        private ImmutableDictionary<string, ImmutableHashSet<string>> _strays;
        private int _free;
        // Places whose links were copied for this builder, so that more can be written to the copy.
        private readonly HashSet<int> _ownLinks = [];

        internal Builder(Graph graph)
        {
            _numbers = graph._numbers.ToBuilder();
            _edges = graph._edges.ToBuilder();
            _places = new Places.Builder(graph._places);
            _index = graph._index is null ? null : new NodeIndex.Builder(graph._index);
            _strays = graph._strays;
            _free = graph._free;
            (NodeCount, EdgeCount) = (graph.NodeCount, graph.EdgeCount);
        }

        private int NodeCount { get; set; }

        private int EdgeCount { get; set; }

        /// <summary>Adds a node or replaces the one with its id.</summary>
        public void Set(Node node)
        {
            var number = NumberOf(node.Id);
            var before = _places[number].Node;
            if (before is not null && before.Host != node.Host)
            {
                foreach (var link in _places[number].Links)
                {
                    Stray(link.Edge);
                }
            }

            Put(number, node);
        }

        /// <summary>Adds an edge or replaces the one with its id.</summary>
        public void Set(Edge edge)
        {
            if (_edges.TryGetValue(edge.Id, out var before))
            {
                if (before.Parent == edge.Parent && before.Child == edge.Child && before.Host == edge.Host)
                {
                    Replace(before, edge);
                    return;
                }

                RemoveEdge(edge.Id);
            }

            _edges[edge.Id] = edge;
            var (parent, child) = (NumberOf(edge.Parent), NumberOf(edge.Child));
            Attach(parent, new Link(child, edge, IsParent: true, IsChild: parent == child));
            if (parent != child)
            {
                Attach(child, new Link(parent, edge, IsParent: false, IsChild: true));
            }

            EdgeCount += IsShown(parent, child) ? 1 : 0;
            if (_places[parent].Node?.Host != edge.Host && _places[child].Node?.Host != edge.Host)
            {
                Stray(edge);
            }
        }

        /// <summary>
        /// Removes a node and the edges its own host has at it. Another host's edges (the fabric's) wait for the node to come back.
        /// </summary>
        /// <returns>Whether it was there.</returns>
        public bool RemoveNode(string id)
        {
            if (!_numbers.TryGetValue(id, out var number) || _places[number].Node is not { } node)
            {
                return false;
            }

            Link[] links = [.. _places[number].Links];
            Put(number, null);
            foreach (var link in links)
            {
                if (link.Edge.Host == node.Host)
                {
                    RemoveEdge(link.Edge.Id);
                }
            }

            FreeIfUnused(number);
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
            if (_strays.TryGetValue(edge.Host, out var strays) && strays.Contains(id))
            {
                var left = strays.Remove(id);
                _strays = left.IsEmpty ? _strays.Remove(edge.Host) : _strays.SetItem(edge.Host, left);
            }

            var (parent, child) = (_numbers[edge.Parent], _numbers[edge.Child]);
            EdgeCount -= IsShown(parent, child) ? 1 : 0;
            Detach(parent, edge);
            if (parent != child)
            {
                Detach(child, edge);
                FreeIfUnused(child);
            }

            FreeIfUnused(parent);
            return true;
        }

        /// <summary>The graph as built so far.</summary>
        public Graph ToGraph()
        {
            _ownLinks.Clear();
            return new Graph(_numbers.ToImmutable(), _places.ToPlaces(), _edges.ToImmutable(), _strays, _index?.ToIndex(), _free) { NodeCount = NodeCount, EdgeCount = EdgeCount };
        }

        private bool IsShown(int parent, int child) => _places[parent].Node is not null && _places[child].Node is not null;

        // A node comes, changes, or goes; the edges at it show, or don't, accordingly.
        private void Put(int number, Node? node)
        {
            ref var place = ref _places.Write(number);
            var before = place.Node;
            place.Node = node;
            _index?.Change(number, before, node);
            if ((before is null) == (node is null))
            {
                return;
            }

            var change = node is null ? -1 : 1;
            NodeCount += change;
            foreach (var link in place.Links)
            {
                EdgeCount += link.Other == number || _places[link.Other].Node is not null ? change : 0;
            }
        }

        private int NumberOf(string id)
        {
            if (_numbers.TryGetValue(id, out var known))
            {
                return known;
            }

            var number = _free;
            if (number == None)
            {
                number = _places.Add();
            }
            else
            {
                _free = _places[number].Count;
            }

            _places.Write(number) = new Place { Id = id };
            _numbers.Add(id, number);
            return number;
        }

        private void FreeIfUnused(int number)
        {
            if (_places[number] is { Node: null, Count: 0, Id: { } id })
            {
                _numbers.Remove(id);
                _places.Write(number) = new Place { Count = _free };
                _free = number;
            }
        }

        private void Attach(int number, Link link)
        {
            ref var place = ref _places.Write(number);
            if (_ownLinks.Add(number) || place.Held is null || place.Held.Length == place.Count)
            {
                var own = new Link[place.Count < 4 ? place.Count + 1 : place.Count * 5 / 4];
                place.Links.CopyTo(own);
                place.Held = own;
            }

            place.Held[place.Count++] = link;
        }

        private void Detach(int number, Edge edge)
        {
            ref var place = ref Own(number);
            var at = IndexOf(place.Links, edge);
            place.Count--;
            place.Held.AsSpan(at + 1, place.Count - at).CopyTo(place.Held.AsSpan(at));
            place.Held![place.Count] = default;
        }

        private void Replace(Edge before, Edge edge)
        {
            // The dictionary keeps what's equal to what it's given.
            if (before == edge)
            {
                return;
            }

            _edges[edge.Id] = edge;
            foreach (var number in (ReadOnlySpan<int>)[_numbers[edge.Parent], _numbers[edge.Child]])
            {
                ref var place = ref Own(number);
                if (IndexOf(place.Links, before) is >= 0 and var at)
                {
                    place.Held![at] = place.Held[at] with { Edge = edge };
                }
            }
        }

        // Its links can be written to.
        private ref Place Own(int number)
        {
            ref var place = ref _places.Write(number);
            if (_ownLinks.Add(number))
            {
                place.Held = [.. place.Links];
            }

            return ref place;
        }

        private static int IndexOf(ReadOnlySpan<Link> links, Edge edge)
        {
            for (var i = 0; i < links.Length; i++)
            {
                if (ReferenceEquals(links[i].Edge, edge))
                {
                    return i;
                }
            }

            return -1;
        }

        private void Stray(Edge edge) =>
            _strays = _strays.SetItem(edge.Host, (_strays.GetValueOrDefault(edge.Host) ?? ImmutableHashSet.Create<string>(StringComparer.Ordinal)).Add(edge.Id));
    }
}
