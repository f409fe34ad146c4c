using Akka.Actor;
using Analyzer.Node.Selection;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Views;

/// <summary>Selects nodes by Gremlin on the view's graph.</summary>
internal sealed class GraphNodeSelector(IActorRef view, TimeSpan timeout) : INodeSelector
{
    /// <summary>Time for a selection: registries select again and again, and wait for it.</summary>
    public static readonly TimeSpan SelectFor = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<TopologyNode>> Select(string gremlin)
    {
        try
        {
            var query = GremlinQuery.ParseNodes(gremlin);
            var current = await view.Ask<CurrentGraph>(GetGraph.Instance, timeout).ConfigureAwait(false);
            using var stop = new CancellationTokenSource(SelectFor);
            return query.SelectNodes(current.Graph, stop.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new NodeSelectionException($"'{gremlin}' takes longer than {SelectFor.TotalSeconds:0} s", e);
        }
        catch (GremlinException e)
        {
            throw new NodeSelectionException(e.Message, e);
        }
    }
}
