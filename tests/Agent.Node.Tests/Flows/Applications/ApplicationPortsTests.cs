using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Applications;
using Shared.Messages.Configuration;
using static Agent.Node.Tests.PacketCraft;
using FlowOptions = Agent.Node.Flows.FlowOptions;

namespace Agent.Node.Tests.Flows.Applications;

public sealed class ApplicationPortsTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_700_000_000 * Second;

    [Fact]
    public void The_built_in_ports_and_timeouts_are_those_of_the_reference_configuration()
    {
        var reference = SkydiveConfig.Load().Flow;
        DefaultApplicationPorts.Tcp.ShouldBe(reference.ApplicationPorts.Tcp, ignoreOrder: true);
        DefaultApplicationPorts.Udp.ShouldBe(reference.ApplicationPorts.Udp, ignoreOrder: true);
        ApplicationTimeouts.Default.ShouldBe(reference.ApplicationTimeouts, ignoreOrder: true);
    }

    [Theory]
    [InlineData(40000, 80, "HTTP")]
    [InlineData(80, 40000, "HTTP")]
    [InlineData(8080, 22, "SSH")]
    [InlineData(22, 8080, "SSH")]
    [InlineData(40000, 40001, "TCP")]
    public void The_lower_of_the_known_ports_names_the_application(int source, int destination, string application)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions(), Captures.Origin, output);
        engine.Process(Start, LinkType.Ethernet, 60, Ethernet(0x0800, Ipv4(6, Tcp(source, destination))));
        engine.End();
        output.Flows.ShouldHaveSingleItem().Application.ShouldBe(application);
    }

    [Fact]
    public void Ports_of_UDP_and_TCP_are_named_apart_and_as_configured()
    {
        var ports = new ApplicationPorts(new Dictionary<int, string> { [7] = "one" }, new Dictionary<int, string> { [7] = "other" });
        ports.NameOf(LayerType.Tcp, 7, 9).ShouldBe("one");
        ports.NameOf(LayerType.Udp, 9, 7).ShouldBe("other");
        ports.NameOf(LayerType.Sctp, 7, 7).ShouldBe("");
    }

    [Fact]
    public void A_flow_ends_by_the_timeout_of_its_application_by_port_or_last_layer()
    {
        var output = new FinalFlows();
        var options = new FlowOptions
        {
            ExpireAfter = TimeSpan.FromSeconds(60),
            ApplicationTimeouts = new Dictionary<string, TimeSpan> { ["dns"] = TimeSpan.FromSeconds(10), ["ARP"] = TimeSpan.FromSeconds(20), ["SSH"] = TimeSpan.FromSeconds(100) },
        };
        var engine = new FlowEngine(options, Captures.Origin, output);
        engine.AdvanceTo(new(Start, 0));
        byte[][] packets =
        [
            Ethernet(0x0800, Ipv4(17, Udp(40000, 53, []))), Ethernet(0x0806, Arp()), Ethernet(0x0800, Ipv4(6, Tcp(40000, 22))), Ethernet(0x0800, Ipv4(6, Tcp(40000, 9)))
        ];
        foreach (var packet in packets)
        {
            engine.Process(Start, LinkType.Ethernet, packet.Length, packet);
        }

        CountAt(engine, 9).ShouldBe(4);
        CountAt(engine, 12).ShouldBe(3);
        CountAt(engine, 22).ShouldBe(2);
        CountAt(engine, 62).ShouldBe(1);
        CountAt(engine, 102).ShouldBe(0);
        output.Flows.ShouldAllBe(flow => flow.FinishType == Shared.Messages.Flows.FinishType.Timeout);
    }

    private static int CountAt(FlowEngine engine, int seconds)
    {
        engine.AdvanceTo(new(Start + (seconds * Second), 0));
        return engine.Count;
    }
}
