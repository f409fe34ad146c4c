using System.Collections;
using Shared.Messages.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>What a step goes through, with a look at the end of time at each item.</summary>
internal static class Stoppable
{
    public static Traversal Of(Traversal input, CancellationToken stop) => input switch
    {
        _ when !stop.CanBeCanceled => input,
        NodesTraversal nodes => nodes with { Nodes = new Items<Node>(nodes.Nodes, stop) },
        EdgesTraversal edges => edges with { Edges = new Items<Edge>(edges.Edges, stop) },
        FlowsTraversal flows => flows with { Flows = new Items<Flow>(flows.Flows, stop) },
        ValuesTraversal values => new ValuesTraversal(new Items<MetaValue>(values.Values, stop)),
        MetricsTraversal metrics => new MetricsTraversal(new Items<KeyValuePair<string, IReadOnlyList<Metadata>>>(metrics.Metrics, stop)),
        PathsTraversal paths => paths with { Paths = new Items<IReadOnlyList<Node>>(paths.Paths, stop) },
        SocketsTraversal sockets => new SocketsTraversal(new Items<KeyValuePair<string, IReadOnlyList<Metadata>>>(sockets.Sockets, stop)),
        NextHopsTraversal hops => new NextHopsTraversal(new Items<KeyValuePair<string, Metadata>>(hops.Hops, stop)),
        RawPacketsTraversal packets => new RawPacketsTraversal(new Items<RawPacket>(packets.Packets, stop)),
        GroupsTraversal groups => new GroupsTraversal(new Items<KeyValuePair<string, IReadOnlyList<Flow>>>(groups.Groups, stop)),
        _ => input,
    };

    private sealed class Items<T>(IReadOnlyList<T> items, CancellationToken stop) : IReadOnlyList<T>
    {
        public int Count => items.Count;

        public T this[int index] => items[index];

        public IEnumerator<T> GetEnumerator()
        {
            foreach (var item in items)
            {
                stop.ThrowIfCancellationRequested();
                yield return item;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
