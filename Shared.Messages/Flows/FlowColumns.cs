using System.Numerics;
using System.Runtime.CompilerServices;

namespace Shared.Messages.Flows;

/// <summary>One number of each row: a field, or how far a time is before the last packet's. Rows are read and written a column at a time.</summary>
internal sealed class FlowColumn
{
    private readonly int _offset;
    private readonly int _size;
    private readonly bool _isBeforeLast;

    private FlowColumn(int offset, int size, bool isBeforeLast) => (_offset, _size, _isBeforeLast) = (offset, size, isBeforeLast);

    internal delegate ref T Field<T>(ref FlowRow row);

    /// <summary>A field's.</summary>
    internal static FlowColumn Of<T>(Field<T> field)
        where T : unmanaged => Of(field, isBeforeLast: false);

    /// <summary>That of a time: as small as the flow was short.</summary>
    internal static FlowColumn BeforeLast(Field<long> field) => Of(field, isBeforeLast: true);

    internal ulong Get(in FlowRow row)
    {
        ulong value = 0;
        Get(new ReadOnlySpan<FlowRow>(in row), new Span<ulong>(ref value));
        return value;
    }

    internal void Set(ref FlowRow row, ulong value) => Set(new Span<FlowRow>(ref row), [value]);

    /// <summary>Reads the numbers of rows.</summary>
    internal void Get(ReadOnlySpan<FlowRow> rows, Span<ulong> values)
    {
        switch (_size)
        {
            case sizeof(byte):
                Get<byte>(rows, values);
                break;
            case sizeof(ushort):
                Get<ushort>(rows, values);
                break;
            case sizeof(uint):
                Get<uint>(rows, values);
                break;
            default:
                Get<ulong>(rows, values);
                break;
        }

        for (var i = 0; _isBeforeLast && i < rows.Length; i++)
        {
            values[i] = (ulong)rows[i].Last - values[i];
        }
    }

    /// <summary>Writes the numbers of rows; more than a field takes is cut.</summary>
    internal void Set(Span<FlowRow> rows, ReadOnlySpan<ulong> values)
    {
        if (_isBeforeLast)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                At<long>(in rows[i]) = rows[i].Last - (long)values[i];
            }

            return;
        }

        switch (_size)
        {
            case sizeof(byte):
                Set<byte>(rows, values);
                break;
            case sizeof(ushort):
                Set<ushort>(rows, values);
                break;
            case sizeof(uint):
                Set<uint>(rows, values);
                break;
            default:
                Set<ulong>(rows, values);
                break;
        }
    }

    private static FlowColumn Of<T>(Field<T> field, bool isBeforeLast)
        where T : unmanaged
    {
        FlowRow row = default;
        var offset = (int)Unsafe.ByteOffset(ref Unsafe.As<FlowRow, byte>(ref row), ref Unsafe.As<T, byte>(ref field(ref row)));
        return new FlowColumn(offset, Unsafe.SizeOf<T>(), isBeforeLast);
    }

    private void Get<T>(ReadOnlySpan<FlowRow> rows, Span<ulong> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        values = values[..rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            values[i] = ulong.CreateTruncating(At<T>(in rows[i]));
        }
    }

    private void Set<T>(Span<FlowRow> rows, ReadOnlySpan<ulong> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        values = values[..rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            At<T>(in rows[i]) = T.CreateTruncating(values[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T At<T>(in FlowRow row)
        where T : unmanaged => ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref Unsafe.As<FlowRow, byte>(ref Unsafe.AsRef(in row)), _offset));
}

/// <summary>
/// The columns of a flow block, in their order there. A part of the journal's format: add at the end, never change; a block
/// of an earlier version has fewer.
/// </summary>
internal static class FlowColumns
{
    /// <summary>As they lie in <see cref="FlowRow.TextNumbers"/>.</summary>
    internal static readonly FlowColumn[] Texts =
    [
        FlowColumn.Of((ref row) => ref row.LayersPath),
        FlowColumn.Of((ref row) => ref row.Application),
        FlowColumn.Of((ref row) => ref row.NodeTid),
        FlowColumn.Of((ref row) => ref row.CaptureId),
        FlowColumn.Of((ref row) => ref row.Host),
        FlowColumn.Of((ref row) => ref row.NetworkProtocol),
        FlowColumn.Of((ref row) => ref row.TransportProtocol),
        FlowColumn.Of((ref row) => ref row.IcmpType),
    ];

    internal static readonly FlowColumn[] All =
    [
        FlowColumn.Of((ref row) => ref row.Uuid),
        FlowColumn.Of((ref row) => ref row.ParentUuid),
        FlowColumn.Of((ref row) => ref row.TrackingId),
        FlowColumn.Of((ref row) => ref row.L3TrackingId),
        .. Texts,
        FlowColumn.Of((ref row) => ref row.Parts),
        FlowColumn.Of((ref row) => ref row.LinkA),
        FlowColumn.Of((ref row) => ref row.LinkB),
        FlowColumn.Of((ref row) => ref row.LinkId),
        FlowColumn.Of((ref row) => ref row.NetworkAHigh),
        FlowColumn.Of((ref row) => ref row.NetworkALow),
        FlowColumn.Of((ref row) => ref row.NetworkBHigh),
        FlowColumn.Of((ref row) => ref row.NetworkBLow),
        FlowColumn.Of((ref row) => ref row.NetworkId),
        FlowColumn.Of((ref row) => ref row.PortA),
        FlowColumn.Of((ref row) => ref row.PortB),
        FlowColumn.Of((ref row) => ref row.IcmpCode),
        FlowColumn.Of((ref row) => ref row.IcmpId),
        FlowColumn.Of((ref row) => ref row.AbPackets),
        FlowColumn.Of((ref row) => ref row.AbBytes),
        FlowColumn.Of((ref row) => ref row.BaPackets),
        FlowColumn.Of((ref row) => ref row.BaBytes),
        FlowColumn.Of((ref row) => ref row.Last),
        FlowColumn.BeforeLast((ref row) => ref row.Start),
        FlowColumn.Of((ref row) => ref row.Quiet),
        FlowColumn.Of((ref row) => ref row.Rtt),
        FlowColumn.Of((ref row) => ref row.Finish),
        FlowColumn.Of((ref row) => ref row.SamplingRate),
        FlowColumn.Of((ref row) => ref row.RawPackets),
    ];
}
