using System.Text.Json;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Command;
using PacketDotNet;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

public sealed class FlowsCommandTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"flows-{Guid.NewGuid():N}.pcap");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public FlowsCommandTests()
    {
        var inner = Ethernet(0x0800, Ipv4(6, Tcp(1000, 80), "192.168.0.1", "192.168.0.2"));
        Write(_file, LinkLayers.Ethernet, Enumerable.Repeat(Ethernet(0x0800, Ipv4(17, Udp(5000, 4789, Vxlan(77, inner)))), 3));
    }

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_table_has_inner_flows_indented_below_their_tunnel()
    {
        Run("table").ShouldBe(0);
        var lines = Lines();
        lines.Length.ShouldBe(3);
        lines[1].ShouldStartWith("Ethernet/IPv4/UDP/VXLAN  10.0.0.1:5000");
        lines[2].ShouldStartWith("  Ethernet/IPv4/TCP");
        lines[2].ShouldContain("192.168.0.1:1000");
        _error.ToString().ShouldStartWith("3 packets, 2 flows");
    }

    [Fact]
    public void JSON_is_a_flow_per_line()
    {
        Run("json").ShouldBe(0);
        var flows = Lines().Select(line => JsonDocument.Parse(line).RootElement).ToList();
        flows.Count.ShouldBe(2);
        var tunnel = flows.Single(flow => flow.GetProperty("ParentUUID").GetString() == "");
        tunnel.GetProperty("Network").GetProperty("ID").GetInt64().ShouldBe(77);
        var inner = flows.Single(flow => flow.GetProperty("ParentUUID").GetString() != "");
        inner.GetProperty("ParentUUID").GetString().ShouldBe(tunnel.GetProperty("UUID").GetString());
        inner.GetProperty("Metric").GetProperty("ABPackets").GetInt64().ShouldBe(3);
    }

    [Fact]
    public void CSV_has_a_value_per_column()
    {
        Run("csv").ShouldBe(0);
        var lines = Lines();
        lines.Length.ShouldBe(3);
        lines.ShouldAllBe(line => line.Split(',', StringSplitOptions.None).Length == lines[0].Split(',', StringSplitOptions.None).Length);
    }

    [Fact]
    public void None_only_counts()
    {
        Run("none").ShouldBe(0);
        _output.ToString().ShouldBeEmpty();
        _error.ToString().ShouldStartWith("3 packets, 2 flows");
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        FlowsCommand.Run(["/nowhere/x.pcap"], "table", null, new FlowOptions(), _output, _error).ShouldBe(1);
        _error.ToString().ShouldContain("/nowhere/x.pcap");
    }

    [Theory]
    [InlineData("vxlan=70000", "--tunnel-port vxlan=70000: should be")]
    [InlineData("stt=7471", "--tunnel-port stt=7471: should be")]
    [InlineData("4789", "--tunnel-port 4789: should be")]
    public void A_tunnel_port_that_can_not_be_is_named(string port, string error) =>
        FlowsCommand.Create().Parse(["-", "--tunnel-port", port]).Errors.ShouldHaveSingleItem().Message.ShouldStartWith(error);

    [Fact]
    public void A_port_of_two_tunnels_is_named() =>
        FlowsCommand.Create().Parse(["-", "--tunnel-port", "vxlan=5", "--tunnel-port", "gtp=5"]).Errors.ShouldHaveSingleItem().Message.ShouldBe("--tunnel-port gtp=5: 5 is given to VXLAN already");

    [Fact]
    public void Tunnel_ports_are_added_to_the_usual_ones()
    {
        var option = TunnelPortOption.Create();
        var command = new System.CommandLine.RootCommand { option };
        var ports = command.Parse(["--tunnel-port", "vxlan=4790", "--tunnel-port", "GENEVE=5"]).GetRequiredValue(option);
        (ports[4790], ports[5], ports[4789], ports[6081]).ShouldBe((LayerType.Vxlan, LayerType.Geneve, LayerType.Vxlan, LayerType.Geneve));
        command.Parse([]).GetRequiredValue(option).ShouldBeSameAs(TunnelPorts.Default);
    }

    private int Run(string output) => FlowsCommand.Run([_file], output, null, new FlowOptions { ReportUpdates = false }, _output, _error);

    private string[] Lines() => _output.ToString().TrimEnd().Split(Environment.NewLine);
}
