using System.Buffers;
using System.Globalization;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin;

namespace Cli.Flows;

/// <summary>Quoted as RFC 4180 says, with a header of the keys that queries know. Columns are only ever added at the end.</summary>
internal sealed class CsvPrinter : IFlowPrinter
{
    internal static readonly IReadOnlyList<(string Name, Func<Flow, string> Value)> Columns =
    [
        ("UUID", f => f.Uuid),
        ("ParentUUID", f => f.ParentUuid),
        ("TrackingID", f => f.TrackingId),
        ("L3TrackingID", f => f.L3TrackingId),
        ("LayersPath", f => f.LayersPath),
        ("Application", f => f.Application),
        ("Link.A", f => f.Link?.A ?? ""),
        ("Link.B", f => f.Link?.B ?? ""),
        ("Link.ID", f => Number(f.Link?.Id)),
        ("Network.Protocol", f => f.Network?.Protocol ?? ""),
        ("Network.A", f => f.Network?.A ?? ""),
        ("Network.B", f => f.Network?.B ?? ""),
        ("Network.ID", f => Number(f.Network?.Id)),
        ("Transport.Protocol", f => f.Transport?.Protocol ?? ""),
        ("Transport.A", f => Number(f.Transport?.A)),
        ("Transport.B", f => Number(f.Transport?.B)),
        ("ICMP.Type", f => f.Icmp?.Type ?? ""),
        ("ICMP.Code", f => Number(f.Icmp?.Code)),
        ("ICMP.ID", f => Number(f.Icmp?.Id)),
        ("Metric.ABPackets", f => Number(f.Metric?.AbPackets)),
        ("Metric.ABBytes", f => Number(f.Metric?.AbBytes)),
        ("Metric.BAPackets", f => Number(f.Metric?.BaPackets)),
        ("Metric.BABytes", f => Number(f.Metric?.BaBytes)),
        ("RTT", f => Number(f.RttNs)),
        ("Start", f => Number(f.Start)),
        ("Last", f => Number(f.Last)),
        ("FinishType", f => FlowView.FinishName(f.FinishType)),
        ("CaptureID", f => f.CaptureId),
    ];

    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    private readonly TextWriter _output;
    private bool _hasHeader;

    internal CsvPrinter(TextWriter output) => _output = output;

    public void Print(Flow flow)
    {
        WriteHeader();
        for (var i = 0; i < Columns.Count; i++)
        {
            if (i > 0)
            {
                _output.Write(',');
            }

            WriteField(Columns[i].Value(flow));
        }
        EndLine();
    }

    public void Print(Traversal result)
    {
        _hasHeader = true;
        foreach (var line in ResultText.Lines(result))
        {
            WriteField(line);
            EndLine();
        }
    }

    public void Finish()
    {
        WriteHeader();
        _output.Flush();
    }

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private void WriteHeader()
    {
        if (_hasHeader)
        {
            return;
        }

        _hasHeader = true;
        _output.Write(string.Join(',', Columns.Select(column => column.Name)));
        EndLine();
    }

    private void WriteField(string text)
    {
        if (text.AsSpan().IndexOfAny(Quoted) < 0)
        {
            _output.Write(text);
            return;
        }
        _output.Write('"');
        _output.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
        _output.Write('"');
    }

    private void EndLine() => _output.Write('\n');
}
