using System.Text.Json;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Tests;
using Cli.Flows;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Cli.Tests.Flows;

public sealed class FlowTextTests
{
    private static readonly byte[] Packet = Ipv4(1, Echo(1, 1), "192.168.1.1", "192.168.1.2");
    private static readonly byte[] Frame = Ethernet(0x0800, Packet);

    [Fact]
    public void A_network_of_GRE_is_called_what_it_is()
    {
        About(TunnelPorts.Default, Gre(0x88be, ErspanII(33, Frame), sequence: 1)).ShouldBe("session 33");
        About(TunnelPorts.Default, Gre(0x22eb, ErspanIII(33, Frame), sequence: 1)).ShouldBe("session 33");
        About(TunnelPorts.Default, Gre(0x88be, ErspanII(33, Frame), key: 7, sequence: 1)).ShouldBe("session 33");
        About(TunnelPorts.Default, Gre(0x6558, Frame, key: 33)).ShouldBe("key 33");
        About(new TunnelPorts { IsNvgre = true }, Gre(0x6558, Frame, key: 0x0102ff)).ShouldBe("VSID 258");
    }

    [Theory]
    [InlineData("reports/gtpu_two_teids", "TEID 4369 ↔ 8738")]
    [InlineData("reports/mpls_two_labels", "label 100 ↔ 200")]
    [InlineData("reports/l2tpv2", "session 5/7")]
    [InlineData("tunnels/labels-of-two-directions", "label 100,300 ↔ 200,299776")]
    [InlineData("tunnels/l2tp-of-two-directions", "session 5/7 ↔ 6/8")]
    public void A_tunnel_is_told_with_the_identifiers_of_both_directions(string capture, string text) =>
        FlowText.About(Captures.FlowsOf(Captures.File(capture + ".pcap")).Single(flow => flow.ParentUuid.Length == 0)).ShouldBe(text);

    [Theory]
    [InlineData("tunnels/backbone", "VLAN 8 I-SID 66051 VLAN 42 HTTP")]
    [InlineData("reports/pbb", "I-SID 257 HTTP GET h.example 200")]
    public void A_service_instance_is_no_VLAN(string capture, string text) =>
        FlowText.About(Captures.FlowsOf(Captures.File(capture + ".pcap")).ShouldHaveSingleItem()).ShouldBe(text);

    [Fact]
    public void JSON_has_a_tunnels_details()
    {
        Json(Ipv4(47, Gre(0x8847, Mpls(Packet, 100), key: 7, sequence: 8))).ShouldBe("""{"GREKey":7,"GRESequence":8,"MPLSLabels":[100]}""");
        Json(Ipv4(17, Udp(1, 6081, GeneveWith(5, 0x6558, GeneveOption(0x0102, 0x80, [1, 2, 3, 4]), Frame))))
            .ShouldBe("""{"GeneveOptions":[{"Class":258,"Type":128,"Value":"01020304"}]}""");
        Json(Ipv4(17, Udp(1, 4789, VxlanGroup(5, 50, Frame)))).ShouldBe("""{"GroupPolicy":{"DontLearn":true,"ID":50,"PolicyApplied":true}}""");
    }

    [Fact]
    public void JSON_has_the_identifier_of_a_tunnels_other_direction()
    {
        var tunnel = Captures.FlowsOf(Captures.File("reports/gtpu_two_teids.pcap")).Single(flow => flow.ParentUuid.Length == 0);
        Json(tunnel).ShouldBe("""{"ReturnID":8738}""");
    }

    private static string Json(byte[] packet) => Json(Tunnel(TunnelPorts.Default, packet));

    private static string Json(Flow flow)
    {
        using var output = new MemoryStream();
        var printer = new JsonPrinter(output);
        printer.Print(flow);
        printer.Finish();
        return JsonDocument.Parse(output.ToArray()).RootElement.GetProperty("Tunnel").GetRawText();
    }

    private static string About(TunnelPorts ports, byte[] gre) => FlowText.About(Tunnel(ports, Ipv4(47, gre)));

    private static Flow Tunnel(TunnelPorts ports, byte[] packet)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions { Ports = ports }, Captures.Origin, output);
        engine.Process(1, LinkType.Ip, packet.Length, packet);
        engine.End();
        return output.Flows.Single(flow => flow.ParentUuid.Length == 0);
    }
}
