using System.Collections.Immutable;
using System.Globalization;
using Shared.Messages.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Flows;

/// <summary>
/// A flow as users see it: the fields of Skydive's flow JSON under their names. The one place that says how a flow is named;
/// queries, JSON and tables read flows through it. A layer a flow doesn't have has no fields.
/// </summary>
public static class FlowView
{
    private static readonly (string Name, Func<Flow, MetaValue> Value)[] Fields =
    [
        ("UUID", f => f.Uuid),
        ("LayersPath", f => f.LayersPath),
        ("Application", f => f.Application),
        ("Link", f => Layer(f.Link)),
        ("Network", f => Layer(f.Network)),
        ("Transport", f => f.Transport is null ? default(MetaValue) : Metadata.Create(
            ("Protocol", f.Transport.Protocol), ("A", f.Transport.A), ("B", f.Transport.B), ("ID", f.Transport.Id))),
        ("ICMP", f => Icmp(f.Icmp)),
        ("ICMPErrors", f => f.IcmpErrors.Count == 0 ? default(MetaValue) : f.IcmpErrors.Select(IcmpError).ToImmutableArray()),
        ("OtherICMPErrors", f => f.OtherIcmpErrors == 0 ? default(MetaValue) : f.OtherIcmpErrors),
        ("DNS", f => ApplicationView.Dns(f.Dns)),
        ("DHCPv4", f => ApplicationView.Dhcpv4(f.Dhcpv4)),
        ("VRRPv2", f => ApplicationView.Vrrp(f.Vrrp, 2)),
        ("VRRPv3", f => ApplicationView.Vrrp(f.Vrrp, 3)),
        ("TLS", f => ApplicationView.Tls(f.Tls)),
        ("HTTP", f => ApplicationView.Http(f.Http)),
        ("Metric", f => Metric(f.Metric)),
        ("LastUpdateMetric", f => Metric(f.LastUpdateMetric)),
        ("TCPMetric", f => Counters(f.TcpMetric)),
        ("IPMetric", f => Counters(f.IpMetric)),
        ("Tunnel", f => FlowTunnelView.Of(f.Tunnel)),
        ("Start", f => f.Start),
        ("Last", f => f.Last),
        ("RTT", f => f.RttNs),
        ("TrackingID", f => f.TrackingId),
        ("L3TrackingID", f => f.L3TrackingId),
        ("ParentUUID", f => f.ParentUuid),
        ("NodeTID", f => f.NodeTid),
        ("CaptureID", f => f.CaptureId),
        ("Host", f => f.Host),
        ("RawPacketsCaptured", f => f.RawPacketsCaptured),
        ("SamplingRate", f => (long)f.SamplingRate),
        ("FinishType", f => FinishName(f.FinishType)),
    ];

