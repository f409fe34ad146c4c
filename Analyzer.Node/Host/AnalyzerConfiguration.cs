using Shared.Messages.Configuration;
using Topology.Fabric.Links;

namespace Analyzer.Node.Host;

/// <summary>An analyzer's configuration, all of it read and found usable.</summary>
/// <param name="Config">The configuration.</param>
/// <param name="FabricLinks">Its fabric links as written; each can be read.</param>
internal sealed record AnalyzerConfiguration(SkydiveConfig Config, IReadOnlyList<string> FabricLinks)
{
    /// <summary>Reads and checks everything an analyzer uses, so that what's wrong is said at the start.</summary>
    /// <exception cref="SkydiveConfigException">A value can't be used.</exception>
    /// <exception cref="FabricLinkException">A fabric link can't be read.</exception>
    public static AnalyzerConfiguration Load(string? file, IEnumerable<string> overrides)
    {
        var config = SkydiveConfig.Load(file, overrides);
        var options = config.Analyzer;
        FabricLinkParser.ParseAll(options.Fabric);
        return new AnalyzerConfiguration(config, options.Fabric);
    }
}
