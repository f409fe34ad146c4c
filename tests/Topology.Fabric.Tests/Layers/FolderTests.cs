using SkydiveActors.Layers;

namespace Topology.Fabric.Tests.Layers;

/// <summary>What may use what in Topology.Fabric, from what knows nothing of the others to what knows all.</summary>
public sealed class FolderTests
{
    private static readonly Folders _folders = new(
        typeof(Topology.Fabric.Model.Graph).Assembly,
        ("Model", []),
        ("Flows", ["Model"]),
        ("Paths", ["Model"]),
        ("Links", ["Model"]),
        ("Protocol", ["Model"]),
        ("Gremlin", ["Model", "Flows", "Paths"]),
        ("Json", ["Model", "Flows", "Gremlin"]));

    [Fact]
    public void Folders_use_only_what_their_list_allows() => _folders.Wrong().ShouldBeEmpty();

    [Fact]
    public void Every_folder_has_its_list_and_no_list_leads_back()
    {
        _folders.Forgotten().ShouldBeEmpty();
        _folders.Circles().ShouldBeEmpty();
    }
}