    private static readonly Dictionary<string, Func<Flow, MetaValue>> ByName = Fields.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);

    /// <summary>Names of all fields a flow can have.</summary>
    internal static IEnumerable<string> Names => Fields.Select(f => f.Name);

    /// <summary>The whole flow; layers and metrics it doesn't have are left out.</summary>
    public static IEnumerable<KeyValuePair<string, MetaValue>> All(Flow flow)
    {
        foreach (var (name, value) in Fields)
        {
            var field = value(flow);
            if (field.Kind != MetaKind.Null)
            {
                yield return new(name, field);
            }
        }
    }

    /// <summary>The value of a dotted key.</summary>
    public static bool TryGet(Flow flow, string key, out MetaValue value)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        value = ByName.TryGetValue(dot < 0 ? key : key[..dot], out var field) ? field(flow) : default;
        if (dot < 0)
        {
            return value.Kind != MetaKind.Null;
        }

        var outer = value;
        value = default;
        return outer.Kind == MetaKind.Map && outer.Fields.TryLookup(key[(dot + 1)..], out value);
    }

    /// <summary>All dotted keys of a flow.</summary>
    public static IEnumerable<string> Keys(Flow flow)
    {
        foreach (var (name, value) in All(flow))
        {
            if (value.Kind != MetaKind.Map)
            {
                yield return name;
                continue;
            }

            foreach (var inner in value.Fields.Keys())
            {
                yield return name + "." + inner;
            }
        }
    }

    /// <summary>Whether any flow can have this key: a wrong one in a query is an error rather than an empty answer.</summary>
    public static bool IsKnown(string key)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        return ByName.ContainsKey(dot < 0 ? key : key[..dot]);
    }

    /// <summary>The counters of a flow since its start.</summary>
    public static Metadata? MetricOf(Flow flow) => Metric(flow.Metric) is { Kind: MetaKind.Map } metric ? metric.Fields : null;

    /// <summary>The counters of a flow's last update, or since its start while there has been none: what's the latest of its metrics.</summary>
    internal static Metadata? LatestMetricOf(Flow flow) => Metric(flow.LastUpdateMetric ?? flow.Metric) is { Kind: MetaKind.Map } metric ? metric.Fields : null;

    private static MetaValue Icmp(IcmpLayer? icmp) => icmp is null ? default(MetaValue) : Metadata.Create(
        [("Type", icmp.Type), ("Code", (long)icmp.Code), ("ID", (long)icmp.Id), .. icmp.About.Count == 0 ? [] : new (string, MetaValue)[] { ("About", icmp.About.Select(uuid => (MetaValue)uuid).ToImmutableArray()) }]);

    private static MetaValue IcmpError(IcmpError error) =>
        Metadata.Create(("Type", error.Type), ("Code", (long)error.Code), ("From", error.From), ("Count", error.Count));

    private static MetaValue Layer(FlowLayer? layer) => layer is null
        ? default(MetaValue)
        : Metadata.Create(("Protocol", layer.Protocol), ("A", layer.A), ("B", layer.B), ("ID", layer.Id));

    private static MetaValue Metric(FlowMetric? metric) => metric is null
        ? default(MetaValue)
        : Metadata.Create(
            ("ABPackets", metric.AbPackets), ("ABBytes", metric.AbBytes), ("BAPackets", metric.BaPackets), ("BABytes", metric.BaBytes),
            ("Start", metric.Start), ("Last", metric.Last), ("RTT", metric.Rtt));

    // "ab_syn_start" is Skydive's "ABSynStart".
    private static MetaValue Counters(Google.Protobuf.IMessage? counters) => counters is null
        ? default(MetaValue)
        : Metadata.Create(counters.Descriptor.Fields.InFieldNumberOrder().Select(f => (NameOf(f.Name), (MetaValue)(long)f.Accessor.GetValue(counters))));

    private static string NameOf(string field) => string.Concat(field.Split('_').Select(word => word switch
    {
        "ab" or "ba" or "ttl" => word.ToUpperInvariant(),
        _ => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..],
    }));

    /// <summary>As the JSON names it.</summary>
    public static string FinishName(FinishType finish) => finish switch
    {
        FinishType.Timeout => "TIMEOUT",
        FinishType.TcpFin => "TCP_FIN",
        FinishType.TcpRst => "TCP_RST",
        _ => "NOT_FINISHED",
    };
}

/// <summary>A flow's member Tunnel as users see it; what its headers don't have is left out.</summary>
internal static class FlowTunnelView
{
    public static MetaValue Of(FlowTunnel? tunnel) => tunnel is null ? default(MetaValue) : Metadata.Create(Fields(tunnel));

    private static IEnumerable<(string, MetaValue)> Fields(FlowTunnel tunnel)
    {
        if (tunnel.HasGreKey)
        {
            yield return ("GREKey", (long)tunnel.GreKey);
        }

        if (tunnel.HasGreSequence)
        {
            yield return ("GRESequence", (long)tunnel.GreSequence);
        }

        if (tunnel.MplsLabels.Count > 0)
        {
            yield return ("MPLSLabels", tunnel.MplsLabels.Select(label => (MetaValue)(long)label).ToImmutableArray());
        }

        if (tunnel.GeneveOptions.Count > 0)
        {
            yield return ("GeneveOptions", tunnel.GeneveOptions.Select(Option).ToImmutableArray());
        }

        if (tunnel.GroupPolicy is { } policy)
        {
            yield return ("GroupPolicy", Metadata.Create(("ID", (long)policy.Id), ("DontLearn", policy.DontLearn), ("PolicyApplied", policy.PolicyApplied)));
        }

        if (tunnel.HasPppoeSession)
        {
            yield return ("PPPoESession", (long)tunnel.PppoeSession);
        }

        if (tunnel.HasReturnId)
        {
            yield return ("ReturnID", tunnel.ReturnId);
        }
    }

    private static MetaValue Option(GeneveOptionValue option) => Metadata.Create(
        ("Class", (long)option.Class), ("Type", (long)option.Type), ("Value", Convert.ToHexStringLower(option.Value.Span)));
}
