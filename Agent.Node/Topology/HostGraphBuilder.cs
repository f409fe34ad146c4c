using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Agent.Node.Capture;
using Agent.Node.Linux;
using Agent.Node.Probes.Namespaces;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;
using Topology.Fabric.Model;

namespace Agent.Node.Topology;

/// <summary>
/// The graph of a host as Skydive draws it, from the facts alone: host, namespaces and interfaces, who owns what, what is
/// wired to what; Open vSwitch's bridges, ports and interfaces, an interface that netlink sees as well being one node.
/// Facts are never changed but replaced, so what's made of the same one is taken from the builder before.
/// </summary>
internal sealed class HostGraphBuilder
{
    private readonly string _origin;
    private string _host = "";
    private readonly Dictionary<string, global::Topology.Fabric.Model.Node> _nodes;
    private readonly Dictionary<string, Edge> _edges;
    private readonly Dictionary<string, CapturePlace> _places;
    private readonly Dictionary<(NamespaceId, int), MadeNode> _interfaces;
    private readonly Dictionary<string, (NamespaceId, int)> _interfaceOf;
    private readonly Dictionary<NamespaceId, MadeNode> _namespaces = [];
    private readonly Dictionary<(string Parent, string Child, string Relation, string? Type), Edge> _madeEdges;
    private readonly Dictionary<Guid, string> _ovsInterfaces = [];
    private readonly HashSet<string> _ovsNodes = new(StringComparer.Ordinal);
    private HostFacts _facts;
    private HostGraphBuilder? _before;
    private ILookup<string, (NamespaceId Space, int Index, LinkMessage Link)>? _named;

    private HostGraphBuilder(HostFacts facts, HostGraphBuilder? before)
    {
        _facts = facts;
        _before = before;
        _origin = $"agent.{facts.Host}";
        _nodes = new(before?._nodes.Count ?? 0, StringComparer.Ordinal);
        _edges = new(before?._edges.Count ?? 0, StringComparer.Ordinal);
        _places = new(before?._places.Count ?? 0, StringComparer.Ordinal);
        _interfaces = new(before?._interfaces.Count ?? 0);
        _interfaceOf = new(before?._interfaceOf.Count ?? 0, StringComparer.Ordinal);
        _madeEdges = new(before?._madeEdges.Count ?? 0);
    }

    /// <summary>Nodes by id, without times and revisions.</summary>
    public Dictionary<string, global::Topology.Fabric.Model.Node> AllNodes => _nodes;

    /// <summary>Edges by id, without times and revisions.</summary>
    public Dictionary<string, Edge> AllEdges => _edges;

    /// <summary>What can be captured where.</summary>
    public Dictionary<string, CapturePlace> AllPlaces => _places;

    /// <summary>The graph of these facts.</summary>
    public static HostGraphBuilder Build(HostFacts facts, HostGraphBuilder? before)
    {
        var builder = new HostGraphBuilder(facts, before);
        var host = builder._host = builder.AddHost();
        builder.AddNamespaces(host);
        builder.WireInterfaces();
        builder.AddOpenVSwitch(host);
        builder.AddCaptureFiles(host);
        builder._before = null;
        return builder;
    }

    /// <summary>
    /// What other facts than the last ones make anew when they do little else: nodes that change, and namespaces with interfaces that
    /// nobody is wired to. Null when the graph is to be built.
    /// </summary>
    public Made? Follow(HostFacts facts)
    {
        var touched = new HashSet<(NamespaceId, int)>();
        var arrived = new List<NamespaceId>();
        if (!OnlyTouches(facts, touched, arrived) || !touched.All(IsANodeAlone) || (arrived.Count > 0 && !AreAlone(facts, arrived)))
        {
            return null;
        }

        _facts = facts;
        var made = new Made(new List<global::Topology.Fabric.Model.Node>(touched.Count), [], []);
        foreach (var key in touched)
        {
            if (_interfaces.TryGetValue(key, out var before))
            {
                var space = facts.Namespaces[key.Item1];
                var now = MadeOf(before, space.Named?.Path ?? "", space.Interfaces[key.Item2]);
                _interfaces[key] = now;
                made.Nodes.Add(now.Node);
            }
        }

        foreach (var id in arrived)
        {
            AddNamespace(id, facts.Namespaces[id], made);
        }

        return made;
    }

