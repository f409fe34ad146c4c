using Agent.Node.Decoding;
using Agent.Node.Injection;
using InjectionRequest = Shared.Messages.Injections.Injection;

namespace Agent.Node.Tests.Injection;

public sealed class PacketTemplateTests
{
    private static readonly string[] Types = ["icmp4", "icmp6", "tcp4", "tcp6", "udp4", "udp6"];

    [Theory]
    [InlineData("icmp4", "Ethernet/IPv4/ICMPv4")]
    [InlineData("tcp4", "Ethernet/IPv4/TCP")]
    [InlineData("udp4", "Ethernet/IPv4/UDP")]
    [InlineData("icmp6", "Ethernet/IPv6/ICMPv6")]
    [InlineData("tcp6", "Ethernet/IPv6/TCP")]
    [InlineData("udp6", "Ethernet/IPv6/UDP")]
    public void Each_type_has_its_layers_and_the_fields_asked_for(string type, string path)
    {
        var injection = Request(type);
        injection.Payload = "hello";
        injection.Ttl = 7;
        var layers = Decode(new PacketTemplate(injection).Build(0));
        layers.Path.ToString().ShouldBe(path);
        layers.TimeToLive.ShouldBe((byte)7);
        if (layers.IsIcmpExchange)
        {
            (layers.IcmpId, layers.IcmpSequence).ShouldBe(((ushort)500, (ushort)1));
        }
        else
        {
            (layers.SourcePort, layers.DestinationPort).ShouldBe(((ushort)2000, (ushort)80));
        }
    }

    [Fact]
    public void Increment_moves_the_identifier_or_the_source_port_on()
    {
        var icmp = Request("icmp4");
        icmp.Increment = true;
        Decode(new PacketTemplate(icmp).Build(3)).IcmpId.ShouldBe((ushort)503);
        var udp = Request("udp6");
        udp.Increment = true;
        Decode(new PacketTemplate(udp).Build(3)).SourcePort.ShouldBe((ushort)2003);
        udp.Increment = false;
        Decode(new PacketTemplate(udp).Build(3)).SourcePort.ShouldBe((ushort)2000);
    }

    [Fact]
    public void Increment_payload_makes_each_packet_longer()
    {
        var injection = Request("udp4");
        injection.Payload = "ab";
        injection.IncrementPayload = 10;
        var template = new PacketTemplate(injection);
        (template.Build(2).Length - template.Build(0).Length).ShouldBe(20);
    }

    [RequiresFact("tshark")]
    public void Every_checksum_is_right_to_Wireshark_whatever_the_length()
    {
        var packets = new List<byte[]>();
        foreach (var type in Types)
        {
            var injection = Request(type);
            (injection.Payload, injection.Increment, injection.IncrementPayload) = ("odd", true, 1);
            var template = new PacketTemplate(injection);
            packets.AddRange(Enumerable.Range(0, 40).Select(number => template.Build((ulong)number)));
        }
        var file = Path.GetTempFileName();
        try
        {
            PacketCraft.Write(file, PacketDotNet.LinkLayers.Ethernet, packets);
            var seen = Tshark.Run(
                "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields",
                "-e", "ip.checksum.status", "-e", "icmp.checksum.status", "-e", "icmpv6.checksum.status", "-e", "tcp.checksum.status", "-e", "udp.checksum.status");
            const int good = 1;
            seen.Length.ShouldBe(packets.Count);
            for (var number = 0; number < seen.Length; number++)
            {
                var type = Types[number / 40];
                var statuses = seen[number].Split('\t', StringSplitOptions.RemoveEmptyEntries);
                statuses.ShouldBe(Enumerable.Repeat($"{good}", type.EndsWith('4') ? 2 : 1), $"{type}: {Convert.ToHexString(packets[number])}");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("udp4")]
    [InlineData("udp6")]
    public void A_UDP_checksum_of_zero_is_sent_as_all_ones_for_zero_says_there_is_none(string type)
    {
        const int ports = 1 << 16;
        const int checksumFromEnd = 2;
        var injection = Request(type);
        (injection.Increment, injection.Payload) = (true, "");
        var template = new PacketTemplate(injection);
        var checksums = Enumerable.Range(0, ports).Select(number => template.Build((ulong)number)).Select(packet => (packet[^checksumFromEnd] << 8) | packet[^1]).ToHashSet();
        checksums.ShouldNotContain(0);
        checksums.ShouldContain(0xffff);
    }

    [Fact]
    public void What_is_wrong_is_named()
    {
        Refusal(request => request.Type = "igmp").ShouldContain("\"igmp\"");
        Refusal(request => request.DstMac = "").ShouldContain("destination has no MAC");
        Refusal(request => request.SrcMac = "xx").ShouldContain("\"xx\"");
        Refusal(request => request.DstIp = "fd00::2").ShouldContain("\"fd00::2\" is no IPv4 address");
        Refusal(request => request.SrcIp = "").ShouldContain("source has no IPv4");
        Refusal(request => request.SrcPort = 70000).ShouldContain("source port 70000");
    }

    private static string Refusal(Action<InjectionRequest> change)
    {
        var request = Request("udp4");
        change(request);
        return Should.Throw<InjectionException>(() => new PacketTemplate(request)).Message;
    }

    private static InjectionRequest Request(string type) => new()
    {
        Type = type,
        SrcMac = PacketCraft.MacA,
        DstMac = PacketCraft.MacB,
        SrcIp = type.EndsWith('4') ? "10.0.0.1/24" : "fd00::1",
        DstIp = type.EndsWith('4') ? "10.0.0.2" : "fd00::2",
        SrcPort = 2000,
        DstPort = 80,
        IcmpId = 500,
    };

    private static PacketLayers Decode(byte[] packet)
    {
        PacketDecoder.Decode(LinkType.Ethernet, packet, TunnelPorts.Default, out var layers);
        return layers;
    }
}
