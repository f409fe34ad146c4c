using Parquet;
using Parquet.Schema;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Topology.Fabric.Parquet;

/// <summary>
/// Flows as an Apache Parquet file, a column for each field under the name that queries know, in row groups of a fixed
/// size: what's in memory is one of them. Nothing is written before the first is full or the last flow has come.
/// </summary>
internal sealed class FlowParquet : IAsyncDisposable
{
    /// <summary>The file's media type.</summary>
    internal const string MediaType = "application/vnd.apache.parquet";

    /// <summary>Flows of a row group.</summary>
    internal const int RowsOfGroup = 16_384;

    // Columns are only ever added at the end.
    private readonly FlowColumn[] _columns =
    [
        FlowColumn.Text("UUID", f => f.Uuid),
        FlowColumn.Text("ParentUUID", f => f.ParentUuid),
        FlowColumn.Text("TrackingID", f => f.TrackingId),
        FlowColumn.Text("L3TrackingID", f => f.L3TrackingId),
        FlowColumn.Text("LayersPath", f => f.LayersPath),
        FlowColumn.Text("Application", f => f.Application),
        FlowColumn.Text("Link.A", f => f.Link?.A),
        FlowColumn.Text("Link.B", f => f.Link?.B),
        FlowColumn.Optional("Link.ID", f => f.Link?.Id),
        FlowColumn.Text("Network.Protocol", f => f.Network?.Protocol),
        FlowColumn.Text("Network.A", f => f.Network?.A),
        FlowColumn.Text("Network.B", f => f.Network?.B),
        FlowColumn.Optional("Network.ID", f => f.Network?.Id),
        FlowColumn.Text("Transport.Protocol", f => f.Transport?.Protocol),
        FlowColumn.Optional("Transport.A", f => f.Transport?.A),
        FlowColumn.Optional("Transport.B", f => f.Transport?.B),
        FlowColumn.Text("ICMP.Type", f => f.Icmp?.Type),
        FlowColumn.Optional("ICMP.Code", f => f.Icmp?.Code),
        FlowColumn.Optional("ICMP.ID", f => f.Icmp?.Id),
        FlowColumn.Number("Metric.ABPackets", f => f.Metric?.AbPackets ?? 0),
        FlowColumn.Number("Metric.ABBytes", f => f.Metric?.AbBytes ?? 0),
        FlowColumn.Number("Metric.BAPackets", f => f.Metric?.BaPackets ?? 0),
        FlowColumn.Number("Metric.BABytes", f => f.Metric?.BaBytes ?? 0),
        FlowColumn.Number("RTT", f => f.RttNs),
        FlowColumn.Time("Start", f => f.Start),
        FlowColumn.Time("Last", f => f.Last),
        FlowColumn.Text("FinishType", f => FlowView.FinishName(f.FinishType)),
        FlowColumn.Text("CaptureID", f => f.CaptureId),
        FlowColumn.Text("NodeTID", f => f.NodeTid),
        FlowColumn.Text("Host", f => f.Host),
        FlowColumn.Number("SamplingRate", f => f.SamplingRate),
        FlowColumn.Number("RawPacketsCaptured", f => f.RawPacketsCaptured),
        FlowColumn.Optional("Tunnel.ReturnID", f => f.Tunnel is { HasReturnId: true } tunnel ? tunnel.ReturnId : null),
        FlowColumn.Text("DNS.questions.name", f => f.Dns is { Questions: [var question, ..] } ? question.Name : null),
        FlowColumn.Text("DNS.questions.type", f => f.Dns is { Questions: [var question, ..] } ? question.Type : null),
        FlowColumn.Text("DNS.response_code", f => f.Dns?.ResponseCode),
        FlowColumn.Text("TLS.ServerName", f => f.Tls?.ServerName),
        FlowColumn.Text("TLS.Version", f => f.Tls?.Version),
        FlowColumn.Text("HTTP.Host", f => f.Http?.Host),
        FlowColumn.Text("HTTP.Method", f => f.Http?.Method),
        FlowColumn.Text("HTTP.Path", f => f.Http?.Path),
        FlowColumn.Optional("HTTP.Status", f => f.Http?.Status),
    ];

    private readonly ForwardStream _output;
    private readonly CancellationToken _stop;
    private ParquetWriter? _file;
    private int _rows;

    /// <param name="output">Where the file goes; needn't be able to seek, and stays open.</param>
    /// <param name="stop">Ends the writing.</param>
    internal FlowParquet(Stream output, CancellationToken stop = default) => (_output, _stop) = (new ForwardStream(output), stop);

    /// <summary>Bytes written.</summary>
    internal long Bytes => _output.Position;

    /// <summary>Whether the next flow ends a row group, which is then to be written.</summary>
    internal bool IsFull => _rows == RowsOfGroup;

    /// <summary>The columns' names, in their order.</summary>
    internal IEnumerable<string> Names => _columns.Select(column => column.Field.Name);

    /// <summary>Adds a flow. A group that's full has to be written first.</summary>
    internal void Add(Flow flow)
    {
        foreach (var column in _columns)
        {
            column.Take(flow, _rows);
        }

        _rows++;
    }

    /// <summary>Writes the flows since the group before.</summary>
    internal async Task WriteGroupAsync()
    {
        var file = await OpenAsync().ConfigureAwait(false);
        using var group = file.CreateRowGroup();
        foreach (var column in _columns)
        {
            await column.WriteAsync(group, _rows, _stop).ConfigureAwait(false);
        }

        group.CompleteValidate();
        _rows = 0;
    }

    /// <summary>Writes what's left, and the file's end. Without it the file can't be read: so it's never taken for whole.</summary>
    internal async Task EndAsync()
    {
        if (_rows > 0)
        {
            await WriteGroupAsync().ConfigureAwait(false);
        }

        await (await OpenAsync().ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        await _output.FlushAsync(_stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _output.DisposeAsync();

    private async Task<ParquetWriter> OpenAsync() => _file ??= await ParquetWriter.CreateAsync(
        new ParquetSchema(_columns.Select(column => column.Field)), _output, new ParquetOptions { CompressionMethod = CompressionMethod.Zstd }, cancellationToken: _stop).ConfigureAwait(false);
}
