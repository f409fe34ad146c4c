using Akka.Configuration;

namespace Akka.Cluster.Configuration;

/// <summary>The defaults of this assembly, and the readers its settings share.</summary>
internal static class ClusterConfig
{
    public static Config Default() =>
        ConfigurationFactory.FromResource("Akka.Cluster.Configuration.Cluster.conf", typeof(ClusterConfig).Assembly);

    /// <summary>A span of time that may be switched off.</summary>
    public static TimeSpan? OptionalTimeSpan(this Config config, string path) =>
        config.GetString(path, "off") is "off" or "false" or "no" ? null : config.GetTimeSpan(path, null, false);

    /// <summary>A role, where the empty string stands for any.</summary>
    public static string? Role(this Config config, string path) => config.GetString(path) is { Length: > 0 } role ? role : null;
}
