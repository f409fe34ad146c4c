using System.Collections.Immutable;
using System.Text.Json;

namespace Agent.Node.Probes.OpenVSwitch;

// One record per table of the vswitch schema (ovs-vswitchd.conf.db(5)), with the columns this agent uses. References to
// other rows are by uuid. Maps are ordered, so that equal rows print equally.

internal sealed record OvsBridge(Guid Uuid, string Name)
{
    public ImmutableArray<Guid> Ports { get; init; } = [];

    public ImmutableArray<Guid> Mirrors { get; init; } = [];

    public Guid? Sflow { get; init; }

    public string DatapathType { get; init; } = "";

    public string DatapathId { get; init; } = "";

    public ImmutableArray<string> Protocols { get; init; } = [];

    public ImmutableSortedDictionary<string, string> OtherConfig { get; init; } = OvsTables.NoMap;

    public ImmutableSortedDictionary<string, string> ExternalIds { get; init; } = OvsTables.NoMap;

    public static IReadOnlyList<string> Columns { get; } =
        ["name", "ports", "mirrors", "sflow", "datapath_type", "datapath_id", "protocols", "other_config", "external_ids"];

    public static OvsBridge Read(Guid uuid, JsonElement row) => new(uuid, OvsdbValue.Text(row, "name"))
    {
        Ports = OvsdbValue.References(row, "ports"),
        Mirrors = OvsdbValue.References(row, "mirrors"),
        Sflow = OvsdbValue.Reference(row, "sflow"),
        DatapathType = OvsdbValue.Text(row, "datapath_type"),
        DatapathId = OvsdbValue.Text(row, "datapath_id"),
        Protocols = [.. OvsdbValue.Atoms(row, "protocols")],
        OtherConfig = OvsdbValue.Map(row, "other_config"),
        ExternalIds = OvsdbValue.Map(row, "external_ids"),
    };
}

internal sealed record OvsPort(Guid Uuid, string Name)
{
    public ImmutableArray<Guid> Interfaces { get; init; } = [];

    /// <summary>The VLAN an access port belongs to.</summary>
    public int? Tag { get; init; }

    public ImmutableArray<int> Trunks { get; init; } = [];

    public string VlanMode { get; init; } = "";

    public string BondMode { get; init; } = "";

    public ImmutableSortedDictionary<string, string> OtherConfig { get; init; } = OvsTables.NoMap;

    public ImmutableSortedDictionary<string, string> ExternalIds { get; init; } = OvsTables.NoMap;

    public static IReadOnlyList<string> Columns { get; } =
        ["name", "interfaces", "tag", "trunks", "vlan_mode", "bond_mode", "other_config", "external_ids"];

    public static OvsPort Read(Guid uuid, JsonElement row) => new(uuid, OvsdbValue.Text(row, "name"))
    {
        Interfaces = OvsdbValue.References(row, "interfaces"),
        Tag = (int?)OvsdbValue.Integer(row, "tag"),
        Trunks = OvsdbValue.Integers(row, "trunks"),
        VlanMode = OvsdbValue.Text(row, "vlan_mode"),
        BondMode = OvsdbValue.Text(row, "bond_mode"),
        OtherConfig = OvsdbValue.Map(row, "other_config"),
        ExternalIds = OvsdbValue.Map(row, "external_ids"),
    };
}

internal sealed record OvsInterface(Guid Uuid, string Name)
{
    /// <summary>"internal", "gre", "vxlan", "geneve", "patch"…; empty or "system" for an interface of the kernel's.</summary>
    public string Type { get; init; } = "";

    /// <summary>0 until Open vSwitch has opened it, and for what has no kernel device.</summary>
    public int IfIndex { get; init; }

    public int? OpenFlowPort { get; init; }

    public string MacInUse { get; init; } = "";

    public string AdminState { get; init; } = "";

    public string LinkState { get; init; } = "";

    public int? Mtu { get; init; }

