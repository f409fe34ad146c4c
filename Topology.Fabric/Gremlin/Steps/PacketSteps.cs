using Shared.Messages.Flows;
using static Topology.Fabric.Gremlin.Steps.StepTable;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Steps to raw packets and on them.</summary>
internal static class PacketSteps
{
    public static readonly IReadOnlyList<StepDefinition> All =
    [
        Step<FlowsTraversal, RawPacketsTraversal>("RawPackets", arguments =>
        {
            arguments.None();
            return async (input, run) => new RawPacketsTraversal(await run.Flows.GetRawPacketsAsync(input.Flows, run.Stop).ConfigureAwait(false));
        }),
        Step<RawPacketsTraversal, RawPacketsTraversal>("BPF", arguments =>
        {
            arguments.Between(1, 1, "one expression of pcap-filter(7)");
            var expression = arguments.Text(0);
            return (input, run) =>
            {
                if (run.Sources.Filters is not { } filters)
                {
                    throw arguments.Wrong(arguments.Column, "can't be used here: nothing reads packets");
                }

                using var filter = filters(expression);
                try
                {
                    return new RawPacketsTraversal(run.Gather(input.Packets, arguments, filter.Matches));
                }
                catch (FormatException e)
                {
                    throw new GremlinException(arguments.ColumnOf(0), $"the filter can't be used: {e.Message}");
                }
            };
        }),
        Step<RawPacketsTraversal, ValueTraversal>("Count", arguments =>
        {
            arguments.None();
            return input => Common.Count(input.Packets.Count);
        }),
    ];
}
