using SkydiveActors.Layers;

namespace Shared.Messages.Tests.Layers;

/// <summary>What may use what in Shared.Messages, from what knows nothing of the others to what knows all.</summary>
public sealed class FolderTests
{
    private static readonly Folders _folders = new(
        typeof(Shared.Messages.Configuration.HostId).Assembly,
        ("Configuration", []),
        ("Serialization", []),
        ("Captures", ["Serialization"]),
        ("Injections", ["Serialization"]),
        ("Topology", ["Configuration", "Serialization", "Captures", "Injections"]),
        ("Flows", ["Serialization"]),
        ("Logging", ["Configuration"]),
        ("Telemetry", ["Configuration"]),
        ("Hosting", ["Configuration", "Serialization"]));

    [Fact]
    public void Folders_use_only_what_their_list_allows() => _folders.Wrong().ShouldBeEmpty();

    [Fact]
    public void Every_folder_has_its_list_and_no_list_leads_back()
    {
        _folders.Forgotten().ShouldBeEmpty();
        _folders.Circles().ShouldBeEmpty();
    }
}
