using System.Globalization;
using Akka.Cluster.Sharding;

namespace Shared.Messages.Flows;

/// <summary>How messages find the flows entity of their partition. Agents and analyzers must agree on all of it.</summary>
public static class FlowShards
{
    /// <summary>Name of the shard region.</summary>
    public const string RegionName = "flows";

    /// <summary>How many shards the partitions are spread over. Fixed for the life of a database.</summary>
    public const int ShardCount = 16;

    /// <summary>Finds a message's partition.</summary>
    public static IMessageExtractor Extractor { get; } = HashCodeMessageExtractor.Create(ShardCount, message => EntityOf(message)!);

    /// <summary>The entity a message is for: its partition, or null when it isn't one of this region's.</summary>
    public static string? EntityOf(object message) => message switch
    {
        UpdateFlows update => update.Partition.ToString(CultureInfo.InvariantCulture),
        GetFlows get => get.Partition.ToString(CultureInfo.InvariantCulture),
        GetRawPackets get => get.Partition.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
