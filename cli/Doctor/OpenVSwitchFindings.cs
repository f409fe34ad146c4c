using Cli.Doctor.Facts;

namespace Cli.Doctor;

/// <summary>Open vSwitch's bridges and datapaths.</summary>
internal static class OpenVSwitchFindings
{
    private const string Area = "Open vSwitch";
    private const string Userspace = "netdev";
    private const string Kernel = "system";

    public static IEnumerable<Finding> Of(HostFacts facts)
    {
        var ovs = facts.OpenVSwitch;
        yield return Database(ovs);
        if (ovs.State is not (OvsdbState.ReadOnly or OvsdbState.Writable))
        {
            yield break;
        }

        yield return Captures(facts);
        foreach (var type in ovs.DatapathTypes.Union([Userspace, Kernel]))
        {
            if (type == Userspace)
            {
                yield return UserspaceDatapath(ovs, facts.Modules["tun"]);
            }
            else if (type == Kernel)
            {
                yield return KernelDatapath(ovs, facts.Modules["openvswitch"]);
            }
        }
    }

    private static Finding Database(OpenVSwitchFacts ovs)
    {
        const string without = "bridges, ports and tunnels of Open vSwitch aren't seen, its ports only as plain interfaces";
        return ovs.State switch
        {
            OvsdbState.NotThere => new Finding(Area, "database", Verdict.Missing, $"no socket at {ovs.Socket}: it doesn't run, or elsewhere; {without}",
                "if it runs here, name its socket as skydive.agent.topology.ovsdb; the agent looks for it again every few seconds"),
            OvsdbState.Forbidden => new Finding(Area, "database", Verdict.Missing, $"{ovs.Socket} may not be connected to: {without}", "run the agent as root, or let its user write to that socket"),
            OvsdbState.Silent => new Finding(Area, "database", Verdict.Missing, $"nobody answers at {ovs.Socket}: {without}", "start ovsdb-server; the agent connects when it's there"),
            _ when ovs.DatapathTypes.Count == 0 => new Finding(Area, "database", Verdict.Limited, $"{ovs.Socket} answers, but ovs-vswitchd has never run on it", "start ovs-vswitchd"),
            _ => new Finding(Area, "database", Verdict.Ok, $"{(ovs.Version.Length > 0 ? $"version {ovs.Version}" : "it doesn't say its version")}, {Count(ovs.Bridges.Count, "bridge")}: bridges, ports and tunnels are seen"),
        };
    }

    private static Finding Captures(HostFacts facts)
    {
        const string what = "captures on bridges";
        if (facts.OpenVSwitch.State == OvsdbState.ReadOnly)
        {
            return new Finding(Area, what, Verdict.Missing, "the database may be read only: no mirrors and no sFlow, which are written into it", "connect the agent to a database it may change");
        }

        return (facts.Rights.Has(Capability.NetRaw), facts.Rights.Has(Capability.NetAdmin)) switch
        {
            (true, true) => new Finding(Area, what, Verdict.Ok, "by mirrors and by sFlow"),
            _ => new Finding(Area, what, Verdict.Limited, "by sFlow only: a mirror needs CAP_NET_RAW and CAP_NET_ADMIN", "run the agent as root"),
        };
    }

    private static Finding UserspaceDatapath(OpenVSwitchFacts ovs, ModuleState tun)
    {
        const string what = "userspace datapath";
        if (!ovs.DatapathTypes.Contains(Userspace))
        {
            return new Finding(Area, what, Verdict.Missing, "this Open vSwitch hasn't it: no bridges with datapath_type=netdev");
        }

        return tun is ModuleState.Absent
            ? new Finding(Area, what, Verdict.Limited, "the kernel has no tun devices, which are the local ports of such bridges and what mirrors lead to: topology and sFlow only", "a kernel with CONFIG_TUN")
            : new Finding(Area, what, Verdict.Ok, $"{Bridges(ovs, inKernel: false)}: topology, mirrors and sFlow, GRE, VXLAN and GENEVE ports whatever the kernel has");
    }

    // Open vSwitch names this type whether the kernel has the module or not.
    private static Finding KernelDatapath(OpenVSwitchFacts ovs, ModuleState module)
    {
        const string what = "kernel datapath";
        const string remedy = "use datapath_type=netdev on every bridge, or a kernel with the module openvswitch";
        var dead = ovs.Bridges.Where(bridge => bridge.IsInKernel).Select(bridge => bridge.Name).ToList();
        if (!ovs.DatapathTypes.Contains(Kernel))
        {
            return new Finding(Area, what, Verdict.Missing, "this Open vSwitch hasn't it: bridges need datapath_type=netdev", remedy);
        }

        return module switch
        {
            ModuleState.Absent when dead.Count > 0 => new Finding(Area, what, Verdict.Missing, $"the kernel has no module openvswitch: {string.Join(", ", dead)}, without datapath_type=netdev, carry nothing", remedy),
            ModuleState.Absent => new Finding(Area, what, Verdict.Missing, "the kernel has no module openvswitch: a bridge without datapath_type=netdev would carry nothing", remedy),
            ModuleState.Loaded or ModuleState.BuiltIn or ModuleState.Loadable =>
                new Finding(Area, what, Verdict.Unknown, $"{Bridges(ovs, inKernel: true)}: topology is seen; mirrors and sFlow haven't been tried there"),
            _ => new Finding(Area, what, Verdict.Unknown, "whether the kernel has the module openvswitch can't be told from here; topology is seen"),
        };
    }

    private static string Bridges(OpenVSwitchFacts ovs, bool inKernel) => Count(ovs.Bridges.Count(bridge => bridge.IsInKernel == inKernel), "bridge");

    private static string Count(int count, string thing) => count switch { 0 => $"no {thing}", 1 => $"one {thing}", _ => $"{count} {thing}s" };
}
