using SkydiveActors.Layers;

namespace Agent.Node.Tests.Layers;

/// <summary>What may use what in Agent.Node, from what knows nothing of the others to what knows all.</summary>
public sealed class FolderTests() : FolderRules(new Folders(
    typeof(Agent.Node.Host.AgentHost).Assembly,
    ("Logging", []),
    ("Linux", []),
    ("Decoding", []),
    ("Flows", ["Decoding"]),
    ("Probes", ["Logging", "Linux"]),
    ("Probes.Netlink", ["Logging", "Linux", "Probes"]),
    ("Probes.Namespaces", ["Logging", "Linux", "Probes", "Probes.Netlink"]),
    ("Probes.OpenVSwitch", ["Logging", "Probes", "Probes.Netlink"]),
    ("Capture", ["Logging", "Linux", "Decoding", "Flows", "Probes.Netlink"]),
    ("Telemetry", ["Flows", "Probes.Netlink", "Capture"]),
    ("Topology", ["Logging", "Linux", "Probes", "Probes.Netlink", "Probes.Namespaces", "Probes.OpenVSwitch", "Flows", "Capture"]),
    ("Interfaces", ["Logging", "Decoding", "Flows", "Probes.OpenVSwitch", "Capture", "Telemetry", "Topology"]),
    ("Injection", ["Logging", "Linux", "Topology"]),
    ("Uplink", ["Logging", "Capture", "Telemetry", "Topology"]),
    ("Host", ["Logging", "Linux", "Probes.Netlink", "Probes.Namespaces", "Probes.OpenVSwitch", "Capture", "Topology", "Interfaces", "Injection", "Uplink"])));
