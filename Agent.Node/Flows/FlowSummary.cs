namespace Agent.Node.Flows;

/// <summary>What changes in a flow whose packets somebody else counted, one direction at a time.</summary>
internal static class FlowSummary
{
    /// <summary>
    /// The direction that began first is from A to B, and it may be told last. Only before the flow is reported: afterwards
    /// its ends are known by their letters.
    /// </summary>
    /// <param name="record">The flow, with this direction counted in it.</param>
    /// <param name="start">When the direction began, nanoseconds since 1970.</param>
    /// <param name="fromA">Whether the flow's A sends in it.</param>
    internal static void BeganAt(ref FlowRecord record, long start, bool fromA)
    {
        if (start >= record.Start)
        {
            return;
        }

        record.Start = start;
        if (fromA || record.ReportedAt != 0)
        {
            return;
        }

        ref var counters = ref record.Counters;
        (counters.AbPackets, counters.BaPackets) = (counters.BaPackets, counters.AbPackets);
        (counters.AbBytes, counters.BaBytes) = (counters.BaBytes, counters.AbBytes);
        (record.PortA, record.PortB) = (record.PortB, record.PortA);
        (record.LinkA, record.LinkB) = (record.LinkB, record.LinkA);
        var fins = record.Flags & (FlowFlags.AbFin | FlowFlags.BaFin);
        if (fins is FlowFlags.AbFin or FlowFlags.BaFin)
        {
            record.Flags ^= FlowFlags.AbFin | FlowFlags.BaFin;
        }

        var syns = record.Flags & (FlowFlags.AbSyn | FlowFlags.BaSyn);
        if (syns is FlowFlags.AbSyn or FlowFlags.BaSyn)
        {
            record.Flags ^= FlowFlags.AbSyn | FlowFlags.BaSyn;
        }

        record.Flags ^= FlowFlags.AIsHigh;
    }
}
