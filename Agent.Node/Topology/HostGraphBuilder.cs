using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Agent.Node.Linux;
using Agent.Node.Probes.OpenVSwitch;
using Topology.Fabric.Model;

namespace Agent.Node.Topology;

/// <summary>
/// The graph of a host as Skydive draws it, from the facts alone: host, namespaces and interfaces, who owns what, what is
/// wired to what; Open vSwitch's bridges, ports and interfaces, an interface that netlink sees as well being one node.
/// </summary>
internal sealed class HostGraphBuilder
{
    private readonly HostFacts _facts;
    private readonly string _origin;
    private readonly Dictionary<string, global::Topology.Fabric.Model.Node> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Edge> _edges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CapturePlace> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<(NamespaceId, int), string> _interfaces = [];
    private readonly Dictionary<Guid, string> _ovsInterfaces = [];

    private HostGraphBuilder(HostFacts facts)
    {
        _facts = facts;
        _origin = $"agent.{facts.Host}";
    }

    /// <summary>Nodes and edges, without times and revisions, and what can be captured where.</summary>
    public static (IReadOnlyDictionary<string, global::Topology.Fabric.Model.Node> Nodes, IReadOnlyDictionary<string, Edge> Edges,
        ImmutableDictionary<string, CapturePlace> Places) Build(HostFacts facts)
    {
        var builder = new HostGraphBuilder(facts);
        var host = builder.AddHost();
        builder.AddNamespaces(host);
        builder.WireInterfaces();
        builder.AddOpenVSwitch(host);
        builder.AddCaptureFiles(host);
        return (builder._nodes, builder._edges, builder._places.ToImmutableDictionary());
    }

    private string AddHost()
    {
        var fields = _facts.HostMetadata.Select(f => (f.Key, (MetaValue)f.Value));
        var node = Add("host", "", _facts.Host,
        [
            .. Nested(fields), ("Type", "host"), ("Name", _facts.Host), ("Hostname", Environment.MachineName),
            ("OS", "linux"), ("KernelVersion", RuntimeInformation.OSDescription),
            .. ProbeErrors(),
        ]);
        _places[node] = new CapturePlace.Host();
        return node;
    }

    private IEnumerable<(string, MetaValue)> ProbeErrors() => _facts.ProbeErrors.IsEmpty
        ? []
        : [("ProbeErrors", Metadata.Create([.. _facts.ProbeErrors.Select(probe => (probe.Key, (MetaValue)probe.Value))]))];

    private void AddNamespaces(string host)
    {
        foreach (var (id, space) in _facts.Namespaces)
        {
            var owner = host;
            if (space.Named is { } named)
            {
                owner = Add("netns", named.Path, named.Name,
                    [("Type", "netns"), ("Name", named.Name), ("Path", named.Path), ("Device", (long)id.Device), ("Inode", (long)id.Inode)]);
                Own(host, owner);
            }

            foreach (var (index, entry) in space.Interfaces)
            {
                var name = entry.Facts.Link.Name;
                if (id == _facts.Own && BridgeMirror.IsPortName(name))
                {
                    continue; // the agent's own ear at a bridge is no part of what there is to see
                }

                var node = Add("interface", space.Named?.Path ?? "", name, [.. InterfaceMetadata.Of(entry)]);
                _interfaces[(id, index)] = node;
                _places[node] = new CapturePlace.Device(name, index, space.Named?.Path);
                Own(owner, node);
            }
        }
    }

    private void WireInterfaces()
    {
        foreach (var (id, space) in _facts.Namespaces)
        {
            foreach (var (index, entry) in space.Interfaces)
            {
                var link = entry.Facts.Link;
                if (!_interfaces.TryGetValue((id, index), out var node))
                {
                    continue;
                }

                if (link.MasterIndex > 0 && _interfaces.TryGetValue((id, link.MasterIndex), out var master))
                {
                    Wire(master, node);
                }

                if (link.LowerIndex > 0 && Lower(id, space, link) is { } lower && lower != node)
                {
                    if (link.Kind == "veth")
                    {
                        // Both ends tell: the edge must be the same whoever does.
                        var first = string.CompareOrdinal(lower, node) < 0;
                        Wire(first ? lower : node, first ? node : lower, "veth");
                    }
                    else
                    {
                        Wire(lower, node, link.Kind);
                    }
                }
            }
        }
    }

