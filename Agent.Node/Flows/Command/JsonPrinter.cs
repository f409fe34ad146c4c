using System.Buffers;
using System.Text;
using System.Text.Json;
using Agent.Node.Flows.Details;
using Topology.Fabric.Json;

namespace Agent.Node.Flows.Command;

/// <summary>A flow per line, as the analyzers' API answers it.</summary>
internal sealed class JsonPrinter(TextWriter output, FlowOrigin origin) : IFlowPrinter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details)
    {
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer, GraphJson.WriterOptions))
            FlowJson.Write(json, FlowMessages.ToMessage(record, reported, details, origin));
        output.WriteLine(Encoding.UTF8.GetString(_buffer.WrittenSpan));
    }

    public void Finish() => output.Flush();
}
