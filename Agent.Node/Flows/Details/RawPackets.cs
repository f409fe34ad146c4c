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
            return;
        Captured++;
        _waiting.Add(new KeptPacket(Captured, time, link, originalLength, packet.ToArray()));
    }

    /// <summary>The packets that were kept since the last call; they are the caller's, and don't count for the table any more.</summary>
    internal KeptPacket[] Take()
    {
        if (_waiting.Count == 0)
            return [];
        KeptPacket[] taken = [.. _waiting];
        foreach (var packet in taken)
            budget.GiveBack(packet.Bytes.Length);
        _waiting.Clear();
        return taken;
    }
}
