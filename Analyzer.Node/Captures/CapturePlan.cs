using System.Collections.Immutable;
using Shared.Messages.Captures;
using GraphNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Captures;

/// <summary>A capture with the nodes it selects now.</summary>
internal sealed record CaptureSelection(Capture Capture, IReadOnlyList<GraphNode> Nodes);

/// <summary>Which captures are to run on which host. Pure.</summary>
internal sealed record CapturePlan(ImmutableSortedDictionary<string, SetCaptures> ByHost)
{
    public static CapturePlan Empty { get; } = new(ImmutableSortedDictionary.Create<string, SetCaptures>(StringComparer.Ordinal));

    /// <summary>The list of each host; a host that selects nothing has an empty one, which stops what still runs there.</summary>
    /// <param name="selections">All captures with their nodes.</param>
    /// <param name="hosts">All hosts with an agent.</param>
    public static CapturePlan Make(IEnumerable<CaptureSelection> selections, IEnumerable<string> hosts)
    {
        var known = hosts.ToHashSet(StringComparer.Ordinal);
        var lists = known.ToDictionary(host => host, host => new SetCaptures { Host = host }, StringComparer.Ordinal);
        foreach (var (capture, nodes) in selections)
        {
            // Flows are told apart by their node's TID: what has none (a fabric node, a namespace) can't be captured on.
            foreach (var node in nodes.Where(node => known.Contains(node.Host) && node.Tid.Length > 0).DistinctBy(node => node.Id))
            {
                lists[node.Host].Captures.Add(new NodeCapture { NodeId = node.Id, NodeTid = node.Tid, Capture = capture });
            }
        }

        foreach (var list in lists.Values)
        {
            // The graph's order varies; the same captures must make the same message.
            NodeCapture[] sorted = [.. list.Captures.OrderBy(c => c.Capture.CreatedAt).ThenBy(c => c.Capture.Uuid, StringComparer.Ordinal).ThenBy(c => c.NodeId, StringComparer.Ordinal)];
            list.Captures.Clear();
            list.Captures.AddRange(sorted);
        }

        return new CapturePlan(lists.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    /// <summary>The lists that differ from those of the plan before.</summary>
    public IEnumerable<SetCaptures> ChangedSince(CapturePlan before) =>
        ByHost.Values.Where(list => !before.ByHost.TryGetValue(list.Host, out var old) || !old.Equals(list));
}
