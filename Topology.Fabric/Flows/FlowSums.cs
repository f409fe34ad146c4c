using Shared.Messages.Flows;

namespace Topology.Fabric.Flows;

/// <summary>Sums as messages have them: in two halves, for counters at their highest number have larger ones.</summary>
internal static class FlowSums
{
    extension(FlowsGroup group)
    {
        /// <summary>The group's sum.</summary>
        public Int128 Sum
        {
            get => Of(group.SumHigh, group.SumLow);
            set => (group.SumHigh, group.SumLow) = Halves(value);
        }
    }

    extension(FlowsPart part)
    {
        /// <summary>The sum of what the part is about.</summary>
        public Int128 Sum
        {
            get => Of(part.SumHigh, part.SumLow);
            set => (part.SumHigh, part.SumLow) = Halves(value);
        }
    }

    private static Int128 Of(long high, ulong low) => new((ulong)high, low);

    private static (long High, ulong Low) Halves(Int128 sum) => ((long)(sum >> 64), (ulong)(sum & ulong.MaxValue));
}
