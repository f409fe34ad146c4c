using Akka.Configuration;

namespace Akka.Cluster.Tools.Configuration;

/// <summary>The defaults of this assembly.</summary>
internal static class ToolsConfig
{
    public static Config Default() =>
        ConfigurationFactory.FromResource("Akka.Cluster.Tools.Configuration.Tools.conf", typeof(ToolsConfig).Assembly);
}
