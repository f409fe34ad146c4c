using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Configuration;
using Akka.Cluster.Membership;
using Akka.Configuration;

namespace Akka.Cluster;

/// <summary>The section akka.cluster of the configuration.</summary>
public sealed class ClusterSettings
{
    /// <exception cref="ConfigurationException">A seed node's address cannot be read, or the downing provider's type not found.</exception>
    public ClusterSettings(Config config, string systemName)
    {
        var cluster = config.GetConfig("akka.cluster");

        LogInfoVerbose = cluster.GetBoolean("log-info-verbose");
        LogInfo = LogInfoVerbose || cluster.GetBoolean("log-info");
        FailureDetectorConfig = cluster.GetConfig("failure-detector");
        FailureDetectorImplementationClass = FailureDetectorConfig.GetString("implementation-class", "");
        HeartbeatInterval = FailureDetectorConfig.GetTimeSpan("heartbeat-interval");
        HeartbeatExpectedResponseAfter = FailureDetectorConfig.GetTimeSpan("expected-response-after");
        MonitoredByNrOfMembers = FailureDetectorConfig.GetInt("monitored-by-nr-of-members");

        SeedNodes = cluster.GetStringList("seed-nodes").Select(SeedNode).ToImmutableList();
        SeedNodeTimeout = cluster.GetTimeSpan("seed-node-timeout");
        RetryUnsuccessfulJoinAfter = cluster.OptionalTimeSpan("retry-unsuccessful-join-after");
        ShutdownAfterUnsuccessfulJoinSeedNodes = cluster.OptionalTimeSpan("shutdown-after-unsuccessful-join-seed-nodes");
        PeriodicTasksInitialDelay = cluster.GetTimeSpan("periodic-tasks-initial-delay");
        GossipInterval = cluster.GetTimeSpan("gossip-interval");
        GossipTimeToLive = cluster.GetTimeSpan("gossip-time-to-live");
        LeaderActionsInterval = cluster.GetTimeSpan("leader-actions-interval");
        UnreachableNodesReaperInterval = cluster.GetTimeSpan("unreachable-nodes-reaper-interval");
        GossipDifferentViewProbability = cluster.GetDouble("gossip-different-view-probability");
        ReduceGossipDifferentViewProbability = cluster.GetInt("reduce-gossip-different-view-probability");
        DownRemovalMargin = cluster.OptionalTimeSpan("down-removal-margin") ?? TimeSpan.Zero;

        var weaklyUp = cluster.OptionalTimeSpan("allow-weakly-up-members");
        AllowWeaklyUpMembers = weaklyUp is not null;
        WeaklyUpAfter = weaklyUp ?? TimeSpan.MaxValue;

        Roles = cluster.GetStringList("roles").ToImmutableHashSet();
        MinNrOfMembers = cluster.GetInt("min-nr-of-members");
        var roles = cluster.GetConfig("role");
        MinNrOfMembersOfRole = roles.AsEnumerable().Select(r => r.Key)
            .ToImmutableDictionary(role => role, role => roles.GetInt($"\"{role}\".min-nr-of-members"));

        RunCoordinatedShutdownWhenDown = cluster.GetBoolean("run-coordinated-shutdown-when-down");
        UseDispatcher = cluster.GetString("use-dispatcher", "");
        DowningProviderType = cluster.GetString("downing-provider-class") is { Length: > 0 } provider
            ? Type.GetType(provider) ?? throw new ConfigurationException($"akka.cluster.downing-provider-class: there is no type [{provider}]")
            : typeof(NoDowning);

        Address SeedNode(string text) => Address.TryParse(text, out var address) && address.HasGlobalScope
            ? address
            : throw new ConfigurationException($"akka.cluster.seed-nodes: [{text}] is no address like akka.tcp://{systemName}@host:port");
    }

    public bool LogInfo { get; }

    public bool LogInfoVerbose { get; }

    public Config FailureDetectorConfig { get; }

    public string FailureDetectorImplementationClass { get; }

    public TimeSpan HeartbeatInterval { get; }

    public TimeSpan HeartbeatExpectedResponseAfter { get; }

    public int MonitoredByNrOfMembers { get; }

    public ImmutableList<Address> SeedNodes { get; }

    public TimeSpan SeedNodeTimeout { get; }

    public TimeSpan? RetryUnsuccessfulJoinAfter { get; }

    public TimeSpan? ShutdownAfterUnsuccessfulJoinSeedNodes { get; }

    public TimeSpan PeriodicTasksInitialDelay { get; }

    public TimeSpan GossipInterval { get; }

    public TimeSpan GossipTimeToLive { get; }

    public TimeSpan LeaderActionsInterval { get; }

    public TimeSpan UnreachableNodesReaperInterval { get; }

    public double GossipDifferentViewProbability { get; }

    public int ReduceGossipDifferentViewProbability { get; }

    public bool AllowWeaklyUpMembers { get; }

    public TimeSpan WeaklyUpAfter { get; }

    public ImmutableHashSet<string> Roles { get; }

    public int MinNrOfMembers { get; }

    public ImmutableDictionary<string, int> MinNrOfMembersOfRole { get; }

    public bool RunCoordinatedShutdownWhenDown { get; }

    public string UseDispatcher { get; }

    public Type DowningProviderType { get; }

    internal TimeSpan DownRemovalMargin { get; }

    internal JoinThreshold JoinThreshold => new(MinNrOfMembers, MinNrOfMembersOfRole);
}
