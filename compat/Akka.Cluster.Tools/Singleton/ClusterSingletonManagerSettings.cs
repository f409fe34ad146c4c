using Akka.Actor;
using Akka.Cluster.Configuration;
using Akka.Configuration;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>The section akka.cluster.singleton.</summary>
public sealed class ClusterSingletonManagerSettings : INoSerializationVerificationNeeded
{
    public ClusterSingletonManagerSettings(
        string singletonName, string? role, TimeSpan removalMargin, TimeSpan handOverRetryInterval, bool considerAppVersion)
        : this(singletonName, role, removalMargin, handOverRetryInterval, considerAppVersion, minHandOverRetries: 15)
    {
    }

    private ClusterSingletonManagerSettings(
        string singletonName, string? role, TimeSpan removalMargin, TimeSpan handOverRetryInterval, bool considerAppVersion, int minHandOverRetries)
    {
        if (string.IsNullOrWhiteSpace(singletonName))
        {
            throw new ArgumentException("A singleton needs a name", nameof(singletonName));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(removalMargin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(handOverRetryInterval, TimeSpan.Zero);
        SingletonName = singletonName;
        Role = role;
        RemovalMargin = removalMargin;
        HandOverRetryInterval = handOverRetryInterval;
        ConsiderAppVersion = considerAppVersion;
        MinHandOverRetries = minHandOverRetries;
    }

    /// <summary>The name of the singleton's actor, below its manager.</summary>
    public string SingletonName { get; }

    /// <summary>Only nodes with this role can have it; null for all.</summary>
    public string? Role { get; }

    /// <summary>How long after a crashed node's removal it starts elsewhere; zero leaves it to the downing provider.</summary>
    public TimeSpan RemovalMargin { get; }

    public TimeSpan HandOverRetryInterval { get; }

    public bool ConsiderAppVersion { get; }

    internal int MinHandOverRetries { get; }

    public static ClusterSingletonManagerSettings Create(ActorSystem system)
    {
        system.Settings.InjectTopLevelFallback(ClusterSingletonManager.DefaultConfig());
        return Create(system.Settings.Config.GetConfig("akka.cluster.singleton"))
            .WithRemovalMargin(Cluster.Get(system).DowningProvider.DownRemovalMargin);
    }

    public static ClusterSingletonManagerSettings Create(Config config) => new(
        config.GetString("singleton-name", "singleton"),
        config.Role("role"),
        TimeSpan.Zero,
        config.GetTimeSpan("hand-over-retry-interval"),
        considerAppVersion: false,
        config.GetInt("min-number-of-hand-over-retries"));

    public ClusterSingletonManagerSettings WithSingletonName(string singletonName) =>
        new(singletonName, Role, RemovalMargin, HandOverRetryInterval, ConsiderAppVersion, MinHandOverRetries);

    public ClusterSingletonManagerSettings WithRole(string? role) =>
        new(SingletonName, role, RemovalMargin, HandOverRetryInterval, ConsiderAppVersion, MinHandOverRetries);

    public ClusterSingletonManagerSettings WithRemovalMargin(TimeSpan removalMargin) =>
        new(SingletonName, Role, removalMargin, HandOverRetryInterval, ConsiderAppVersion, MinHandOverRetries);

    public ClusterSingletonManagerSettings WithHandOverRetryInterval(TimeSpan handOverRetryInterval) =>
        new(SingletonName, Role, RemovalMargin, handOverRetryInterval, ConsiderAppVersion, MinHandOverRetries);
}
