using System.Collections.Immutable;
using Shared.Messages.Captures;
using GraphNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Captures;

/// <summary>A capture with the nodes it selects now.</summary>
internal sealed record CaptureSelection(Capture Capture, IReadOnlyList<GraphNode> Nodes);

/// <summary>Which captures are to run on which host. Pure.</summary>
/// <param name="ByHost">The list of each host.</param>
/// <param name="LeftOut">Captures, counted a node, that are more than there may be on a node or a host.</param>
internal sealed record CapturePlan(ImmutableSortedDictionary<string, SetCaptures> ByHost, int LeftOut)
{
    public static CapturePlan Empty { get; } = new(ImmutableSortedDictionary.Create<string, SetCaptures>(StringComparer.Ordinal), 0);

    /// <summary>The list of each host; a host that selects nothing has an empty one, which stops what still runs there.</summary>
    /// <param name="selections">All captures with their nodes. Where there are too many, the older ones run.</param>
    /// <param name="hosts">All hosts with an agent.</param>
    public static CapturePlan Make(IEnumerable<CaptureSelection> selections, IEnumerable<string> hosts)
    {
        var lists = hosts.Distinct(StringComparer.Ordinal).ToImmutableSortedDictionary(host => host, host => new SetCaptures { Host = host }, StringComparer.Ordinal);
        var onNodes = new Dictionary<string, int>(StringComparer.Ordinal);
        var onHosts = new Dictionary<string, int>(StringComparer.Ordinal);
        var leftOut = 0;
        // The graph's order varies; the same captures must make the same message.
        foreach (var (capture, nodes) in selections.OrderBy(s => s.Capture.CreatedAt).ThenBy(s => s.Capture.Uuid, StringComparer.Ordinal))
        {
            foreach (var host in nodes.Where(node => lists.ContainsKey(node.Host)).GroupBy(node => node.Host, StringComparer.Ordinal))
            {
                var here = new HostCapture { Capture = ForAgents(capture) };
                foreach (var node in Capturable(host))
                {
                    var (onNode, onHost) = (onNodes.GetValueOrDefault(node.Id), onHosts.GetValueOrDefault(host.Key));
                    if (onNode >= CaptureLimits.MaxOnNode || onHost >= CaptureLimits.MaxOnHost)
                    {
                        leftOut++;
                        continue;
                    }

                    (onNodes[node.Id], onHosts[host.Key]) = (onNode + 1, onHost + 1);
                    here.Nodes.Add(new CaptureNode { Id = node.Id, Tid = node.Tid });
                }

                if (here.Nodes.Count > 0)
                {
                    lists[host.Key].Captures.Add(here);
                }
            }
        }

        return new CapturePlan(lists, leftOut);
    }

    /// <summary>What one more capture on these nodes would be too much of, for its user; null when there's room.</summary>
    public string? NoRoomFor(IReadOnlyList<GraphNode> nodes)
    {
        foreach (var host in nodes.GroupBy(node => node.Host, StringComparer.Ordinal))
        {
            var counts = ByHost.TryGetValue(host.Key, out var list)
                ? list.Captures.SelectMany(capture => capture.Nodes).CountBy(node => node.Id, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal)
                : [];
            var more = Capturable(host);
            if (more.FirstOrDefault(node => counts.GetValueOrDefault(node.Id) >= CaptureLimits.MaxOnNode) is { } full)
            {
                return $"{full.Name} on {host.Key} has {CaptureLimits.MaxOnNode} captures, and may have no more.";
            }

            if (counts.Values.Sum() + more.Count > CaptureLimits.MaxOnHost)
            {
                return $"host {host.Key} has captures on {counts.Values.Sum()} nodes, counted once for each; {more.Count} more are too many, {CaptureLimits.MaxOnHost} may be.";
            }
        }

        return null;
    }

    /// <summary>The lists that differ from those of the plan before.</summary>
    public IEnumerable<SetCaptures> ChangedSince(CapturePlan before) =>
        ByHost.Values.Where(list => !before.ByHost.TryGetValue(list.Host, out var old) || !old.Equals(list));

    // Flows are told apart by their node's TID: what has none (a fabric node, a namespace) can't be captured on.
    private static List<GraphNode> Capturable(IEnumerable<GraphNode> nodes) =>
        [.. nodes.Where(node => node.Tid.Length > 0).DistinctBy(node => node.Id).OrderBy(node => node.Id, StringComparer.Ordinal)];

    private static Capture ForAgents(Capture capture)
    {
        var own = capture.Clone();
        (own.GremlinQuery, own.Description) = ("", "");
        return own;
    }
}
