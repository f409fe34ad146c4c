using Analyzer.Node.Host;
using Shared.Messages.Configuration;
using Topology.Fabric.Links;

namespace Analyzer.Node.Tests.Host;

public class AnalyzerConfigurationTests
{
    [Fact]
    public void A_broken_fabric_link_is_refused_with_link_and_column()
    {
        var error = Should.Throw<FabricLinkException>(() => AnalyzerConfiguration.Load(null, ["skydive.analyzer.topology.fabric = [\"A -> B\", \"TOR1[Name] -> P1\"]"]));
        error.Link.ShouldBe("TOR1[Name] -> P1");
        error.Column.ShouldBe(10);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_ends_the_process_with_2() =>
        (await AnalyzerProcess.RunAsync(null, ["skydive.analyzer.http.port = 99999"], CancellationToken.None)).ShouldBe(2);

    [Fact]
    public void A_database_is_named_without_its_password()
    {
        var options = SkydiveConfig.Parse("skydive.analyzer.storage { provider = postgresql, connection-string = \"Host=db;Port=5433;Database=sky;Username=u;Password=hunter2\" }").Analyzer.Storage;
        new StorageHealth(options).Place.ShouldBe("\"sky\" on db:5433");
    }

    [Fact]
    public void A_connection_string_that_cannot_be_read_is_refused_without_showing_it()
    {
        var options = SkydiveConfig.Parse("skydive.analyzer.storage { provider = postgresql, connection-string = \"Hots=db;Password=hunter2\" }").Analyzer.Storage;
        var error = Should.Throw<SkydiveConfigException>(() => new StorageHealth(options));
        error.Path.ShouldBe("skydive.analyzer.storage.connection-string");
        error.Message.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_is_explained()
    {
        var options = SkydiveConfig.Parse("skydive.analyzer.storage.file = \"/nonexistent/skydive.db\"").Analyzer.Storage;
        var problem = await new StorageHealth(options).CheckAsync(CancellationToken.None);
        problem.ShouldNotBeNull().ShouldContain("/nonexistent/skydive.db");
    }
}
