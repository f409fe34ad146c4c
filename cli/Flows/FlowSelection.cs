using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;

namespace Cli.Flows;

/// <summary>Between engines and a printer: the flows a query keeps, as messages; at once where each can be judged alone.</summary>
internal sealed class FlowSelection(FlowQuery? query, IFlowPrinter printer)
{
    private readonly List<Flow> _waiting = [];
    private readonly Lock _lock = new();

    /// <summary>Flows the query's conditions kept.</summary>
    internal long Kept { get; private set; }

    /// <summary>Takes what engines report, on whatever thread.</summary>
    internal IFlowOutput For(FlowOrigin origin) => printer is NoPrinter && query is null ? NoOutput.Instance : new Output(this, origin);

    /// <summary>All engines have ended: the steps that need all flows run now.</summary>
    /// <exception cref="GremlinException">Something only the run could find.</exception>
    internal void Finish()
    {
        if (query is { IsConditionOnly: false })
        {
            // In the order they began, as without a query, unless the query says another.
            _waiting.Sort((a, b) => a.Start.CompareTo(b.Start));
            var result = query.Run(_waiting);
            if (result is FlowsTraversal { Flows: var flows })
            {
                Kept = flows.Count;
                foreach (var flow in flows)
                {
                    printer.Print(flow);
                }
            }
            else
            {
                printer.Print(result);
            }
        }
        printer.Finish();
    }

    private void Take(Flow flow)
    {
        lock (_lock)
        {
            Select(flow);
        }
    }

    private void Select(Flow flow)
    {
        if (query is not null && !query.Keeps(flow))
        {
            return;
        }

        Kept++;
        if (query is null or { IsConditionOnly: true })
        {
            printer.Print(flow);
        }
        else
        {
            _waiting.Add(flow);
        }
    }

    private sealed class Output(FlowSelection selection, FlowOrigin origin) : IFlowOutput
    {
        public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details) =>
            selection.Take(FlowMessages.ToMessage(record, since, details, origin));
    }
}
