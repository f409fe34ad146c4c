namespace Shared.Messages.Flows;

/// <summary>One number of each row.</summary>
internal sealed record FlowColumn(FlowColumn.Getter Get, FlowColumn.Setter Set)
{
    internal delegate ulong Getter(in FlowRow row);

    internal delegate void Setter(ref FlowRow row, ulong value);
}

/// <summary>
/// The columns of a flow block, in their order there. A part of the journal's format: add at the end, never change; a block
/// of an earlier version has fewer.
/// </summary>
internal static class FlowColumns
{
    internal static readonly FlowColumn[] Texts =
    [
        new((in row) => (ulong)row.LayersPath, (ref row, value) => row.LayersPath = (int)value),
        new((in row) => (ulong)row.Application, (ref row, value) => row.Application = (int)value),
        new((in row) => (ulong)row.NodeTid, (ref row, value) => row.NodeTid = (int)value),
        new((in row) => (ulong)row.CaptureId, (ref row, value) => row.CaptureId = (int)value),
        new((in row) => (ulong)row.Host, (ref row, value) => row.Host = (int)value),
        new((in row) => (ulong)row.NetworkProtocol, (ref row, value) => row.NetworkProtocol = (int)value),
        new((in row) => (ulong)row.TransportProtocol, (ref row, value) => row.TransportProtocol = (int)value),
        new((in row) => (ulong)row.IcmpType, (ref row, value) => row.IcmpType = (int)value),
    ];

    internal static readonly FlowColumn[] All =
    [
        new((in row) => row.Uuid, (ref row, value) => row.Uuid = value),
        new((in row) => row.ParentUuid, (ref row, value) => row.ParentUuid = value),
        new((in row) => row.TrackingId, (ref row, value) => row.TrackingId = value),
        new((in row) => row.L3TrackingId, (ref row, value) => row.L3TrackingId = value),
        .. Texts,
        new((in row) => (ulong)row.Parts, (ref row, value) => row.Parts = (FlowParts)value),
        new((in row) => row.LinkA, (ref row, value) => row.LinkA = value),
        new((in row) => row.LinkB, (ref row, value) => row.LinkB = value),
        new((in row) => (ulong)row.LinkId, (ref row, value) => row.LinkId = (long)value),
        new((in row) => row.NetworkAHigh, (ref row, value) => row.NetworkAHigh = value),
        new((in row) => row.NetworkALow, (ref row, value) => row.NetworkALow = value),
        new((in row) => row.NetworkBHigh, (ref row, value) => row.NetworkBHigh = value),
        new((in row) => row.NetworkBLow, (ref row, value) => row.NetworkBLow = value),
        new((in row) => (ulong)row.NetworkId, (ref row, value) => row.NetworkId = (long)value),
        new((in row) => row.PortA, (ref row, value) => row.PortA = (ushort)value),
        new((in row) => row.PortB, (ref row, value) => row.PortB = (ushort)value),
        new((in row) => row.IcmpCode, (ref row, value) => row.IcmpCode = (byte)value),
        new((in row) => row.IcmpId, (ref row, value) => row.IcmpId = (ushort)value),
        new((in row) => (ulong)row.AbPackets, (ref row, value) => row.AbPackets = (long)value),
        new((in row) => (ulong)row.AbBytes, (ref row, value) => row.AbBytes = (long)value),
        new((in row) => (ulong)row.BaPackets, (ref row, value) => row.BaPackets = (long)value),
        new((in row) => (ulong)row.BaBytes, (ref row, value) => row.BaBytes = (long)value),
        new((in row) => (ulong)row.Last, (ref row, value) => row.Last = (long)value),
        // Of flows that end within a block: as small as they were short.
        new((in row) => (ulong)(row.Last - row.Start), (ref row, value) => row.Start = row.Last - (long)value),
        new((in row) => (ulong)row.Quiet, (ref row, value) => row.Quiet = (long)value),
        new((in row) => (ulong)row.Rtt, (ref row, value) => row.Rtt = (long)value),
        new((in row) => (ulong)row.Finish, (ref row, value) => row.Finish = (FinishType)value),
        new((in row) => row.SamplingRate, (ref row, value) => row.SamplingRate = (uint)value),
        new((in row) => row.RawPackets, (ref row, value) => row.RawPackets = (uint)value),
    ];
}
