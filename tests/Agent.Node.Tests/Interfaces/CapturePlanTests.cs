using Agent.Node.Capture;
using Agent.Node.Decoding;
using Agent.Node.Interfaces;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;

namespace Agent.Node.Tests.Interfaces;

public sealed class CapturePlanTests
{
    private static readonly SkydiveConfig Config = SkydiveConfig.Load();
    private static readonly CapturePlace Device = new CapturePlace.Device("eth0", 2, "/var/run/netns/ns1");
    private static readonly CapturePlace Bridge = new CapturePlace.Bridge("br0");

    [Fact]
    public void An_interface_is_captured_in_its_namespace()
    {
        var plan = Plan(Device, "");

        plan.Type.ShouldBe("pcap");
        (plan.Settings.Source, plan.Settings.Device, plan.Settings.NamespacePath).ShouldBe((CaptureSource.Pcap, "eth0", "/var/run/netns/ns1"));
        (plan.Settings.NodeTid, plan.Settings.Host, plan.Settings.SnapLength, plan.Settings.LayerKeyMode).ShouldBe(("tid", "h1", 256, "L2"));
    }

    [Fact]
    public void A_bridge_is_mirrored_unless_sFlow_is_asked_for()
    {
        Plan(Bridge, "").Type.ShouldBe("ovsmirror");
        Plan(Bridge, "").Settings.Device.ShouldBe(BridgeMirror.PortName("br0", "c1"));
        var sflow = Plan(Bridge, "ovssflow").Settings;
        (sflow.Source, sflow.ListenPort, sflow.SamplingRate).ShouldBe((CaptureSource.Sflow, 6345, 1));
    }

    [Fact]
    public void A_host_and_an_interface_s_namespace_can_receive_what_other_machines_count()
    {
        var netflow = Plan(new CapturePlace.Host(), "netflow").Settings;
        (netflow.Source, netflow.ListenAddress, netflow.ListenPort, netflow.NamespacePath).ShouldBe((CaptureSource.NetFlow, "127.0.0.1", 2055, null));
        var inside = Plan(Device, "netflow", new Shared.Messages.Captures.Capture { Port = 4739 }).Settings;
        (inside.Source, inside.ListenPort, inside.NamespacePath).ShouldBe((CaptureSource.NetFlow, 4739, "/var/run/netns/ns1"));
        Plan(new CapturePlace.Host(), "sflow").Settings.Source.ShouldBe(CaptureSource.Sflow);
        Error(new CapturePlace.Host(), "").ShouldBe("a host has no packets of its own: say sflow or netflow, or capture on an interface");
    }

    [Fact]
    public void What_the_user_says_wins_over_the_defaults()
    {
        var settings = Plan(Bridge, "ovssflow", new Shared.Messages.Captures.Capture { HeaderSize = 100, SamplingRate = 50, BpfFilter = "icmp", LayerKeyMode = "L3", IpDefrag = true }).Settings;

        (settings.SnapLength, settings.SamplingRate, settings.BpfFilter, settings.LayerKeyMode, settings.IpDefrag).ShouldBe((100, 50, "icmp", "L3", true));
    }

    [Fact]
    public void Sampling_raw_packets_and_TCP_metrics_are_done_at_any_place()
    {
        var asked = new Shared.Messages.Captures.Capture { SamplingRate = 20, RawPacketLimit = 7, ExtraTcpMetric = true };
        foreach (var place in new[] { Device, Bridge, new CapturePlace.File("x.pcap") })
        {
            var settings = Plan(place, "", asked.Clone()).Settings;
            (settings.SamplingRate, settings.RawPacketLimit, settings.ExtraTcpMetric).ShouldBe((20, 7, true));
            foreach (var options in new[] { CaptureFlowOptions.Outside(settings), CaptureFlowOptions.Inside(settings) })
            {
                (options.RawPacketLimit, options.ExtraTcpMetric).ShouldBe((7, true));
            }
        }
        Plan(Device, "", new Shared.Messages.Captures.Capture { ReassembleTcp = true }).Settings.ExtraTcpMetric.ShouldBeTrue();
    }

    [Fact]
    public void What_is_configured_of_applications_reaches_the_captures_and_the_tunnels_in_them()
    {
        var flows = SkydiveConfig.Parse("skydive.flow { application-ports.tcp.7777 = Mine, application-timeouts.Mine = 3s, applications-by-content = off }").Flow;
        var wanted = new NodeCapture { NodeTid = "tid", Capture = new Shared.Messages.Captures.Capture { Uuid = "c1" } };
        var settings = CapturePlan.Decide(wanted, Device, 0, "h1", Config.Agent.Capture, flows).Plan!.Settings;
        CaptureFlowOptions.Origin(settings).ApplicationPorts.NameOf(LayerType.Tcp, 7777, 40000).ShouldBe("Mine");
        foreach (var options in new[] { CaptureFlowOptions.Outside(settings), CaptureFlowOptions.Inside(settings) })
        {
            (options.ApplicationsByContent, options.ApplicationTimeouts["Mine"]).ShouldBe((false, TimeSpan.FromSeconds(3)));
        }
    }

