using Agent.Node.Flows;
using Shared.Messages.Flows;

namespace Agent.Node.Tests.Flows;

/// <summary>
/// Captures that stand for a kind of packets which flow tools were reported to get wrong; unless it's said here, an HTTP
/// connection of five packets there and three back is in each.
/// </summary>
public sealed class ReportedTunnelTests
{
    [Theory]
    [InlineData("ipv4_ah", "Ethernet/IPv4/AH/TCP")]
    [InlineData("pbb", "Ethernet/PBB/IPv4/TCP")]
    [InlineData("vntag", "Ethernet/VNTag/IPv4/TCP")]
    [InlineData("macsec_plain", "Ethernet/MACsec/IPv4/TCP")]
    [InlineData("gtpu_two_teids", "IPv4/TCP", "Ethernet/IPv4/UDP/GTPv1U", 0x1111, 0x2222)]
    [InlineData("mpls_two_labels", "IPv4/TCP", "Ethernet/MPLS", 100, 200)]
    [InlineData("nsh_eth", "Ethernet/IPv4/TCP", "Ethernet/NSH", 10)]
    [InlineData("vxlangpe_nsh", "IPv4/TCP", "Ethernet/IPv4/UDP/VXLAN-GPE/NSH", 10)]
    [InlineData("l2tpv2", "PPP/IPv4/TCP", "Ethernet/IPv4/UDP/L2TP", (5 << 16) | 7)]
    [InlineData("teredo", "IPv6/TCP", "Ethernet/IPv4/UDP/Teredo")]
    [InlineData("gue", "IPv4/TCP", "Ethernet/IPv4/UDP/GUE")]
    public void The_connection_is_whole_in_one_flow(string name, string path, string? tunnelPath = null, long id = 0, long returnId = 0)
    {
        var flows = Read(name);
        flows.Count.ShouldBe(tunnelPath is null ? 1 : 2);
        var connection = flows.Single(flow => flow.LayersPath == path);
        (connection.Transport.A, connection.Transport.B, connection.Application).ShouldBe((40000, 80, "HTTP"));
        connection.RttNs.ShouldBeGreaterThan(0);
        foreach (var flow in flows)
        {
            (flow.Metric.AbPackets, flow.Metric.BaPackets).ShouldBe((5, 3), flow.LayersPath);
        }

        if (tunnelPath is null)
        {
            return;
        }

        var tunnel = flows.Single(flow => flow.LayersPath == tunnelPath);
        connection.ParentUuid.ShouldBe(tunnel.Uuid);
        (tunnel.Network?.Id ?? 0).ShouldBe(id);
        (tunnel.Tunnel?.ReturnId ?? 0).ShouldBe(returnId);
    }

    [Fact]
    public void An_answer_to_an_MPLS_port_from_DNS_is_an_answer()
    {
        var flow = Read("dns_port51234").ShouldHaveSingleItem();
        (flow.LayersPath, flow.Metric.AbPackets, flow.Metric.BaPackets).ShouldBe(("Ethernet/IPv4/UDP/DNS", 1, 1));
    }

    [Fact]
    public void UDP_Lite_and_DCCP_have_ports()
    {
        var flows = Read("udplite_dccp");
        flows.Select(flow => $"{flow.LayersPath} {flow.Transport.A} {flow.Transport.B}").ShouldBe(
            [.. Enumerable.Range(1000, 3).Select(port => $"Ethernet/IPv4/UDPLite {port} 53"), .. Enumerable.Range(2000, 2).Select(port => $"Ethernet/IPv4/DCCP {port} 5001")], ignoreOrder: true);
    }

    private static List<Flow> Read(string name) => Captures.FlowsOf(Captures.File($"reports/{name}.pcap"));
}
