using Akka.Actor;
using Analyzer.Node.Selection;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Views;

/// <summary>Selects nodes by Gremlin on the view's graph.</summary>
internal sealed class GraphNodeSelector(IActorRef view, TimeSpan timeout) : INodeSelector
{
    public async Task<IReadOnlyList<TopologyNode>> Select(string gremlin)
    {
        try
        {
            var query = GremlinQuery.ParseNodes(gremlin);
            var current = await view.Ask<CurrentGraph>(GetGraph.Instance, timeout).ConfigureAwait(false);
            return query.SelectNodes(current.Graph);
        }
        catch (GremlinException e)
        {
            throw new NodeSelectionException(e.Message, e);
        }
    }
}
