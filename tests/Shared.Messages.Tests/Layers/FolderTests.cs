using SkydiveActors.Layers;

namespace Shared.Messages.Tests.Layers;

/// <summary>What may use what in Shared.Messages, from what knows nothing of the others to what knows all.</summary>
public sealed class FolderTests() : FolderRules(new Folders(
    typeof(Shared.Messages.Configuration.HostId).Assembly,
    ("Configuration", []),
    ("Serialization", []),
    ("Security", ["Configuration", "Telemetry"]),
    ("Captures", ["Serialization"]),
    ("Injections", ["Serialization"]),
    ("Parts", ["Serialization"]),
    ("Retention", ["Serialization"]),
    ("Topology", ["Configuration", "Serialization", "Captures", "Injections", "Parts"]),
    ("Flows", ["Serialization", "Topology"]),
    ("Logging", ["Configuration"]),
    ("Telemetry", ["Configuration"]),
    ("Hosting", ["Configuration", "Serialization", "Security", "Telemetry"])));