    [Fact]
    public void More_than_is_allowed_isnt_done_whoever_asks()
    {
        var settings = Plan(Device, "", new Shared.Messages.Captures.Capture { SamplingRate = uint.MaxValue, RawPacketLimit = uint.MaxValue, HeaderSize = uint.MaxValue }).Settings;

        (settings.SamplingRate, settings.RawPacketLimit, settings.SnapLength).ShouldBe((1_000_000, 100, 65535));
    }

    [Fact]
    public void A_file_s_packets_are_taken_whole_unless_less_is_asked_for()
    {
        var file = new CapturePlace.File("x.pcap");

        Plan(file, "").Settings.SnapLength.ShouldBe(65535);
        Plan(file, "", new Shared.Messages.Captures.Capture { HeaderSize = 64 }).Settings.SnapLength.ShouldBe(64);
    }

    [Theory]
    [InlineData("ovsmirror", "capture type ovsmirror is for Open vSwitch bridges, and this is an interface: use pcap")]
    [InlineData("magic", "capture type magic isn't known: use pcap, ovsmirror, ovssflow, sflow or netflow")]
    public void A_type_that_doesnt_fit_is_told(string type, string error) => Error(Device, type).ShouldBe(error);

    [Fact]
    public void Where_nothing_can_be_captured_the_reason_is_told()
    {
        Error(new CapturePlace.None(), "").ShouldBe("there's no device to capture on: capture on the bridge it belongs to");
        Error(Bridge, "pcap").ShouldBe("capture type pcap doesn't fit an Open vSwitch bridge: use ovsmirror or ovssflow");
        CapturePlan.Decide(Wanted("ovssflow"), Bridge, 0, "h1", Config.Agent.Capture, Config.Flow).Error
            .ShouldBe("no UDP port is free for sFlow: 6345 to 6355 are in use");
    }

    [Fact]
    public void Ports_are_held_as_long_as_their_capture_is_wanted()
    {
        var ports = new SflowPorts(10, 11);
        ports.Hold("n", "a", 0).ShouldBe(10);
        ports.Hold("n", "b", 0).ShouldBe(11);
        ports.Hold("n", "a", 0).ShouldBe(10);
        ports.Hold("n", "c", 0).ShouldBe(0);
        ports.Hold("n", "d", 10).ShouldBe(0);
        ports.Hold("n", "e", 99).ShouldBe(99);

        ports.Keep(new HashSet<(string, string)> { ("n", "b") });

        ports.Hold("n", "c", 0).ShouldBe(10);
    }

    [Fact]
    public void Captures_know_tunnels_by_the_configured_ports_in_one_table_for_all()
    {
        var flows = SkydiveConfig.Parse("skydive.flow { tunnel-ports.vxlan = [9999], nvgre = on }").Flow;
        CaptureSettings Decided() => CapturePlan.Decide(Wanted("pcap"), Device, 0, "h1", Config.Agent.Capture, flows).Plan.ShouldNotBeNull().Settings;
        var ports = Decided().TunnelPorts;

        (ports[9999], ports[4789], ports[6081], ports.IsNvgre).ShouldBe((LayerType.Vxlan, LayerType.None, LayerType.Geneve, true));
        Decided().TunnelPorts.ShouldBeSameAs(ports);
        CaptureFlowOptions.Inside(Decided()).Ports.ShouldBeSameAs(ports);
        CaptureFlowOptions.Outside(Decided()).Ports.ShouldBeSameAs(ports);
    }

    [Fact]
    public void The_configuration_s_default_ports_are_the_decoder_s() =>
        Enumerable.Range(0, 65536).ShouldAllBe(port => Plan(Device, "pcap", null).Settings.TunnelPorts[(ushort)port] == TunnelPorts.Default[(ushort)port]);

    [Fact]
    public void A_mirrors_port_has_a_name_a_device_can_have()
    {
        var name = BridgeMirror.PortName("a-bridge-with-quite-a-long-name", Guid.NewGuid().ToString());

        name.Length.ShouldBe(15);
        BridgeMirror.IsPortName(name).ShouldBeTrue();
        BridgeMirror.IsPortName("skmeth0").ShouldBeFalse();
        BridgeMirror.PortName("br0", "c1").ShouldNotBe(BridgeMirror.PortName("br1", "c1"));
    }

    private static CapturePlan Plan(CapturePlace place, string type, Shared.Messages.Captures.Capture? capture = null)
    {
        var (plan, error) = CapturePlan.Decide(Wanted(type, capture), place, 6345, "h1", Config.Agent.Capture, Config.Flow);
        error.ShouldBeNull();
        return plan.ShouldNotBeNull();
    }

    private static string? Error(CapturePlace place, string type) =>
        CapturePlan.Decide(Wanted(type), place, 6345, "h1", Config.Agent.Capture, Config.Flow).Error;

    private static NodeCapture Wanted(string type, Shared.Messages.Captures.Capture? capture = null)
    {
        capture ??= new Shared.Messages.Captures.Capture();
        (capture.Uuid, capture.Type) = ("c1", type);
        return new NodeCapture { NodeId = "node", NodeTid = "tid", Capture = capture };
    }
}
