using System.Globalization;
using System.Text.Json.Nodes;

namespace Lab.Tutorial;

/// <summary>The fields of a flow's JSON that the tutorial looks at.</summary>
internal sealed record FlowRecord(
    string Uuid, string ParentUuid, string L3TrackingId, string LayersPath, string NodeTid,
    string NetworkA, string NetworkB, long NetworkId, string? Transport, long? IcmpId,
    long AbPackets, long AbBytes, long BaPackets, long BaBytes, long Start)
{
    /// <summary>"10.0.0.1 → 10.0.0.2", with ports or the ICMP id where there are any; the MAC addresses when there's no network layer.</summary>
    public string Endpoints { get; private init; } = "";

    public static FlowRecord Parse(JsonObject flow)
    {
        var network = flow["Network"] as JsonObject;
        var transport = flow["Transport"] as JsonObject;
        var icmp = flow["ICMP"] as JsonObject;
        var link = flow["Link"] as JsonObject;
        var metric = flow["Metric"] as JsonObject;
        var (a, b) = network is null ? (Text(link, "A"), Text(link, "B")) : (Text(network, "A"), Text(network, "B"));
        var endpoints = transport is null ? $"{a} → {b}" : $"{a}:{Number(transport, "A")} → {b}:{Number(transport, "B")}";
        return new FlowRecord(
            Text(flow, "UUID"), Text(flow, "ParentUUID"), Text(flow, "L3TrackingID"), Text(flow, "LayersPath"), Text(flow, "NodeTID"),
            Text(network, "A"), Text(network, "B"), Number(network, "ID"), transport is null ? null : Text(transport, "Protocol"),
            icmp is null ? null : Number(icmp, "ID"),
            Number(metric, "ABPackets"), Number(metric, "ABBytes"), Number(metric, "BAPackets"), Number(metric, "BABytes"), Number(flow, "Start"))
        {
            Endpoints = icmp is null ? endpoints : $"{endpoints} {Text(icmp, "Type")} id {Number(icmp, "ID")}",
        };
    }

    private static string Text(JsonObject? o, string name) => o?[name]?.ToString() ?? "";

    private static long Number(JsonObject? o, string name) =>
        long.TryParse(o?[name]?.ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
