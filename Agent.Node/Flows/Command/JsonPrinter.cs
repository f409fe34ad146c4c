using Agent.Node.Flows.Details;
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Command;

/// <summary>A flow per line, with Skydive's names.</summary>
internal sealed class JsonPrinter(TextWriter output, FlowOrigin origin) : IFlowPrinter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details)
    {
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, FlowMessages.ToMessage(record, reported, details, origin));
        output.WriteLine(Encoding.UTF8.GetString(_buffer.WrittenSpan));
    }

    public void Finish() => output.Flush();

    private static void Write(Utf8JsonWriter json, Flow flow)
    {
        json.WriteStartObject();
        json.WriteString("UUID", flow.Uuid);
        if (flow.ParentUuid.Length > 0)
            json.WriteString("ParentUUID", flow.ParentUuid);
        json.WriteString("TrackingID", flow.TrackingId);
        json.WriteString("L3TrackingID", flow.L3TrackingId);
        json.WriteString("LayersPath", flow.LayersPath);
        json.WriteString("Application", flow.Application);
        WriteLayer(json, "Link", flow.Link);
        WriteLayer(json, "Network", flow.Network);
        if (flow.Transport is { } transport)
        {
            json.WriteStartObject("Transport");
            json.WriteString("Protocol", transport.Protocol);
            json.WriteNumber("A", transport.A);
            json.WriteNumber("B", transport.B);
            json.WriteEndObject();
        }
        if (flow.Icmp is { } icmp)
        {
            json.WriteStartObject("ICMP");
            json.WriteString("Type", icmp.Type);
            json.WriteNumber("Code", icmp.Code);
            json.WriteNumber("ID", icmp.Id);
            json.WriteEndObject();
        }
        json.WriteStartObject("Metric");
        json.WriteNumber("ABPackets", flow.Metric.AbPackets);
        json.WriteNumber("ABBytes", flow.Metric.AbBytes);
        json.WriteNumber("BAPackets", flow.Metric.BaPackets);
        json.WriteNumber("BABytes", flow.Metric.BaBytes);
        json.WriteNumber("Start", flow.Metric.Start);
        json.WriteNumber("Last", flow.Metric.Last);
        json.WriteNumber("RTT", flow.Metric.Rtt);
        json.WriteEndObject();
        if (flow.IpMetric is { } ip)
        {
            json.WriteStartObject("IPMetric");
            json.WriteNumber("Fragments", ip.Fragments);
            json.WriteNumber("FragmentErrors", ip.FragmentErrors);
            json.WriteEndObject();
        }
        json.WriteNumber("Start", flow.Start);
        json.WriteNumber("Last", flow.Last);
        json.WriteString("FinishType", FlowText.FinishType(flow.FinishType));
        json.WriteEndObject();
    }

    private static void WriteLayer(Utf8JsonWriter json, string name, FlowLayer? layer)
    {
        if (layer is null)
            return;
        json.WriteStartObject(name);
        json.WriteString("Protocol", layer.Protocol);
        json.WriteString("A", layer.A);
        json.WriteString("B", layer.B);
        if (layer.Id != 0)
            json.WriteNumber("ID", layer.Id);
        json.WriteEndObject();
    }
}