    private string? Lower(NamespaceId id, NamespaceContents space, Probes.Netlink.LinkMessage link)
    {
        if (link.LowerNamespaceId is { } number)
        {
            return space.Numbers.TryGetValue(number, out var other) ? _interfaces.GetValueOrDefault((other, link.LowerIndex)) : null;
        }

        return _interfaces.GetValueOrDefault((id, link.LowerIndex));
    }

    private void AddOpenVSwitch(string host)
    {
        var ovs = _facts.Ovs;
        foreach (var bridge in ovs.Bridges.Values)
        {
            var bridgeNode = Add("ovsbridge", "", bridge.Name,
            [
                ("Type", "ovsbridge"), ("Name", bridge.Name), ("UUID", bridge.Uuid.ToString()), ("DatapathID", bridge.DatapathId),
                ("DatapathType", bridge.DatapathType.Length > 0 ? bridge.DatapathType : "system"),
                .. InterfaceMetadata.OvsFields(bridge.OtherConfig, bridge.ExternalIds), .. Staleness(),
            ]);
            _places[bridgeNode] = new CapturePlace.Bridge(bridge.Name);
            Own(host, bridgeNode);
            foreach (var port in bridge.Ports.Select(p => ovs.Ports.GetValueOrDefault(p)))
            {
                if (port is not null && !BridgeMirror.IsOurs(port))
                {
                    AddPort(host, bridgeNode, port);
                }
            }
        }

        foreach (var patch in ovs.Interfaces.Values.Where(i => i.Type == "patch"))
        {
            if (_ovsInterfaces.TryGetValue(patch.Uuid, out var near) && patch.Options.TryGetValue("peer", out var peerName)
                && ovs.Interface(peerName) is { Type: "patch" } peer && _ovsInterfaces.TryGetValue(peer.Uuid, out var far))
            {
                var first = string.CompareOrdinal(near, far) < 0;
                Wire(first ? near : far, first ? far : near, "patch");
            }
        }
    }

    private void AddPort(string host, string bridge, OvsPort port)
    {
        var fields = new List<(string, MetaValue)> { ("Type", "ovsport"), ("Name", port.Name), ("UUID", port.Uuid.ToString()) };
        if (port.Tag is { } tag)
        {
            fields.Add(("Vlans", ImmutableArray.Create<MetaValue>(tag)));
        }
        else if (!port.Trunks.IsEmpty)
        {
            fields.Add(("Vlans", port.Trunks.Select(t => (MetaValue)t).ToImmutableArray()));
        }

        if (port.VlanMode.Length > 0)
        {
            fields.Add(("VlanMode", port.VlanMode));
        }

        if (port.BondMode.Length > 0)
        {
            fields.Add(("BondMode", port.BondMode));
        }

        var node = Add("ovsport", "", port.Name, [.. fields, .. InterfaceMetadata.OvsFields(port.OtherConfig, port.ExternalIds), .. Staleness()]);
        Own(bridge, node);
        Wire(bridge, node);
        foreach (var uuid in port.Interfaces)
        {
            if (_facts.Ovs.Interfaces.TryGetValue(uuid, out var row))
            {
                Wire(node, AddInterface(host, row));
            }
        }
    }

    private string AddInterface(string host, OvsInterface row)
    {
        if (Device(row) is { } known)
        {
            var present = _nodes[known];
            _nodes[known] = present with
            {
                Metadata = Metadata.Create([.. present.Metadata.Select(f => (f.Key, f.Value)), .. InterfaceMetadata.Of(row, hasDevice: true)]),
            };
            return _ovsInterfaces[row.Uuid] = known;
        }

        // A port that has, or will have, a device keeps the node it gets when netlink sees the device.
        var kind = MayHaveDevice(row) ? "interface" : "ovsinterface";
        var node = Add(kind, "", row.Name, [("Type", "device"), .. InterfaceMetadata.Of(row, hasDevice: false), .. Staleness()]);
        _places[node] = new CapturePlace.None();
        Own(host, node);
        return _ovsInterfaces[row.Uuid] = node;
    }