    /// <summary>Why Open vSwitch couldn't open it; empty when it could.</summary>
    public string Error { get; init; } = "";

    /// <summary>"remote_ip", "local_ip", "key", "dst_port"; "peer" of a patch.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } = OvsTables.NoMap;

    /// <summary>"driver_name", "tunnel_egress_iface"…</summary>
    public ImmutableSortedDictionary<string, string> Status { get; init; } = OvsTables.NoMap;

    public ImmutableSortedDictionary<string, string> OtherConfig { get; init; } = OvsTables.NoMap;

    public ImmutableSortedDictionary<string, string> ExternalIds { get; init; } = OvsTables.NoMap;

    public static IReadOnlyList<string> Columns { get; } =
    [
        "name", "type", "ifindex", "ofport", "mac_in_use", "admin_state", "link_state", "mtu", "error", "options", "status", "other_config",
        "external_ids",
    ];

    public static OvsInterface Read(Guid uuid, JsonElement row) => new(uuid, OvsdbValue.Text(row, "name"))
    {
        Type = OvsdbValue.Text(row, "type"),
        IfIndex = (int)(OvsdbValue.Integer(row, "ifindex") ?? 0),
        OpenFlowPort = (int?)OvsdbValue.Integer(row, "ofport"),
        MacInUse = OvsdbValue.Text(row, "mac_in_use"),
        AdminState = OvsdbValue.Text(row, "admin_state"),
        LinkState = OvsdbValue.Text(row, "link_state"),
        Mtu = (int?)OvsdbValue.Integer(row, "mtu"),
        Error = OvsdbValue.Text(row, "error"),
        Options = OvsdbValue.Map(row, "options"),
        Status = OvsdbValue.Map(row, "status"),
        OtherConfig = OvsdbValue.Map(row, "other_config"),
        ExternalIds = OvsdbValue.Map(row, "external_ids"),
    };
}

internal sealed record OvsMirror(Guid Uuid, string Name)
{
    public bool SelectsAll { get; init; }

    public Guid? OutputPort { get; init; }

    public ImmutableSortedDictionary<string, string> ExternalIds { get; init; } = OvsTables.NoMap;

    public static IReadOnlyList<string> Columns { get; } = ["name", "select_all", "output_port", "external_ids"];

    public static OvsMirror Read(Guid uuid, JsonElement row) => new(uuid, OvsdbValue.Text(row, "name"))
    {
        SelectsAll = OvsdbValue.Flag(row, "select_all"),
        OutputPort = OvsdbValue.Reference(row, "output_port"),
        ExternalIds = OvsdbValue.Map(row, "external_ids"),
    };
}

internal sealed record OvsSflow(Guid Uuid)
{
    public ImmutableArray<string> Targets { get; init; } = [];

    public long? Sampling { get; init; }

    public ImmutableSortedDictionary<string, string> ExternalIds { get; init; } = OvsTables.NoMap;

    public static IReadOnlyList<string> Columns { get; } = ["targets", "sampling", "external_ids"];

    public static OvsSflow Read(Guid uuid, JsonElement row) => new(uuid)
    {
        Targets = [.. OvsdbValue.Atoms(row, "targets")],
        Sampling = OvsdbValue.Integer(row, "sampling"),
        ExternalIds = OvsdbValue.Map(row, "external_ids"),
    };
}

/// <summary>The only row of table Open_vSwitch.</summary>
internal sealed record OvsRoot(Guid Uuid)
{
    public string Version { get; init; } = "";

    public ImmutableArray<Guid> Bridges { get; init; } = [];

    public static IReadOnlyList<string> Columns { get; } = ["ovs_version", "bridges"];

    public static OvsRoot Read(Guid uuid, JsonElement row) => new(uuid)
    {
        Version = OvsdbValue.Text(row, "ovs_version"),
        Bridges = OvsdbValue.References(row, "bridges"),
    };
}
