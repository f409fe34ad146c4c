using Shared.Messages.Configuration;
using SkydiveActors.Docs;

namespace Shared.Messages.Tests.Docs;

/// <summary>The configuration files of deploy/example, which people start from.</summary>
public class ExampleTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(ReferenceDocument.Root, "deploy", "example"), "*.conf").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void An_example_has_only_keys_there_are_and_values_that_fit(string file)
    {
        var config = SkydiveConfig.Load(Path.Combine(ReferenceDocument.Root, "deploy", "example", file));
        config.UnknownKeys.ShouldBeEmpty();
        config.HostId.ShouldNotBeEmpty();
        _ = (config.Agent, config.Analyzer, config.Flow);
    }
}
