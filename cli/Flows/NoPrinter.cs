using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;

namespace Cli.Flows;

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
