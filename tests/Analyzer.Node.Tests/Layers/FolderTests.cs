using SkydiveActors.Layers;

namespace Analyzer.Node.Tests.Layers;

/// <summary>What may use what in Analyzer.Node, from what knows nothing of the others to what knows all.</summary>
public sealed class FolderTests() : FolderRules(new Folders(
    typeof(Analyzer.Node.Host.AnalyzerHost).Assembly,
    ("Logging", []),
    ("Telemetry", []),
    ("Selection", []),
    ("Retention", ["Logging", "Telemetry"]),
    ("Topology", ["Logging", "Telemetry", "Retention"]),
    ("Flows", ["Logging", "Telemetry", "Retention"]),
    ("Export", ["Logging", "Telemetry", "Flows"]),
    ("Queries", ["Flows"]),
    ("Views", ["Logging", "Telemetry", "Selection", "Topology"]),
    ("Captures", ["Logging", "Telemetry", "Retention", "Selection", "Topology"]),
    ("Injections", ["Logging", "Telemetry", "Retention", "Selection", "Topology"]),
    ("Fabric", ["Logging", "Telemetry", "Retention", "Views"]),
    ("Http", ["Logging", "Telemetry", "Selection", "Topology", "Flows", "Export", "Queries", "Views", "Captures", "Injections", "Fabric", "Retention"]),
    ("Console", ["Queries", "Views", "Http"]),
    ("Host", ["Logging", "Telemetry", "Selection", "Topology", "Flows", "Export", "Queries", "Views", "Captures", "Injections", "Fabric", "Retention", "Http", "Console"])));