    // As all that is named by its place is: by namespace and name, what two have is one.
    private bool AreAlone(HostFacts facts, List<NamespaceId> arrived)
    {
        var numbered = facts.Namespaces.Values.SelectMany(space => space.Numbers.Values).ToHashSet();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in arrived)
        {
            if (facts.Namespaces[id] is not { Named: { } named } space || !space.Numbers.IsEmpty || numbered.Contains(id)
                || (!_namespaces.ContainsKey(id) && !IsNew("netns", named.Path, named.Name)))
            {
                return false;
            }

            foreach (var entry in space.Interfaces.Values)
            {
                var link = entry.Facts.Link;
                if (link.MasterIndex != 0 || link.LowerIndex != 0 || facts.Ovs.Interface(link.Name) is not null || !IsNew("interface", named.Path, link.Name))
                {
                    return false;
                }
            }
        }

        return true;

        bool IsNew(string kind, string place, string name) => Ids(kind, place, name).Id is var id && !_nodes.ContainsKey(id) && ids.Add(id);
    }

    private void AddNamespace(NamespaceId id, NamespaceContents space, Made made)
    {
        if (!_namespaces.TryGetValue(id, out var known))
        {
            var node = AddNamespace(id, space.Named!);
            known = _namespaces[id];
            made.Nodes.Add(known.Node);
            made.Edges.Add(Own(_host, node));
        }

        foreach (var (index, entry) in space.Interfaces)
        {
            var now = AddInterface(id, index, null, space.Named!.Path, entry);
            made.Nodes.Add(now.Node);
            made.Places.Add(new(now.Node.Id, now.Place!));
            made.Edges.Add(Own(known.Node.Id, now.Node.Id));
        }
    }

    // Open vSwitch's fields are added to the node it makes of an interface.
    private bool IsANodeAlone((NamespaceId, int) key) => !_interfaces.TryGetValue(key, out var made)
        || (_interfaceOf[made.Node.Id] == key && ReferenceEquals(_places[made.Node.Id], made.Place) && !_ovsNodes.Contains(made.Node.Id));

    private bool OnlyTouches(HostFacts facts, HashSet<(NamespaceId, int)> touched, List<NamespaceId> arrived)
    {
        if (!ReferenceEquals(facts.HostMetadata, _facts.HostMetadata) || !ReferenceEquals(facts.Ovs, _facts.Ovs)
            || !ReferenceEquals(facts.ProbeErrors, _facts.ProbeErrors) || facts.CaptureFiles != _facts.CaptureFiles)
        {
            return false;
        }

        if (!ReferenceEquals(facts.Namespaces, _facts.Namespaces))
        {
            var known = 0;
            foreach (var (id, space) in facts.Namespaces)
            {
                var isKnown = _facts.Namespaces.TryGetValue(id, out var before);
                known += isKnown ? 1 : 0;
                if (!isKnown || (before!.Interfaces.IsEmpty && !space.Interfaces.IsEmpty && ReferenceEquals(before.Named, space.Named)))
                {
                    arrived.Add(id);
                }
                else if (!OnlyTouches(id, before, space, touched))
                {
                    return false;
                }
            }

            if (known != _facts.Namespaces.Count)
            {
                return false;
            }
        }

        return ReferenceEquals(facts.Captures, _facts.Captures)
            || (OnlyTouches(facts.Captures, _facts.Captures, touched) && OnlyTouches(_facts.Captures, facts.Captures, touched));
    }

    private static bool OnlyTouches(NamespaceId id, NamespaceContents before, NamespaceContents now, HashSet<(NamespaceId, int)> touched)
    {
        if (ReferenceEquals(before, now))
        {
            return true;
        }

        if (!ReferenceEquals(before.Named, now.Named) || !ReferenceEquals(before.Numbers, now.Numbers) || before.Interfaces.Count != now.Interfaces.Count)
        {
            return false;
        }

        using var known = before.Interfaces.GetEnumerator();
        foreach (var (index, entry) in now.Interfaces)
        {
            known.MoveNext();
            if (known.Current.Key != index)
            {
                return false;
            }

            if (!ReferenceEquals(known.Current.Value, entry))
            {
                if (!IsWiredAlike(known.Current.Value.Facts.Link, entry.Facts.Link))
                {
                    return false;
                }

                touched.Add((id, index));
            }
        }

        return true;
    }

    // Open vSwitch's row of an interface is found by its name and MAC address.
    private static bool IsWiredAlike(LinkMessage one, LinkMessage other) => one.Name == other.Name && one.Kind == other.Kind
        && one.MasterIndex == other.MasterIndex && one.LowerIndex == other.LowerIndex && one.LowerNamespaceId == other.LowerNamespaceId && one.Mac == other.Mac;

    private bool OnlyTouches(
        ImmutableDictionary<string, ImmutableArray<CaptureState>> those, ImmutableDictionary<string, ImmutableArray<CaptureState>> others, HashSet<(NamespaceId, int)> touched)
    {
        foreach (var (node, captures) in those)
        {
            if (others.TryGetValue(node, out var known) && known == captures)
            {
                continue;
            }

            if (!_interfaceOf.TryGetValue(node, out var key))
            {
                return false;
            }

            touched.Add(key);
        }

        return true;
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
                owner = AddNamespace(id, named);
                Own(host, owner);
            }

            foreach (var (index, entry) in space.Interfaces)
            {
                var name = entry.Facts.Link.Name;
                if (id == _facts.Own && BridgeMirror.IsPortName(name))
                {
                    continue; // the agent's own ear at a bridge is no part of what there is to see
                }

                var made = AddInterface(id, index, _before?._interfaces.GetValueOrDefault((id, index)), space.Named?.Path ?? "", entry);
                Own(owner, made.Node.Id);
            }
        }
    }

    private MadeNode AddInterface(NamespaceId id, int index, MadeNode? before, string path, InterfaceEntry entry)
    {
        var made = MadeOf(before, path, entry);
        var node = made.Node.Id;
        _nodes[node] = made.Node;
        _interfaces[(id, index)] = made;
        _interfaceOf[node] = (id, index);
        _places[node] = made.Place!;
        return made;
    }

    private string AddNamespace(NamespaceId id, NamedNamespace named)
    {
        var before = _before?._namespaces.GetValueOrDefault(id);
        var captures = before is null ? default : _facts.Captures.GetValueOrDefault(before.Node.Id);
        if (before is not null && ReferenceEquals(before.Of, named) && before.Captures == captures)
        {
            _nodes[before.Node.Id] = before.Node;
            _namespaces[id] = before;
            return before.Node.Id;
        }

        var node = Add("netns", named.Path, named.Name,
            [("Type", "netns"), ("Name", named.Name), ("Path", named.Path), ("Device", (long)id.Device), ("Inode", (long)id.Inode)]);
        _namespaces[id] = new MadeNode(named, _facts.Captures.GetValueOrDefault(node), _nodes[node], null);
        return node;
    }

    private MadeNode MadeOf(MadeNode? before, string path, InterfaceEntry entry)
    {
        var link = entry.Facts.Link;
        var (id, tid) = before is { Of: InterfaceEntry known, Place: { } at } && known.Facts.Link.Name == link.Name && (at.NamespacePath ?? "") == path
            ? (before.Node.Id, before.Node.Tid)
            : Ids("interface", path, link.Name);
        var captures = _facts.Captures.GetValueOrDefault(id);
        if (before is not null && ReferenceEquals(before.Of, entry) && before.Node.Id == id && before.Captures == captures)
        {
            return before;
        }

        var place = before?.Place is { } same && before.Node.Id == id && same.Index == link.Index
            ? same
            : new CapturePlace.Device(link.Name, link.Index, path.Length > 0 ? path : null);
        return new MadeNode(entry, captures, Node(id, tid, InterfaceMetadata.Of(entry)), place);
    }

    private void WireInterfaces()
    {
        foreach (var (id, space) in _facts.Namespaces)
        {
            foreach (var (index, entry) in space.Interfaces)
            {
                var link = entry.Facts.Link;
                if ((link.MasterIndex == 0 && link.LowerIndex == 0) || Interface(id, index) is not { } node)
                {
                    continue;
                }

                if (link.MasterIndex > 0 && Interface(id, link.MasterIndex) is { } master)
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
            return space.Numbers.TryGetValue(number, out var other) ? Interface(other, link.LowerIndex) : null;
        }

        return Interface(id, link.LowerIndex);
    }

    private string? Interface(NamespaceId id, int index) => _interfaces.GetValueOrDefault((id, index))?.Node.Id;

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
            _ovsNodes.Add(known);
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

        _named ??= _facts.Namespaces.SelectMany(space => space.Value.Interfaces.Select(i => (space.Key, i.Key, i.Value.Facts.Link))).ToLookup(i => i.Link.Name, StringComparer.Ordinal);
        foreach (var (id, index, _) in _named[row.Name])
        {
            if (id == _facts.Own && (row.IfIndex == 0 || row.IfIndex == index))
            {
                return Interface(id, index);
            }
        }

        // An internal port may be moved into a namespace; Open vSwitch still knows its MAC address.
        foreach (var (id, index, link) in _named[row.Name])
        {
            if (id != _facts.Own && link.Mac == row.MacInUse && row.Type == "internal")
            {
                return Interface(id, index);
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
        var (id, tid) = Ids(kind, place, name);
        _nodes[id] = Node(id, tid, fields);
        return id;
    }

    private (string Id, string Tid) Ids(string kind, string place, string name) =>
        (NameUuid.Of("node", _facts.Host, kind, place, name), NameUuid.Of("tid", _facts.Host, kind, place, name));

    private global::Topology.Fabric.Model.Node Node(string id, string tid, IEnumerable<(string Key, MetaValue Value)> fields)
    {
        var metadata = Metadata.Create([.. fields, ("TID", tid)]);
        if (_facts.Captures.TryGetValue(id, out var captures))
        {
            metadata = metadata.Set("Captures", InterfaceMetadata.Of(captures));
        }

        return new() { Id = id, Host = _facts.Host, Origin = _origin, Metadata = metadata };
    }

    private Edge Own(string parent, string child) => Link(parent, child, Relations.Ownership, null);

    private void Wire(string parent, string child, string? type = null) => Link(parent, child, Relations.Layer2, string.IsNullOrEmpty(type) ? null : type);

    private Edge Link(string parent, string child, string relation, string? type)
    {
        var key = (parent, child, relation, type);
        if (_before is null || !_before._madeEdges.TryGetValue(key, out var edge))
        {
            var metadata = Metadata.Create((Relations.Key, relation));
            edge = new Edge
            {
                Id = Relations.EdgeId(parent, child, relation),
                Parent = parent,
                Child = child,
                Host = _facts.Host,
                Origin = _origin,
                Metadata = type is null ? metadata : metadata.Set("Type", type),
            };
        }

        _madeEdges[key] = edge;
        return _edges[edge.Id] = edge;
    }

    // "Site.Rack" = x becomes Site: {Rack: x}; what contradicts another key loses.
    private static IEnumerable<(string, MetaValue)> Nested(IEnumerable<(string Key, MetaValue Value)> flat) => flat
        .GroupBy(f => f.Key.Split('.', 2)[0])
        .Select(g => g.All(f => f.Key.Contains('.', StringComparison.Ordinal))
            ? (g.Key, (MetaValue)Metadata.Create(Nested(g.Select(f => (f.Key[(g.Key.Length + 1)..], f.Value)))))
            : (g.Key, g.First(f => !f.Key.Contains('.', StringComparison.Ordinal)).Value));

    /// <summary>What's new or other than before.</summary>
    internal sealed record Made(List<global::Topology.Fabric.Model.Node> Nodes, List<Edge> Edges, List<KeyValuePair<string, CapturePlace>> Places);

    /// <summary>A node, and what it was made of.</summary>
    /// <param name="Of">The facts.</param>
    /// <param name="Captures">The captures on it.</param>
    /// <param name="Node">The node.</param>
    /// <param name="Place">Where an interface is captured.</param>
    private sealed record MadeNode(object Of, ImmutableArray<CaptureState> Captures, global::Topology.Fabric.Model.Node Node, CapturePlace.Device? Place);
}
