using Akka.Actor;
using Analyzer.Node.Flows;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Views;

/// <summary>Flows of all flows entities.</summary>
internal sealed class PartitionedFlowSource(ICanTell region, int partitions, TimeSpan timeout) : IFlowSource
{
    public Task<IReadOnlyList<Flow>> GetFlowsAsync(IReadOnlyCollection<string>? nodeTids, CancellationToken stop)
    {
        var query = new GetFlows();
        if (nodeTids is not null)
        {
            query.NodeTids.Add(nodeTids);
        }

        return PartitionQuery.Ask(region, partitions, query, timeout).WaitAsync(stop);
    }

    public Task<IReadOnlyList<RawPacket>> GetRawPacketsAsync(IReadOnlyCollection<Flow> flows, CancellationToken stop) =>
        PartitionQuery.AskRawPackets(region, partitions, flows, timeout).WaitAsync(stop);
}
