using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;

namespace Cli.Flows;

/// <summary>Prints what the command found.</summary>
internal interface IFlowPrinter
{
    /// <summary>A flow that's over.</summary>
    void Print(Flow flow);

    /// <summary>What a query made of the flows: a count, values.</summary>
    void Print(Traversal result);

    /// <summary>No more comes.</summary>
    void Finish();
}

/// <summary>Prints nothing.</summary>
internal sealed class NoPrinter : IFlowPrinter
{
    public void Print(Flow flow)
    {
    }

    public void Print(Traversal result)
    {
    }

    public void Finish()
    {
    }
}