    private IEnumerable<(string, MetaValue)> Staleness() => _facts.Ovs.StaleSince == 0 ? [] : [("StaleSince", _facts.Ovs.StaleSince)];

    private string? Device(OvsInterface row)
    {
        if (!MayHaveDevice(row))
        {
            return null;
        }

        foreach (var (index, entry) in _facts.Namespaces[_facts.Own].Interfaces)
        {
            if (entry.Facts.Link.Name == row.Name && (row.IfIndex == 0 || row.IfIndex == index))
            {
                return _interfaces.GetValueOrDefault((_facts.Own, index));
            }
        }

        // An internal port may be moved into a namespace; Open vSwitch still knows its MAC address.
        foreach (var (id, space) in _facts.Namespaces)
        {
            foreach (var (index, entry) in space.Interfaces)
            {
                if (id != _facts.Own && entry.Facts.Link.Name == row.Name && entry.Facts.Link.Mac == row.MacInUse && row.Type == "internal")
                {
                    return _interfaces.GetValueOrDefault((id, index));
                }
            }
        }

        return null;
    }

    private static bool MayHaveDevice(OvsInterface row) => row.Type is "" or "system" or "internal" or "tap" or "afxdp";

    private void AddCaptureFiles(string host)
    {
        foreach (var path in _facts.CaptureFiles)
        {
            var node = Add("pcap", path, Path.GetFileName(path), [("Type", "pcap"), ("Name", Path.GetFileName(path)), ("Path", path)]);
            _places[node] = new CapturePlace.File(path);
            Own(host, node);
        }
    }

    private string Add(string kind, string place, string name, IReadOnlyList<(string Key, MetaValue Value)> fields)
    {
        var id = NameUuid.Of("node", _facts.Host, kind, place, name);
        var metadata = Metadata.Create([.. fields, ("TID", NameUuid.Of("tid", _facts.Host, kind, place, name))]);
        if (_facts.Captures.TryGetValue(id, out var captures))
        {
            metadata = metadata.Set("Captures", InterfaceMetadata.Of(captures));
        }

        _nodes[id] = new global::Topology.Fabric.Model.Node { Id = id, Host = _facts.Host, Origin = _origin, Metadata = metadata };
        return id;
    }

    private void Own(string parent, string child) => Add(parent, child, Metadata.Create((Relations.Key, Relations.Ownership)));

    private void Wire(string parent, string child, string? type = null)
    {
        var metadata = Metadata.Create((Relations.Key, Relations.Layer2));
        Add(parent, child, string.IsNullOrEmpty(type) ? metadata : metadata.Set("Type", type));
    }

    private void Add(string parent, string child, Metadata metadata)
    {
        var id = Relations.EdgeId(parent, child, metadata[Relations.Key].Text);
        _edges[id] = new Edge { Id = id, Parent = parent, Child = child, Host = _facts.Host, Origin = _origin, Metadata = metadata };
    }

    // "Site.Rack" = x becomes Site: {Rack: x}; what contradicts another key loses.
    private static IEnumerable<(string, MetaValue)> Nested(IEnumerable<(string Key, MetaValue Value)> flat) => flat
        .GroupBy(f => f.Key.Split('.', 2)[0])
        .Select(g => g.All(f => f.Key.Contains('.', StringComparison.Ordinal))
            ? (g.Key, (MetaValue)Metadata.Create(Nested(g.Select(f => (f.Key[(g.Key.Length + 1)..], f.Value)))))
            : (g.Key, g.First(f => !f.Key.Contains('.', StringComparison.Ordinal)).Value));
}
