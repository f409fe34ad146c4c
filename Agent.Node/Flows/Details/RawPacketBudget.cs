namespace Agent.Node.Flows.Details;

/// <summary>How many raw packets each flow of a table may keep, and how many bytes of them may wait for reports in all.</summary>
/// <param name="limit">Packets per flow; 0: none are kept.</param>
/// <param name="capacity">Bytes that may wait.</param>
internal sealed class RawPacketBudget(int limit, long capacity)
{
    /// <summary>What a packet takes besides its bytes, roughly.</summary>
    private const int Overhead = 64;

    private long _used;

    internal int Limit { get; } = limit;

    /// <summary>Packets that weren't kept for want of room.</summary>
    internal long Refused { get; private set; }

    internal bool TryTake(int bytes)
    {
        if (_used + bytes + Overhead > capacity)
        {
            Refused++;
            return false;
        }
        _used += bytes + Overhead;
        return true;
    }

    internal void GiveBack(int bytes) => _used -= bytes + Overhead;
}
