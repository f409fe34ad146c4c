using Shared.Messages.Flows;

namespace Topology.Fabric.Flows;

/// <summary>What a flow's last update added; all zeros: nothing is known of it.</summary>
/// <param name="AbPackets">Packets from A to B.</param>
/// <param name="AbBytes">Their bytes.</param>
/// <param name="BaPackets">Packets from B to A.</param>
/// <param name="BaBytes">Their bytes.</param>
/// <param name="Start">From where on, in Unix milliseconds. It ends where its row stops looking.</param>
internal readonly record struct FlowUpdate(long AbPackets, long AbBytes, long BaPackets, long BaBytes, long Start)
{
    public bool IsAny => (AbPackets | AbBytes | BaPackets | BaBytes) != 0;

    /// <summary>Until when a row's last update looked.</summary>
    public static long LastOf(in FlowRow row) => row.Last + row.Quiet;

    /// <summary>A row and what its last update added, as a message.</summary>
    public static Flow ToFlow(in FlowRow row, FlowTexts texts, byte[]? details, in FlowUpdate update)
    {
        var flow = FlowRowMessages.ToFlow(row, texts, details);
        if (update.IsAny)
        {
            flow.LastUpdateMetric = new FlowMetric
            {
                AbPackets = update.AbPackets,
                AbBytes = update.AbBytes,
                BaPackets = update.BaPackets,
                BaBytes = update.BaBytes,
                Start = update.Start,
                Last = LastOf(row),
                Rtt = row.Rtt,
            };
        }

        return flow;
    }
}
