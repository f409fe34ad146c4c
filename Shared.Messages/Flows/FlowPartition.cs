namespace Shared.Messages.Flows;

/// <summary>
/// Which flows entity keeps a flow. Agents and analyzers must agree, across processes and versions, so the hash is spelled out
/// here: 32-bit FNV-1a over the id's characters.
/// </summary>
public static class FlowPartition
{
    /// <summary>The partition, 0 to <paramref name="partitions"/> - 1, of flows with this L3TrackingID.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There's no partition.</exception>
    public static int Of(string l3TrackingId, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitions);
        var hash = 2166136261u;
        foreach (var c in l3TrackingId)
        {
            hash = (hash ^ (c & 0xffu)) * 16777619u;
            hash = (hash ^ (uint)(c >> 8)) * 16777619u;
        }

        return (int)(hash % (uint)partitions);
    }
}
