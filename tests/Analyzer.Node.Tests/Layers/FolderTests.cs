using SkydiveActors.Layers;

namespace Analyzer.Node.Tests.Layers;

/// <summary>What may use what in Analyzer.Node, from what knows nothing of the others to what knows all.</summary>
public sealed class FolderTests() : FolderRules(new Folders(
    typeof(Analyzer.Node.Host.AnalyzerHost).Assembly,
    ("Logging", []),
    ("Telemetry", []),
    ("Selection", []),
    ("Topology", ["Logging", "Telemetry"]),
    ("Flows", ["Logging", "Telemetry"]),
    ("Export", ["Logging", "Telemetry", "Flows"]),
    ("Queries", ["Flows"]),
    ("Views", ["Logging", "Telemetry", "Selection", "Topology"]),
    ("Captures", ["Logging", "Telemetry", "Selection", "Topology"]),
    ("Injections", ["Logging", "Telemetry", "Selection", "Topology"]),
    ("Fabric", ["Logging", "Telemetry", "Views"]),
    ("Http", ["Logging", "Telemetry", "Selection", "Topology", "Flows", "Export", "Queries", "Views", "Captures", "Injections", "Fabric"]),
    ("Console", ["Queries", "Views", "Http"]),
    ("Host", ["Logging", "Telemetry", "Selection", "Topology", "Flows", "Export", "Queries", "Views", "Captures", "Injections", "Fabric", "Http", "Console"])));
