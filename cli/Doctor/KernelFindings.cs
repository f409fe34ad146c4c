using Cli.Doctor.Facts;

namespace Cli.Doctor;

/// <summary>Kinds of interfaces. An agent needs none of them: where the kernel has no such thing, there's nothing of it to see.</summary>
internal static class KernelFindings
{
    private const string Area = "kernel";

    private const string TunnelsAreSeen = "such tunnels in packets are seen all the same";
    private const string OvsHasItsOwn = $"{TunnelsAreSeen}, and Open vSwitch makes its own in userspace";

    /// <summary>By module: what it makes, what of it an agent knows, and what there is without it.</summary>
    private static readonly (string Module, string Makes, string Known, string Without)[] _kinds =
    [
        ("veth", "veth pairs", "both ends, and the edge between them", ""),
        ("bridge", "Linux bridges", "with their ports", ""),
        ("8021q", "VLAN interfaces", "with the interface below", "tags in packets are read all the same"),
        ("bonding", "bonds", "with their members", ""),
        ("macvlan", "macvlan interfaces", "with the interface below", ""),
        ("tun", "tun and tap devices", "as interfaces", ""),
        ("ifb", "ifb devices", "as interfaces", ""),
        ("vxlan", "VXLAN interfaces", "with VNI and ends", OvsHasItsOwn),
        ("geneve", "GENEVE interfaces", "with VNI and ends", OvsHasItsOwn),
        ("ip_gre", "GRE interfaces", "with key and ends", OvsHasItsOwn),
        ("ipip", "IP-in-IP interfaces", "with their ends", TunnelsAreSeen),
        ("sit", "6in4 interfaces", "with their ends", TunnelsAreSeen),
        ("mpls_router", "MPLS routes", "aren't read; labels in packets are", "labels in packets are read all the same"),
    ];

    public static IEnumerable<Finding> Of(HostFacts facts)
    {
        foreach (var (module, makes, known, without) in _kinds)
        {
            yield return facts.Modules[module] switch
            {
                ModuleState.Loaded => new Finding(Area, module, Verdict.Ok, $"loaded: {makes}, {known}"),
                ModuleState.BuiltIn => new Finding(Area, module, Verdict.Ok, $"built in: {makes}, {known}"),
                ModuleState.Loadable => new Finding(Area, module, Verdict.Ok, $"loaded when it's needed: {makes}, {known}"),
                ModuleState.Unlocated => new Finding(Area, module, Verdict.Unknown, $"a module, whose file isn't visible from here: {makes}, {known}, if the host has any"),
                ModuleState.Absent => new Finding(Area, module, Verdict.Missing, $"the kernel hasn't it: there are no {makes} to see{(without.Length > 0 ? "; " : "")}{without}"),
                _ => new Finding(Area, module, Verdict.Unknown, $"it can't be told from here: {makes}, {known}, if the host has any"),
            };
        }
    }
}
