using System.Collections.Immutable;
using Agent.Node.Capture;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;
using Topology.Fabric.Model;

namespace Agent.Node.Topology;

/// <summary>Facts as node metadata, under Skydive's names.</summary>
internal static class InterfaceMetadata
{
    private static readonly (NeighbourStates State, string Name)[] NeighbourStateNames =
    [
        (NeighbourStates.Incomplete, "NUD_INCOMPLETE"), (NeighbourStates.Reachable, "NUD_REACHABLE"), (NeighbourStates.Stale, "NUD_STALE"),
        (NeighbourStates.Delay, "NUD_DELAY"), (NeighbourStates.Probe, "NUD_PROBE"), (NeighbourStates.Failed, "NUD_FAILED"),
        (NeighbourStates.NoArp, "NUD_NOARP"), (NeighbourStates.Permanent, "NUD_PERMANENT"),
    ];

    private static readonly (LinkFlags Flag, string Name)[] LinkFlagNames =
    [
        (LinkFlags.Up, "UP"), (LinkFlags.Broadcast, "BROADCAST"), (LinkFlags.Loopback, "LOOPBACK"), (LinkFlags.PointToPoint, "POINTTOPOINT"),
        (LinkFlags.Multicast, "MULTICAST"), (LinkFlags.Running, "RUNNING"), (LinkFlags.NoArp, "NOARP"), (LinkFlags.Promiscuous, "PROMISC"),
    ];

    /// <summary>What netlink knows. The type is the kernel's kind, "device" for what has none.</summary>
    public static IEnumerable<(string Key, MetaValue Value)> Of(InterfaceEntry entry)
    {
        var (facts, link) = (entry.Facts, entry.Facts.Link);
        yield return ("Name", link.Name);
        yield return ("Type", link.Kind.Length > 0 ? link.Kind : "device");
        yield return ("EncapType", link.HardwareType switch { 1 => "ether", 772 => "loopback", var other => $"{other}" });
        yield return ("IfIndex", link.Index);
        yield return ("MTU", link.Mtu);
        yield return ("State", (link.Flags & LinkFlags.Up) != 0 ? "UP" : "DOWN");
        yield return ("OperState", link.OperState.ToString().ToUpperInvariant());
        yield return ("LinkFlags", MetaValue.Texts(LinkFlagNames.Where(f => (link.Flags & f.Flag) != 0).Select(f => f.Name)));
        yield return ("IPV4", MetaValue.Texts(facts.Addresses.Where(a => !a.IsIPv6).Select(a => a.ToString())));
        yield return ("IPV6", MetaValue.Texts(facts.Addresses.Where(a => a.IsIPv6).Select(a => a.ToString())));
        yield return ("Metric", Counters(entry.Counters.Total, null, null));
        if (entry.Counters.Update != default)
        {
            yield return ("LastUpdateMetric", Counters(entry.Counters.Update, entry.Counters.Start, entry.Counters.Last));
        }

        if (link.Mac.Length > 0)
        {
            yield return ("MAC", link.Mac);
        }

        if (facts.Driver.Length > 0)
        {
            yield return ("Driver", facts.Driver);
        }

        if (link.Kind == "veth" && link.LowerIndex > 0)
        {
            yield return ("PeerIfIndex", link.LowerIndex);
        }
        else if (link.LowerIndex > 0)
        {
            yield return ("ParentIndex", link.LowerIndex);
        }

        if (link.MasterIndex > 0)
        {
            yield return ("MasterIndex", link.MasterIndex);
        }

        if (link.Vlan is { } vlan)
        {
            yield return ("Vlan", vlan);
        }

        foreach (var field in Of(link.Tunnel))
        {
            yield return field;
        }

        if (!facts.Neighbours.IsEmpty)
        {
            yield return ("Neighbors", facts.Neighbours.Select(Neighbour).ToImmutableArray());
        }

        if (!facts.Routes.IsEmpty)
        {
            yield return ("RoutingTables", RoutingTables(facts.Routes, link.Index));
        }
    }

    /// <summary>What Open vSwitch knows of an interface; wins over netlink where both speak.</summary>
    public static IEnumerable<(string Key, MetaValue Value)> Of(OvsInterface port, bool hasDevice)
    {
        if (port.Type is not ("" or "system"))
        {
            yield return ("Type", port.Type);
        }

        yield return ("UUID", port.Uuid.ToString());
        if (port.OpenFlowPort is { } number)
        {
            yield return ("OfPort", number);
        }

        if (port.Error.Length > 0)
        {
            yield return ("Error", port.Error);
        }

        if (!hasDevice)
        {
            yield return ("Name", port.Name);
            yield return ("State", port.AdminState == "down" ? "DOWN" : "UP");
            if (port.MacInUse.Length > 0)
            {
                yield return ("MAC", port.MacInUse);
            }

            if (port.Mtu is { } mtu)
            {
                yield return ("MTU", mtu);
            }

            if (port.Status.TryGetValue("driver_name", out var driver))
            {
                yield return ("Driver", driver);
            }
        }

        foreach (var field in Tunnel(port))
        {
            yield return field;
        }

        foreach (var field in OvsFields(port.OtherConfig, port.ExternalIds, ("Options", port.Options), ("Status", port.Status)))
        {
            yield return field;
        }
    }

