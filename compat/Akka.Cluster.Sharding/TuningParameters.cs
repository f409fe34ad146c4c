using Akka.Configuration;

namespace Akka.Cluster.Sharding;

/// <summary>Times and sizes of sharding.</summary>
public class TuningParameters
{
    public readonly TimeSpan CoordinatorFailureBackoff;
    public readonly TimeSpan RetryInterval;
    public readonly int BufferSize;
    public readonly TimeSpan HandOffTimeout;
    public readonly TimeSpan ShardStartTimeout;
    public readonly TimeSpan ShardFailureBackoff;
    public readonly TimeSpan EntityRestartBackoff;
    public readonly TimeSpan RebalanceInterval;
    public readonly int SnapshotAfter;
    public readonly int KeepNrOfBatches;
    public readonly int LeastShardAllocationRebalanceThreshold;
    public readonly int LeastShardAllocationMaxSimultaneousRebalance;
    public readonly int LeastShardAllocationAbsoluteLimit;
    public readonly double LeastShardAllocationRelativeLimit;

    private TuningParameters(Config config)
    {
        CoordinatorFailureBackoff = config.GetTimeSpan("coordinator-failure-backoff");
        RetryInterval = config.GetTimeSpan("retry-interval");
        BufferSize = config.GetInt("buffer-size");
        HandOffTimeout = config.GetTimeSpan("handoff-timeout");
        ShardStartTimeout = config.GetTimeSpan("shard-start-timeout");
        ShardFailureBackoff = config.GetTimeSpan("shard-failure-backoff");
        EntityRestartBackoff = config.GetTimeSpan("entity-restart-backoff");
        RebalanceInterval = config.GetTimeSpan("rebalance-interval");
        SnapshotAfter = config.GetInt("snapshot-after");
        KeepNrOfBatches = config.GetInt("keep-nr-of-batches");
        var allocation = config.GetConfig("least-shard-allocation-strategy");
        LeastShardAllocationRebalanceThreshold = allocation.GetInt("rebalance-threshold");
        LeastShardAllocationMaxSimultaneousRebalance = allocation.GetInt("max-simultaneous-rebalance");
        LeastShardAllocationAbsoluteLimit = allocation.GetInt("rebalance-absolute-limit");
        LeastShardAllocationRelativeLimit = allocation.GetDouble("rebalance-relative-limit");
    }

    internal static TuningParameters Create(Config config) => new(config);
}
