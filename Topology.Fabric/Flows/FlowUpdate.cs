using Google.Protobuf.Collections;
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
    /// <summary>Numbers it's told by beside a block of rows.</summary>
    public const int Numbers = 5;

    public bool IsAny => (AbPackets | AbBytes | BaPackets | BaBytes) != 0;

    /// <summary>The updates of rows by the numbers told beside them.</summary>
    /// <exception cref="InvalidDataException">There are too few of them, or too many.</exception>
    public static FlowUpdate[] Read(RepeatedField<long> numbers, FlowRows rows)
    {
        if (numbers.Count != Numbers * rows.Count)
        {
            throw new InvalidDataException($"there are {rows.Count} flows and {numbers.Count} numbers of their updates");
        }

        var updates = new FlowUpdate[rows.Count];
        for (var i = 0; i < updates.Length; i++)
        {
            var at = Numbers * i;
            updates[i] = new FlowUpdate(numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3], numbers[at + 4] + rows[i].Start);
        }

        return updates;
    }

    /// <summary>Tells it beside its row, the next one.</summary>
    public void AddTo(RepeatedField<long> numbers, in FlowRow row)
    {
        numbers.Add(AbPackets);
        numbers.Add(AbBytes);
        numbers.Add(BaPackets);
        numbers.Add(BaBytes);
        numbers.Add(Start - row.Start);
    }

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
