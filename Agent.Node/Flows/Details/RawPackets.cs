using Agent.Node.Decoding;

namespace Agent.Node.Flows.Details;

/// <summary>A packet as captured, from its flow's first layer on.</summary>
/// <param name="Index">Its number in the flow, from 1 on.</param>
/// <param name="Time">Nanoseconds since 1970.</param>
/// <param name="Link">Its first layer.</param>
/// <param name="OriginalLength">Its length on the wire.</param>
/// <param name="Bytes">What was captured of it.</param>
internal readonly record struct KeptPacket(int Index, long Time, LinkType Link, int OriginalLength, byte[] Bytes);

/// <summary>The first packets of one flow: counted, and waiting for the flow's next report, with which they leave.</summary>
internal sealed class RawPackets(RawPacketBudget budget)
{
    private readonly List<KeptPacket> _waiting = [];

    /// <summary>Packets kept so far, also those that have left.</summary>
    internal int Captured { get; private set; }

    /// <summary>Keeps a packet, unless the flow has had its share or the table is full of packets that wait.</summary>
    internal void Keep(long time, LinkType link, int originalLength, ReadOnlySpan<byte> packet)
    {
        if (Captured >= budget.Limit || !budget.TryTake(packet.Length))
        {
            return;
        }

        Captured++;
        _waiting.Add(new KeptPacket(Captured, time, link, originalLength, packet.ToArray()));
    }

    /// <summary>The packets that were kept since the last call; they are the caller's, and don't count for the table any more.</summary>
    internal KeptPacket[] Take()
    {
        if (_waiting.Count == 0)
        {
            return [];
        }

        KeptPacket[] taken = [.. _waiting];
        foreach (var packet in taken)
        {
            budget.GiveBack(packet.Bytes.Length);
        }

        _waiting.Clear();
        return taken;
    }
}

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
