using Parquet;
using Parquet.Schema;
using Shared.Messages.Flows;

namespace Topology.Fabric.Parquet;

/// <summary>A column of a file of flows, with the values of the row group that's being gathered.</summary>
internal abstract class FlowColumn
{
    /// <summary>Its name and type in the file.</summary>
    internal abstract DataField Field { get; }

    /// <summary>Texts; an empty one is null.</summary>
    internal static FlowColumn Text(string name, Func<Flow, string?> value) => new TextColumn(name, value);

    /// <summary>Whole numbers that every flow has.</summary>
    internal static FlowColumn Number(string name, Func<Flow, long> value) => new ValueColumn<long>(new DataField(name, typeof(long)), value);

    /// <summary>Whole numbers; null where a flow has none.</summary>
    internal static FlowColumn Optional(string name, Func<Flow, long?> value) => new OptionalColumn(name, value);

    /// <summary>Unix milliseconds, as UTC.</summary>
    internal static FlowColumn Time(string name, Func<Flow, long> value) =>
        new ValueColumn<DateTime>(new DateTimeDataField(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Millis, isNullable: false), flow => At(value(flow)));

    /// <summary>Takes a flow's value.</summary>
    internal abstract void Take(Flow flow, int row);

    /// <summary>Writes the values of so many rows.</summary>
    internal abstract Task WriteAsync(ParquetRowGroupWriter group, int rows, CancellationToken stop);

    // What a packet says of the time may be any number.
    private static DateTime At(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, DateTimeOffset.UnixEpoch.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())).UtcDateTime;

    private sealed class TextColumn(string name, Func<Flow, string?> value) : FlowColumn
    {
        private readonly string?[] _values = new string?[FlowParquet.RowsOfGroup];

        internal override DataField Field { get; } = new(name, typeof(string), isNullable: true);

        internal override void Take(Flow flow, int row) => _values[row] = value(flow) is { Length: > 0 } text ? text : null;

        internal override Task WriteAsync(ParquetRowGroupWriter group, int rows, CancellationToken stop) => group.WriteAsync(Field, new ArraySegment<string>(_values!, 0, rows));
    }

    private sealed class ValueColumn<T>(DataField column, Func<Flow, T> value) : FlowColumn
        where T : struct
    {
        private readonly T[] _values = new T[FlowParquet.RowsOfGroup];

        internal override DataField Field => column;

        internal override void Take(Flow flow, int row) => _values[row] = value(flow);

        internal override Task WriteAsync(ParquetRowGroupWriter group, int rows, CancellationToken stop) =>
            group.WriteAsync<T>(Field, new ReadOnlyMemory<T>(_values, 0, rows), cancellationToken: stop);
    }

    private sealed class OptionalColumn(string name, Func<Flow, long?> value) : FlowColumn
    {
        private readonly long?[] _values = new long?[FlowParquet.RowsOfGroup];

        internal override DataField Field { get; } = new(name, typeof(long), isNullable: true);

        internal override void Take(Flow flow, int row) => _values[row] = value(flow);

        internal override Task WriteAsync(ParquetRowGroupWriter group, int rows, CancellationToken stop) =>
            group.WriteAsync<long>(Field, new ReadOnlyMemory<long?>(_values, 0, rows), cancellationToken: stop);
    }
}
