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
        QueryFlows query => query.Partition.ToString(CultureInfo.InvariantCulture),
        TakeFlows take => take.Partition.ToString(CultureInfo.InvariantCulture),
        StopFlows stop => stop.Partition.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}

/// <summary>
/// Which flows entity keeps a flow. Agents and analyzers must agree, across processes and versions, so the hash is spelled out
/// here: 32-bit FNV-1a over the id's characters.
/// </summary>
public static class FlowPartition
{
    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;

    /// <summary>The partition, 0 to <paramref name="partitions"/> - 1, of flows with this L3TrackingID.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There's no partition.</exception>
    public static int Of(string l3TrackingId, int partitions) => Of(l3TrackingId.AsSpan(), partitions);

    /// <summary>The same of an id as a number.</summary>
    internal static int Of(ulong l3TrackingId, int partitions)
    {
        if (l3TrackingId == 0)
        {
            return Of("", partitions);
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitions);
        var hash = Offset;
        for (var shift = 60; shift >= 0; shift -= 4)
        {
            // Of a digit's two bytes the upper is 0.
            hash = (hash ^ "0123456789abcdef"u8[(int)(l3TrackingId >> shift) & 0xf]) * unchecked(Prime * Prime);
        }

        return (int)(hash % (uint)partitions);
    }

    private static int Of(ReadOnlySpan<char> l3TrackingId, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitions);
        var hash = Offset;
        foreach (var c in l3TrackingId)
        {
            hash = (hash ^ (c & 0xffu)) * Prime;
            hash = (hash ^ (uint)(c >> 8)) * Prime;
        }

        return (int)(hash % (uint)partitions);
    }
}
