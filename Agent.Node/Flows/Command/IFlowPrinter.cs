using Agent.Node.Flows.Details;

namespace Agent.Node.Flows.Command;

/// <summary>Prints each flow once it's over.</summary>
internal interface IFlowPrinter : IFlowOutput
{
    /// <summary>No more flows come.</summary>
    void Finish();
}

/// <summary>Prints nothing.</summary>
internal sealed class NoPrinter : IFlowPrinter
{
    public void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details)
    {
    }

    public void Finish()
    {
    }
}
