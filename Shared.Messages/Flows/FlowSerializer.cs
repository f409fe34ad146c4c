using Akka.Actor;
using Shared.Messages.Serialization;

namespace Shared.Messages.Flows;

/// <summary>
/// Serializes the protocol of flows: agents, flows entities, queries and the journal.
/// Manifests are part of the journal's format: add, never change.
/// </summary>
public sealed class FlowSerializer(ExtendedActorSystem system) : ProtocolSerializer(system, Protocol)
{
    internal static readonly Protocol Protocol = new(1001, "flows",
    [
        new("flow", Flow.Parser),
        new("flow-layer", FlowLayer.Parser),
        new("transport-layer", TransportLayer.Parser),
        new("icmp-layer", IcmpLayer.Parser),
        new("icmp-error", IcmpError.Parser),
        new("flow-metric", FlowMetric.Parser),
        new("tcp-metric", TcpMetric.Parser),
        new("ip-metric", IpMetric.Parser),
        new("flow-tunnel", FlowTunnel.Parser),
        new("geneve-option", GeneveOptionValue.Parser),
        new("vxlan-group-policy", VxlanGroupPolicy.Parser),
        new("dns", Dns.Parser),
        new("dns-question", DnsQuestion.Parser),
        new("dns-record", DnsRecord.Parser),
        new("dns-soa", DnsSoa.Parser),
        new("dns-srv", DnsSrv.Parser),
        new("dns-mx", DnsMx.Parser),
        new("dhcpv4", Dhcpv4.Parser),
        new("vrrp", Vrrp.Parser),
        new("tls", Tls.Parser),
        new("http", Http.Parser),
        new("update-flows", UpdateFlows.Parser),
        new("flows-stored", FlowsStored.Parser),
        new("flows-refused", FlowsRefused.Parser),
        new("flows-updated", FlowsUpdated.Parser),
        new("flows-expired", FlowsExpired.Parser),
        new("flows-state", FlowsState.Parser),
        new("flows-state-part", FlowsStatePart.Parser),
        new("flow-partitions-fixed", FlowPartitionsFixed.Parser),
        new("raw-packet", RawPacket.Parser),
        new("query-flows", QueryFlows.Parser),
        new("flows-part", FlowsPart.Parser),
        new("take-flows", TakeFlows.Parser),
        new("stop-flows", StopFlows.Parser),
        new("flows-group", FlowsGroup.Parser),
    ]);
}
