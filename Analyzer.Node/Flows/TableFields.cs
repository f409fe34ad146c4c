using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;

namespace Analyzer.Node.Flows;

/// <summary>The fields of a table's flows.</summary>
internal sealed class TableFields(FlowTable table) : RowFields
{
    /// <summary>The number of the flow that's looked at.</summary>
    public int Number { get; private set; }

    public override ref readonly FlowRow Row => ref table[Number].Row;

    public override FlowTexts Texts => table.Texts;

    public override FlowUpdate Update => table[Number].Update;

    public override byte[]? Details => table.DetailsOf(Number);

    public void MoveTo(int number)
    {
        Number = number;
        Moved();
    }
}
