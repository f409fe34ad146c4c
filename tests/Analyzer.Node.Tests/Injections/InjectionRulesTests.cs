using Analyzer.Node.Injections;
using Analyzer.Node.Tests.Kit;
using Google.Protobuf;
using Shared.Messages.Injections;
using Topology.Fabric.Model;
using GraphNode = Topology.Fabric.Model.Node;

namespace Analyzer.Node.Tests.Injections;

public sealed class InjectionRulesTests
{
    private static readonly GraphNode Source = FixedSelector.NodeOf("eth0", "h1", ("MAC", "02:00:00:00:00:01"), ("IPV4", MetaValue.Texts(["10.0.0.1/24", "10.0.0.9/24"])), ("IPV6", MetaValue.Texts(["fd00::1/64"])));
    private static readonly GraphNode Destination = FixedSelector.NodeOf("eth0", "h2", ("MAC", "02:00:00:00:00:02"), ("IPV4", MetaValue.Texts(["10.0.0.2/24"])));
    private static readonly GraphNode Bare = FixedSelector.NodeOf("br0", "h3");

    private static Injection Asked => new() { Src = "G.V('s')", Dst = "G.V('d')", Type = "icmp4" };

    [Fact]
    public void Addresses_come_from_the_nodes()
    {
        var (resolved, error) = InjectionRules.Resolve(Asked, [Source], [Destination]);

        error.ShouldBeNull();
        resolved!.SrcIp.ShouldBe("10.0.0.1");
        resolved.DstIp.ShouldBe("10.0.0.2");
        resolved.SrcMac.ShouldBe("02:00:00:00:00:01");
        resolved.DstMac.ShouldBe("02:00:00:00:00:02");
        resolved.Host.ShouldBe("h1");
        resolved.NodeId.ShouldBe("eth0");
        resolved.Count.ShouldBe(1ul);
    }

    [Fact]
    public void Given_addresses_win()
    {
        var asked = Asked;
        asked.SrcIp = "192.0.2.1";
        asked.DstMac = "02:00:00:00:00:ff";
        asked.Count = 5;

        var resolved = InjectionRules.Resolve(asked, [Source], [Destination]).Resolved!;
        resolved.SrcIp.ShouldBe("192.0.2.1");
        resolved.DstMac.ShouldBe("02:00:00:00:00:ff");
        resolved.Count.ShouldBe(5ul);
    }

    [Fact]
    public void Destination_addresses_are_enough_without_a_destination_node()
    {
        var asked = new Injection { Src = "G.V('s')", Type = "udp6", DstIp = "fd00::2", DstMac = "02:00:00:00:00:02" };

        InjectionRules.Check(asked).ShouldBeNull();
        InjectionRules.Resolve(asked, [Source], []).Resolved!.SrcIp.ShouldBe("fd00::1");
    }

    public static TheoryData<Action<Injection>, string?> Sizes => new()
    {
        { asked => asked.Src = new string('G', 4097), "Src: 4097 characters are more than the 4096 there may be." },
        { asked => asked.Dst = new string('G', 4097), "Dst: 4097 characters are more than the 4096 there may be." },
        { asked => asked.SrcIp = new string('1', 65), "SrcIP: 65 characters are more than the 64 there may be." },
        { asked => asked.Type = new string('t', 65), "Type: 65 characters are more than the 64 there may be." },
        { asked => asked.Payload = new string('ü', 32_501), "Payload: 65002 bytes are more than the 65000 of a packet." },
        { asked => asked.Payload = new string('ü', 32_500), null },
        { asked => asked.Pcap = ByteString.CopyFrom(new byte[InjectionLimits.MaxPcap + 1]), "Pcap: 12582913 bytes are more than the 12 MiB there may be." },
        { asked => asked.Pcap = ByteString.CopyFrom(new byte[InjectionLimits.MaxPcap]), null },
        { asked => asked.Count = 1_000_001, "Count: 1000001 packets are more than the 1000000 of one injection." },
        { asked => asked.Count = 1_000_000, null },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_is_larger_than_it_may_be_is_named(Action<Injection> make, string? error)
    {
        var asked = Asked;
        make(asked);

        InjectionRules.Check(asked).ShouldBe(error);
    }

    [Fact]
    public void What_the_nodes_lack_is_named()
    {
        ErrorOf([], [Destination]).ShouldBe("Src: no node matches G.V('s').");
        ErrorOf([Source], []).ShouldBe("Dst: no node matches G.V('d').");
        ErrorOf([Source, Bare], [Destination]).ShouldBe("Src: 2 nodes match G.V('s'), but one is needed: eth0 on h1, br0 on h3.");
        ErrorOf([Bare], [Destination]).ShouldBe("Src: node br0 on h3 has no IP; give SrcIP.");
        ErrorOf([Source], [FixedSelector.NodeOf("x", "h2", ("IPV4", MetaValue.Texts(["10.0.0.2/24"])))]).ShouldBe("Dst: node x on h2 has no MAC; give DstMAC.");
    }

    [Theory]
    [InlineData("", "d", "icmp4", "", "", "", "Src:")]
    [InlineData("s", "", "icmp4", "", "", "", "Dst:")]
    [InlineData("s", "", "icmp4", "10.0.0.2", "", "", "DstMAC:")]
    [InlineData("s", "d", "icmp5", "", "", "", "Type: \"icmp5\"")]
    [InlineData("s", "d", "icmp4", "fd00::1", "", "", "DstIP: fd00::1 does not fit type icmp4")]
    [InlineData("s", "d", "icmp4", "nonsense", "", "", "DstIP: \"nonsense\" is not an IP address")]
    [InlineData("s", "d", "icmp4", "", "02:00", "", "DstMAC: \"02:00\" is not a MAC address")]
    [InlineData("s", "d", "icmp4", "", "", "10.0.0.1/24", "SrcIP: \"10.0.0.1/24\" is not an IP address")]
    public void What_is_wrong_is_named(string src, string dst, string type, string dstIp, string dstMac, string srcIp, string named) =>
        InjectionRules.Check(new Injection { Src = src, Dst = dst, Type = type, DstIp = dstIp, DstMac = dstMac, SrcIp = srcIp }).ShouldNotBeNull().ShouldContain(named);

    private static string? ErrorOf(GraphNode[] sources, GraphNode[] destinations) =>
        InjectionRules.Resolve(Asked, sources, destinations).Error;
}