    /// <summary>The maps a row of Open vSwitch's has: `Ovs` and `ExtID`.</summary>
    public static IEnumerable<(string Key, MetaValue Value)> OvsFields(
        ImmutableSortedDictionary<string, string> otherConfig,
        ImmutableSortedDictionary<string, string> externalIds,
        params ReadOnlySpan<(string Key, ImmutableSortedDictionary<string, string> Map)> more)
    {
        var ovs = new List<(string, MetaValue)>();
        if (!otherConfig.IsEmpty)
        {
            ovs.Add(("OtherConfig", Map(otherConfig)));
        }

        foreach (var (key, map) in more)
        {
            if (!map.IsEmpty)
            {
                ovs.Add((key, Map(map)));
            }
        }

        List<(string, MetaValue)> fields = ovs.Count > 0 ? [("Ovs", Metadata.Create(ovs))] : [];
        if (!externalIds.IsEmpty)
        {
            fields.Add(("ExtID", Map(externalIds)));
        }

        return fields;
    }

    public static MetaValue Of(ImmutableArray<CaptureState> captures) => captures.Select(c =>
    {
        var fields = new List<(string, MetaValue)>
        {
            ("ID", c.Id), ("Type", c.Type), ("State", c.State), ("PacketsReceived", c.PacketsReceived), ("PacketsDropped", c.PacketsDropped),
            ("PacketsIfDropped", c.PacketsIfDropped), ("PacketsAgentDropped", c.PacketsAgentDropped),
        };
        foreach (var (key, count) in c.Counts.Named().Concat([(nameof(c.RingsRefused), c.RingsRefused), (nameof(c.UpdatesLost), c.UpdatesLost), (nameof(c.UpdatesLostSince), c.UpdatesLostSince)]))
        {
            if (count > 0)
            {
                fields.Add((key, count));
            }
        }

        foreach (var (key, text) in new[] { ("Name", c.Name), ("BPFFilter", c.BpfFilter), ("Error", c.Error) })
        {
            if (text.Length > 0)
            {
                fields.Add((key, text));
            }
        }

        return (MetaValue)Metadata.Create(fields);
    }).ToImmutableArray();

    private static IEnumerable<(string Key, MetaValue Value)> Of(TunnelAttributes? tunnel)
    {
        if (tunnel is null)
        {
            yield break;
        }

        if (tunnel.Vni is { } vni)
        {
            yield return ("VNI", (long)vni);
        }

        if (tunnel.Key is { } key)
        {
            yield return ("Key", (long)key);
        }

        if (tunnel.Local is { } local)
        {
            yield return ("LocalIP", local);
        }

        if (tunnel.Remote is { } remote)
        {
            yield return ("RemoteIP", remote);
        }

        if (tunnel.Port is { } port)
        {
            yield return ("TunPort", port);
        }
    }

    // ovs-vswitchd.conf.db(5), "Tunnel Options": values may be "flow" instead of an address or key.
    private static IEnumerable<(string Key, MetaValue Value)> Tunnel(OvsInterface port)
    {
        foreach (var (option, key) in new[] { ("remote_ip", "RemoteIP"), ("local_ip", "LocalIP") })
        {
            if (port.Options.TryGetValue(option, out var address))
            {
                yield return (key, address);
            }
        }

        if (port.Options.TryGetValue("key", out var id) || port.Options.TryGetValue("out_key", out id))
        {
            MetaValue value = long.TryParse(id, out var number) ? number : id;
            yield return (port.Type is "vxlan" or "geneve" ? "VNI" : "Key", value);
        }

        if (port.Options.TryGetValue("dst_port", out var udp) && long.TryParse(udp, out var udpPort))
        {
            yield return ("TunPort", udpPort);
        }

        if (port.Status.TryGetValue("tunnel_egress_iface", out var egress))
        {
            yield return ("TunEgressIface", egress);
        }
    }

    private static Metadata Counters(LinkStatistics statistics, long? start, long? last)
    {
        var fields = statistics.Named()
            .Where(c => c.Value != 0 || c.Name is "RxPackets" or "TxPackets" or "RxBytes" or "TxBytes")
            .Select(c => (c.Name, (MetaValue)c.Value))
            .ToList();
        if (start is { } from && last is { } until)
        {
            fields.Add(("Start", from));
            fields.Add(("Last", until));
        }

        return Metadata.Create(fields);
    }

    private static MetaValue Neighbour(NeighbourMessage neighbour)
    {
        var fields = new List<(string, MetaValue)>
        {
            ("IP", neighbour.Address),
            ("IfIndex", neighbour.LinkIndex),
            ("State", MetaValue.Texts(NeighbourStateNames.Where(s => (neighbour.States & s.State) != 0).Select(s => s.Name))),
        };
        if (neighbour.Mac.Length > 0)
        {
            fields.Add(("MAC", neighbour.Mac));
        }

        return Metadata.Create(fields);
    }

    private static MetaValue RoutingTables(ImmutableArray<RouteMessage> routes, int link) => routes
        .GroupBy(r => r.Table)
        .Select(table =>
        {
            var fields = new List<(string, MetaValue)> { ("ID", table.Key), ("Routes", table.Select(r => Route(r, link)).ToImmutableArray()) };
            if (table.Select(r => r.Source).FirstOrDefault(s => s is not null) is { } source)
            {
                fields.Add(("Src", source));
            }

            return (MetaValue)Metadata.Create(fields);
        })
        .ToImmutableArray();

    private static MetaValue Route(RouteMessage route, int link)
    {
        var hops = route.NextHops.Where(h => h.LinkIndex == link).Select(h =>
        {
            var fields = new List<(string, MetaValue)> { ("IfIndex", h.LinkIndex), ("Priority", route.Priority) };
            if (h.Gateway is { } gateway)
            {
                fields.Add(("IP", gateway));
            }

            return (MetaValue)Metadata.Create(fields);
        });
        return Metadata.Create(("Prefix", route.Prefix), ("Protocol", (int)route.Protocol), ("Nexthops", hops.ToImmutableArray()));
    }

    private static Metadata Map(ImmutableSortedDictionary<string, string> map) => Metadata.Create(map.Select(f => (f.Key, (MetaValue)f.Value)));
}
