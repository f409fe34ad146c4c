using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>Collects reports as messages until they are taken.</summary>
internal sealed class FlowCollector(FlowOrigin origin) : IFlowOutput
{
    private List<Flow> _flows = [];

    internal int Count => _flows.Count;

    public void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details) => _flows.Add(FlowMessages.ToMessage(record, reported, details, origin));

    /// <summary>What was collected; the list is the caller's.</summary>
    internal IReadOnlyList<Flow> Take()
    {
        var taken = _flows;
        _flows = [];
        return taken;
    }
}
