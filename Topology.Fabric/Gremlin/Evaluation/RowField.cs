using System.Collections.Frozen;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>A number of a flow's row, or what stands for one.</summary>
internal delegate ulong RowNumber(in FlowRow row, RowFields fields);

/// <summary>A counter of a flow's latest metric.</summary>
internal delegate long LatestNumber(in FlowRow row, in FlowUpdate update);

/// <summary>What a number of a row means.</summary>
internal enum RowKind
{
    /// <summary>Itself.</summary>
    Number,

    /// <summary>The number of a text.</summary>
    Text,

    /// <summary>An id: 16 hexadecimal digits.</summary>
    Id,

    /// <summary>A MAC address.</summary>
    Mac,

    /// <summary>The lower half of A's network address.</summary>
    AddressA,

    /// <summary>The lower half of B's network address.</summary>
    AddressB,

    /// <summary>How the flow ended.</summary>
    Finish,

    /// <summary>The one protocol that link layers have.</summary>
    LinkProtocol,
}

/// <summary>A field of flows that their rows have, under its key in queries.</summary>
/// <param name="Key">"Network.A".</param>
/// <param name="Kind">What its number means.</param>
/// <param name="Needs">What a flow must have, to have this field.</param>
/// <param name="Get">The number.</param>
internal sealed record RowField(string Key, RowKind Kind, FlowParts Needs, RowNumber Get)
{
    private static readonly FrozenDictionary<string, RowField> ByKey = All().ToFrozenDictionary(field => field.Key, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, RowField> LatestByKey = AllLatest().ToFrozenDictionary(field => field.Key, StringComparer.Ordinal);

    /// <summary>Of a counter of the latest metric: it, of a row and its update.</summary>
    public LatestNumber? Latest { get; private init; }

    /// <summary>Whether it's a part of the last update's counters, which not all flows have.</summary>
    public bool IsOfUpdate { get; init; }

    /// <summary>The fields that rows have.</summary>
    public static IEnumerable<string> Keys => ByKey.Keys;

    /// <summary>The field of a key; null: rows don't have it.</summary>
    public static RowField? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>The counter of this name in flows' latest metrics, which is what Metrics() gives; null: there's no such counter.</summary>
    public static RowField? FindLatest(string name) => LatestByKey.GetValueOrDefault(name);

    /// <summary>Whether a flow has it.</summary>
    public bool IsIn(in FlowRow row, RowFields fields) => row.Has(Needs) && (!IsOfUpdate || fields.Update.IsAny);

    /// <summary>Its value.</summary>
    public MetaValue Value(in FlowRow row, RowFields fields) => Kind switch
    {
        RowKind.Number => (long)Get(row, fields),
        RowKind.Text => fields.Texts[(int)Get(row, fields)],
        RowKind.Id => FlowForms.Id(Get(row, fields)),
        RowKind.Mac => FlowForms.Mac(Get(row, fields)),
        RowKind.AddressA => FlowRowMessages.AddressA(row),
        RowKind.AddressB => FlowRowMessages.AddressB(row),
        RowKind.Finish => FlowView.FinishName(row.Finish),
        _ => FlowRowMessages.LinkProtocol,
    };

    private static IEnumerable<RowField> All() =>
    [
        new("UUID", RowKind.Id, FlowParts.None, (in row, _) => row.Uuid),
        new("ParentUUID", RowKind.Id, FlowParts.None, (in row, _) => row.ParentUuid),
        new("TrackingID", RowKind.Id, FlowParts.None, (in row, _) => row.TrackingId),
        new("L3TrackingID", RowKind.Id, FlowParts.None, (in row, _) => row.L3TrackingId),
        new("LayersPath", RowKind.Text, FlowParts.None, (in row, _) => (ulong)row.LayersPath),
        new("Application", RowKind.Text, FlowParts.None, (in row, _) => (ulong)row.Application),
        new("NodeTID", RowKind.Text, FlowParts.None, (in row, _) => (ulong)row.NodeTid),
        new("CaptureID", RowKind.Text, FlowParts.None, (in row, _) => (ulong)row.CaptureId),
        new("Host", RowKind.Text, FlowParts.None, (in row, _) => (ulong)row.Host),
        new("Link.Protocol", RowKind.LinkProtocol, FlowParts.Link, (in _, _) => 0),
        new("Link.A", RowKind.Mac, FlowParts.Link, (in row, _) => row.LinkA),
        new("Link.B", RowKind.Mac, FlowParts.Link, (in row, _) => row.LinkB),
        new("Link.ID", RowKind.Number, FlowParts.Link, (in row, _) => (ulong)row.LinkId),
        new("Network.Protocol", RowKind.Text, FlowParts.Network, (in row, _) => (ulong)row.NetworkProtocol),
        new("Network.A", RowKind.AddressA, FlowParts.Network, (in row, _) => row.NetworkALow),
        new("Network.B", RowKind.AddressB, FlowParts.Network, (in row, _) => row.NetworkBLow),
        new("Network.ID", RowKind.Number, FlowParts.Network, (in row, _) => (ulong)row.NetworkId),
        new("Transport.Protocol", RowKind.Text, FlowParts.Transport, (in row, _) => (ulong)row.TransportProtocol),
        new("Transport.A", RowKind.Number, FlowParts.Transport, (in row, _) => row.PortA),
        new("Transport.B", RowKind.Number, FlowParts.Transport, (in row, _) => row.PortB),
        new("Transport.ID", RowKind.Number, FlowParts.Transport, (in _, _) => 0),
        new("ICMP.Type", RowKind.Text, FlowParts.Icmp, (in row, _) => (ulong)row.IcmpType),
        new("ICMP.Code", RowKind.Number, FlowParts.Icmp, (in row, _) => row.IcmpCode),
        new("ICMP.ID", RowKind.Number, FlowParts.Icmp, (in row, _) => row.IcmpId),
        new("Metric.ABPackets", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.AbPackets),
        new("Metric.ABBytes", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.AbBytes),
        new("Metric.BAPackets", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.BaPackets),
        new("Metric.BABytes", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.BaBytes),
        new("Metric.Start", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.Start),
        new("Metric.Last", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.Last),
        new("Metric.RTT", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.Rtt),
        OfUpdate("LastUpdateMetric.ABPackets", (in _, fields) => (ulong)fields.Update.AbPackets),
        OfUpdate("LastUpdateMetric.ABBytes", (in _, fields) => (ulong)fields.Update.AbBytes),
        OfUpdate("LastUpdateMetric.BAPackets", (in _, fields) => (ulong)fields.Update.BaPackets),
        OfUpdate("LastUpdateMetric.BABytes", (in _, fields) => (ulong)fields.Update.BaBytes),
        OfUpdate("LastUpdateMetric.Start", (in _, fields) => (ulong)fields.Update.Start),
        OfUpdate("LastUpdateMetric.Last", (in row, _) => (ulong)FlowUpdate.LastOf(row)),
        OfUpdate("LastUpdateMetric.RTT", (in row, _) => (ulong)row.Rtt),
        new("Start", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.Start),
        new("Last", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.Last),
        new("RTT", RowKind.Number, FlowParts.None, (in row, _) => (ulong)row.Rtt),
        new("RawPacketsCaptured", RowKind.Number, FlowParts.None, (in row, _) => row.RawPackets),
        new("SamplingRate", RowKind.Number, FlowParts.None, (in row, _) => row.SamplingRate),
        new("FinishType", RowKind.Finish, FlowParts.None, (in row, _) => (ulong)row.Finish),
    ];

    private static IEnumerable<RowField> AllLatest() =>
    [
        OfLatest("ABPackets", (in row, in update) => update.IsAny ? update.AbPackets : row.AbPackets),
        OfLatest("ABBytes", (in row, in update) => update.IsAny ? update.AbBytes : row.AbBytes),
        OfLatest("BAPackets", (in row, in update) => update.IsAny ? update.BaPackets : row.BaPackets),
        OfLatest("BABytes", (in row, in update) => update.IsAny ? update.BaBytes : row.BaBytes),
        OfLatest("Start", (in row, in update) => update.IsAny ? update.Start : row.Start),
        OfLatest("Last", (in row, in update) => update.IsAny ? FlowUpdate.LastOf(row) : row.Last),
        OfLatest("RTT", (in row, in _) => row.Rtt),
    ];

    private static RowField OfLatest(string key, LatestNumber get) =>
        new(key, RowKind.Number, FlowParts.None, (in row, fields) => (ulong)get(row, fields.Update)) { Latest = get };

    private static RowField OfUpdate(string key, RowNumber get) => new(key, RowKind.Number, FlowParts.None, get) { IsOfUpdate = true };
}
