using System.Net;
using System.Net.NetworkInformation;
using PacketDotNet;
using PacketDotNet.Utils;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Compat.Packets.Tests;

public sealed class PacketBuildingTests : IDisposable
{
    private const string Good = "1";

    private static readonly PhysicalAddress Here = PhysicalAddress.Parse("02-00-00-00-00-01");
    private static readonly PhysicalAddress There = PhysicalAddress.Parse("02-00-00-00-00-02");
    private static readonly IPAddress Here4 = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress There4 = IPAddress.Parse("10.0.0.2");
    private static readonly IPAddress Here6 = IPAddress.Parse("fd00::1");
    private static readonly IPAddress There6 = IPAddress.Parse("fd00::2");

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"packets-{Guid.NewGuid():N}.pcap");

    public void Dispose() => File.Delete(_file);

    [RequiresFact("tshark")]
    public void An_ICMP_echo_has_the_fields_it_was_given_and_good_checksums()
    {
        var icmp = new IcmpV4Packet(new ByteArraySegment(new byte[8])) { TypeCode = IcmpV4TypeCode.EchoRequest, Id = 1234, Sequence = 7, PayloadData = "odd"u8.ToArray() };
        var ip = new IPv4Packet(Here4, There4) { Protocol = ProtocolType.Icmp, TimeToLive = 17, PayloadPacket = icmp };
        icmp.UpdateIcmpChecksum();
        ip.UpdateCalculatedValues();
        ip.UpdateIPChecksum();
        var fields = Read(Ethernet(EthernetType.IPv4, ip), "ip.src", "ip.dst", "ip.ttl", "ip.checksum.status", "icmp.type", "icmp.ident", "icmp.seq", "icmp.checksum.status", "frame.len");
        fields.ShouldBe(["10.0.0.1", "10.0.0.2", "17", Good, "8", "1234", "7", Good, "45"]);
    }

    [RequiresFact("tshark")]
    public void A_TCP_SYN_over_IPv4_has_good_checksums()
    {
        var tcp = new TcpPacket(1024, 80) { Synchronize = true, SequenceNumber = 99, WindowSize = 64000 };
        var ip = new IPv4Packet(Here4, There4) { Protocol = ProtocolType.Tcp, Id = 5, PayloadPacket = tcp };
        ip.UpdateCalculatedValues();
        tcp.UpdateTcpChecksum();
        ip.UpdateIPChecksum();
        var fields = Read(Ethernet(EthernetType.IPv4, ip), "ip.id", "ip.checksum.status", "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq_raw", "tcp.window_size_value", "tcp.checksum.status");
        fields.ShouldBe(["0x0005", Good, "1024", "80", "0x0002", "99", "64000", Good]);
        tcp.ValidTcpChecksum.ShouldBeTrue();
        ip.ValidIPChecksum.ShouldBeTrue();
    }

    [RequiresFact("tshark")]
    public void UDP_over_IPv4_has_its_length_and_a_good_checksum()
    {
        var udp = new UdpPacket(5000, 53) { PayloadData = [1, 2, 3, 4, 5] };
        var ip = new IPv4Packet(Here4, There4) { Protocol = ProtocolType.Udp, PayloadPacket = udp };
        udp.UpdateCalculatedValues();
        ip.UpdateCalculatedValues();
        udp.UpdateUdpChecksum();
        ip.UpdateIPChecksum();
        var fields = Read(Ethernet(EthernetType.IPv4, ip), "ip.len", "ip.checksum.status", "udp.srcport", "udp.dstport", "udp.length", "udp.checksum.status");
        fields.ShouldBe(["33", Good, "5000", "53", "13", Good]);
    }

    [RequiresFact("tshark")]
    public void UDP_and_TCP_over_IPv6_have_good_checksums()
    {
        var udp = new UdpPacket(5000, 5001) { PayloadData = [1, 2, 3] };
        var udpIp = Ip6(ProtocolType.Udp, udp);
        udp.UpdateCalculatedValues();
        udp.UpdateUdpChecksum();
        var tcp = new TcpPacket(1024, 80) { Synchronize = true };
        var tcpIp = Ip6(ProtocolType.Tcp, tcp);
        tcp.UpdateTcpChecksum();
        Read(Ethernet(EthernetType.IPv6, udpIp), "ipv6.src", "ipv6.plen", "udp.length", "udp.checksum.status").ShouldBe(["fd00::1", "11", "11", Good]);
        Read(Ethernet(EthernetType.IPv6, tcpIp), "ipv6.dst", "ipv6.hlim", "tcp.dstport", "tcp.checksum.status").ShouldBe(["fd00::2", "9", "80", Good]);
    }

    [RequiresFact("tshark")]
    public void An_ICMPv6_echo_has_a_good_checksum()
    {
        var icmp = new IcmpV6Packet(new ByteArraySegment([0, 0, 0, 0, 0x12, 0x34, 0, 3, .. "payload"u8])) { Type = IcmpV6Type.EchoRequest };
        var ip = Ip6(ProtocolType.IcmpV6, icmp);
        icmp.UpdateIcmpChecksum();
        var fields = Read(Ethernet(EthernetType.IPv6, ip), "icmpv6.type", "icmpv6.echo.identifier", "icmpv6.echo.sequence_number", "icmpv6.checksum.status");
        fields.ShouldBe(["128", "0x1234", "3", Good]);
    }

    [RequiresFact("tshark")]
    public void An_ARP_request_asks_for_an_address()
    {
        var arp = new ArpPacket(ArpOperation.Request, PhysicalAddress.Parse("00-00-00-00-00-00"), There4, Here, Here4);
        var fields = Read(Ethernet(EthernetType.Arp, arp), "eth.src", "eth.dst", "arp.opcode", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "arp.src.hw_mac");
        fields.ShouldBe(["02:00:00:00:00:01", "02:00:00:00:00:02", "1", "10.0.0.1", "10.0.0.2", "02:00:00:00:00:01"]);
    }

    [Fact]
    public void A_payload_knows_the_packet_it_travels_in()
    {
        var udp = new UdpPacket(1, 2);
        var ip = new IPv4Packet(Here4, There4) { PayloadPacket = udp };
        udp.ParentPacket.ShouldBeSameAs(ip);
        ip.HasPayloadPacket.ShouldBeTrue();
        ip.TotalPacketLength.ShouldBe(28);
    }

    private static EthernetPacket Ethernet(EthernetType type, Packet payload) => new(Here, There, type) { PayloadPacket = payload };

    private static IPv6Packet Ip6(ProtocolType protocol, Packet payload) =>
        new(Here6, There6) { NextHeader = protocol, HopLimit = 9, PayloadPacket = payload, PayloadLength = (ushort)payload.TotalPacketLength };

    private string[] Read(EthernetPacket packet, params string[] fields)
    {
        using (var writer = new CaptureFileWriterDevice(_file, FileMode.Create))
        {
            writer.Open(LinkLayers.Ethernet);
            writer.Write(new RawCapture(LinkLayers.Ethernet, new PosixTimeval(), packet.Bytes, null));
        }
        return Tshark.Fields(_file, fields)[0].Split('\t');
    }
}
