using System.Collections.Immutable;
using Akka.Cluster.Configuration;
using Akka.Configuration;

namespace Akka.Cluster.SBR;

/// <summary>The section akka.cluster.split-brain-resolver.</summary>
public sealed class SplitBrainResolverSettings
{
    public static readonly string KeepMajorityName = "keep-majority";
    public static readonly string StaticQuorumName = "static-quorum";
    public static readonly string KeepOldestName = "keep-oldest";
    public static readonly string DownAllName = "down-all";

    public static readonly ImmutableHashSet<string> AllStrategyNames = [KeepMajorityName, StaticQuorumName, KeepOldestName, DownAllName];

    private const string Section = "akka.cluster.split-brain-resolver";

    /// <exception cref="ConfigurationException">The strategy is unknown, or lacks a setting of its own.</exception>
    public SplitBrainResolverSettings(Config config)
    {
        var sbr = config.GetConfig(Section);
        DowningStrategy = sbr.GetString("active-strategy", "").ToLowerInvariant();
        if (!AllStrategyNames.Contains(DowningStrategy))
        {
            throw new ConfigurationException($"{Section}.active-strategy: [{DowningStrategy}] is unknown. Available: [{string.Join(", ", AllStrategyNames)}]");
        }

        DowningStableAfter = sbr.GetTimeSpan("stable-after");
        DownAllWhenUnstable = sbr.GetString("down-all-when-unstable", "on") switch
        {
            // Three quarters of the time it takes to call something stable, but no less than 4 s.
            "on" or "true" or "yes" => Max(TimeSpan.FromSeconds(4), DowningStableAfter * 0.75),
            "off" or "false" or "no" => TimeSpan.Zero,
            _ => sbr.GetTimeSpan("down-all-when-unstable"),
        };
        KeepMajorityRole = sbr.Role("keep-majority.role");
        KeepOldestSettings = new KeepOldestSettings(sbr.GetBoolean("keep-oldest.down-if-alone"), sbr.Role("keep-oldest.role"));
        if (DowningStrategy == StaticQuorumName)
        {
            var size = sbr.GetString("static-quorum.quorum-size", "");
            StaticQuorumSettings = int.TryParse(size, out var quorum) && quorum > 0
                ? new StaticQuorumSettings(quorum, sbr.Role("static-quorum.role"))
                : throw new ConfigurationException($"{Section}.static-quorum.quorum-size: must be a number of nodes above 0, is [{size}]");
        }
    }

    public TimeSpan DowningStableAfter { get; }

    public string DowningStrategy { get; }

    /// <summary>How much longer than stable-after there may be no stability before all are downed; zero for ever.</summary>
    public TimeSpan DownAllWhenUnstable { get; }

    public string? KeepMajorityRole { get; }

    public KeepOldestSettings KeepOldestSettings { get; }

    public StaticQuorumSettings? StaticQuorumSettings { get; }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}

public sealed class KeepOldestSettings
{
    public KeepOldestSettings(bool downIfAlone, string? role)
    {
        DownIfAlone = downIfAlone;
        Role = role;
    }

    public bool DownIfAlone { get; }

    public string? Role { get; }
}

public sealed class StaticQuorumSettings
{
    public StaticQuorumSettings(int size, string? role)
    {
        Size = size;
        Role = role;
    }

    public int Size { get; }

    public string? Role { get; }
}
