using SkydiveActors.Layers;

namespace Topology.Fabric.Tests.Layers;

/// <summary>What may use what in Topology.Fabric, from what knows nothing of the others to what knows all.</summary>
public sealed class FolderTests() : FolderRules(new Folders(
    typeof(Topology.Fabric.Model.Graph).Assembly,
    ("Model", []),
    ("Flows", ["Model"]),
    ("Paths", ["Model"]),
    ("Links", ["Model"]),
    ("Protocol", ["Model"]),
    ("Parquet", ["Model", "Flows"]),
    ("Gremlin", ["Model", "Flows", "Paths", "Protocol"]),
    ("Json", ["Model", "Flows", "Gremlin"])));
