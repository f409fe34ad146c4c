using System.Net;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Where nodes send what goes to an address, by the routes and neighbours in their metadata.</summary>
internal static class NextHops
{
    public static readonly StepDefinition Step = StepTable.Step<NodesTraversal, NextHopsTraversal>("NextHop", arguments =>
    {
        arguments.Between(1, 1, "one IP address");
        if (!IPAddress.TryParse(arguments.Text(0), out var address))
        {
            throw arguments.Wrong(arguments.ColumnOf(0), "takes an IP address");
        }

        return (input, run) =>
        {
            var hops = new SortedDictionary<string, Metadata>(StringComparer.Ordinal);
            foreach (var node in input.Nodes)
            {
                if (Of(node.Metadata, address, run.Stop) is { } hop)
                {
                    hops[node.Id] = hop;
                }
            }

            return new NextHopsTraversal([.. hops]);
        };
    });

    // The first table with a way; of its ways the longest prefix, then the lowest priority.
    private static Metadata? Of(Metadata node, IPAddress address, CancellationToken stop)
    {
        foreach (var table in Maps(node["RoutingTables"]))
        {
            var best = (Length: -1, Priority: 0L, Hop: Metadata.Empty);
            foreach (var route in Maps(table["Routes"]))
            {
                stop.ThrowIfCancellationRequested();
                if (route["Prefix"] is not { Kind: MetaKind.Text, Text: var prefix } || !Networks.TryParse(prefix, out var network) || !network.Contains(address))
                {
                    continue;
                }

                foreach (var hop in Maps(route["NextHops"]).Concat(Maps(route["Nexthops"])))
                {
                    var priority = Number(hop["Priority"]);
                    // A default route that names no gateway says nothing of where to go.
                    var isWay = network.PrefixLength > 0 || hop["IP"] is { Kind: MetaKind.Text, Text.Length: > 0 };
                    if (isWay && (network.PrefixLength > best.Length || (network.PrefixLength == best.Length && priority < best.Priority)))
                    {
                        best = (network.PrefixLength, priority, hop);
                    }
                }
            }

            if (best.Length >= 0)
            {
                return Told(node, best.Hop, best.Priority, address);
            }
        }

        return null;
    }

    private static Metadata Told(Metadata node, Metadata hop, long priority, IPAddress address)
    {
        // Without a gateway the address itself is on the link.
        var ip = hop["IP"] is { Kind: MetaKind.Text, Text: { Length: > 0 } gateway } ? gateway : address.ToString();
        var told = Metadata.Create(("Priority", priority), ("IP", ip), ("IfIndex", Number(hop["IfIndex"])));
        var mac = Maps(node["Neighbors"]).FirstOrDefault(neighbour => neighbour["IP"] is { Kind: MetaKind.Text, Text: var own } && own == ip)?["MAC"] ?? default;
        return mac.IsEmpty ? told : told.Set("MAC", mac);
    }

    private static IEnumerable<Metadata> Maps(MetaValue list) => list.Kind == MetaKind.List ? list.Items.Where(item => item.Kind == MetaKind.Map).Select(item => item.Fields) : [];

    private static long Number(MetaValue value) => value.Kind == MetaKind.Integer ? value.Integer : 0;
}
