using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Parquet;

namespace Cli.Flows;

/// <summary>An Apache Parquet file: a column for each field, under the names that queries know.</summary>
internal sealed class ParquetPrinter(Stream output) : IFlowPrinter
{
    private readonly FlowParquet _file = new(output);

    public void Print(Flow flow)
    {
        if (_file.IsFull)
        {
            _file.WriteGroupAsync().GetAwaiter().GetResult();
        }

        _file.Add(flow);
    }

    public void Print(Traversal result) => throw new GremlinException(1, $"-o parquet takes flows, and this results in {Traversal.NameOf(result.GetType())}: use -o csv or json");

    public void Finish()
    {
        _file.EndAsync().GetAwaiter().GetResult();
        output.Flush();
    }
}
