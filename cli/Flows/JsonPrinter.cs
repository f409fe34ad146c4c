using System.Buffers;
using System.Text.Json;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Json;

namespace Cli.Flows;

/// <summary>A flow per line, as the analyzers' API answers it.</summary>
internal sealed class JsonPrinter : IFlowPrinter
{
    private readonly Stream _output;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    internal JsonPrinter(Stream output)
    {
        _output = output;
        _json = new Utf8JsonWriter(_line, GraphJson.WriterOptions);
    }

    public void Print(Flow flow)
    {
        FlowJson.Write(_json, flow);
        EndLine();
    }

    public void Print(Traversal result)
    {
        TraversalJson.Write(_json, result);
        EndLine();
    }

    public void Finish()
    {
        _json.Dispose();
        _output.Flush();
    }

    private void EndLine()
    {
        _json.Flush();
        _line.Write("\n"u8);
        _output.Write(_line.WrittenSpan);
        _line.ResetWrittenCount();
        _json.Reset();
    }
}
