using Cli.Doctor;
using Cli.Doctor.Facts;

namespace Cli.Tests.Doctor;

/// <summary>A host on which all of it works, to take things away from.</summary>
internal static class CraftedHost
{
    internal static readonly HostFacts Whole = new()
    {
        Kernel = "6.1.0-18-amd64",
        Architecture = "X64",
        Runtime = ".NET 10.0.1",
        Container = null,
        Rights = new ProcessRights(0, Enum.GetValues<Capability>().ToHashSet(), IsInUserNamespace: false),
        Packets = new PacketFacts("libpcap version 1.10.3 (with TPACKET_V3)", SocketError: null),
        Namespaces = new NamespaceFacts("/var/run/netns", Exists: true, Named: 2, MountPropagation.Shared),
        Modules = KernelModules.Keys.Keys.ToDictionary(module => module, _ => ModuleState.Loadable),
        OpenVSwitch = new OpenVSwitchFacts("/var/run/openvswitch/db.sock", OvsdbState.Writable)
        {
            Version = "3.1.0",
            DatapathTypes = ["netdev", "system"],
            Bridges = [new OvsBridgeFacts("br0", "netdev")],
        },
        ContainerRuntimes = [],
        Ports = [Port("API and page of an analyzer", 8082, "analyzer.http.port"), Port("console of an agent", 9110, "agent.console.port")],
        Resources = new Resources(4, 8L << 30, null),
    };

    internal static PortFacts Port(string use, int number, string key, string? owner = null) =>
        new(new WantedPort(use, IsUdp: false, "127.0.0.1", number, key), owner is not null, owner);

    internal static HostFacts With(this HostFacts facts, string module, ModuleState state) =>
        facts with { Modules = new Dictionary<string, ModuleState>(facts.Modules) { [module] = state } };

    internal static HostFacts Without(this HostFacts facts, params Capability[] capabilities) =>
        facts with { Rights = facts.Rights with { Capabilities = facts.Rights.Capabilities.Except(capabilities).ToHashSet() } };

    internal static Finding Find(this Diagnosis diagnosis, string what) => diagnosis.Findings.Where(finding => finding.What == what).ShouldHaveSingleItem();

    internal static Finding Finding(this HostFacts facts, string what) => Diagnosis.Of(facts).Find(what);
}
