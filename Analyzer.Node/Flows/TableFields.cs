using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;

namespace Analyzer.Node.Flows;

/// <summary>The fields of a table's flows.</summary>
internal sealed class TableFields(FlowTable table) : RowFields
{
    private int _number;

    public override ref readonly FlowRow Row => ref table[_number].Row;

    public override FlowTexts Texts => table.Texts;

    public override FlowUpdate Update => table[_number].Update;

    public override byte[]? Details => table.DetailsOf(_number);

    public void MoveTo(int number)
    {
        _number = number;
        Moved();
    }
}
