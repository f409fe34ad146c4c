using Agent.Node.Flows.Details;
using System.Globalization;

namespace Agent.Node.Flows.Command;

/// <summary>RFC 4180; no value has a comma or a quote.</summary>
internal sealed class CsvPrinter : IFlowPrinter
{
    private readonly TextWriter _output;
    private readonly FlowOrigin _origin;

    internal CsvPrinter(TextWriter output, FlowOrigin origin)
    {
        _output = output;
        _origin = origin;
        _output.WriteLine("UUID,ParentUUID,TrackingID,L3TrackingID,LayersPath,Link.A,Link.B,Link.ID,Network.A,Network.B,Network.ID,Transport.A,Transport.B,"
            + "ICMP.Type,ICMP.ID,ABPackets,ABBytes,BAPackets,BABytes,RTT,Start,Last,FinishType");
    }

    public void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details)
    {
        var flow = FlowMessages.ToMessage(record, reported, details, _origin);
        string[] values =
        [
            flow.Uuid, flow.ParentUuid, flow.TrackingId, flow.L3TrackingId, flow.LayersPath,
            flow.Link?.A ?? "", flow.Link?.B ?? "", Number(flow.Link?.Id),
            flow.Network?.A ?? "", flow.Network?.B ?? "", Number(flow.Network?.Id),
            Number(flow.Transport?.A), Number(flow.Transport?.B), flow.Icmp?.Type ?? "", Number(flow.Icmp?.Id),
            Number(flow.Metric.AbPackets), Number(flow.Metric.AbBytes), Number(flow.Metric.BaPackets), Number(flow.Metric.BaBytes),
            Number(flow.RttNs), Number(flow.Start), Number(flow.Last), FlowText.FinishType(flow.FinishType),
        ];
        _output.WriteLine(string.Join(',', values));
    }

    public void Finish() => _output.Flush();

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
