using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using PacketDotNet;
using PacketDotNet.Utils;
using Shared.Messages.Injections;
using InjectionRequest = Shared.Messages.Injections.Injection;
using ProtocolType = PacketDotNet.ProtocolType;

namespace Agent.Node.Injection;

/// <summary>An injection's packets, one after the other: checked once, then built by number.</summary>
internal sealed class PacketTemplate
{
    private const int DefaultPort = 1024;
    private const int IcmpEchoHeader = 8;
    private const int IcmpV6Fields = 4;

    private readonly InjectionRequest _injection;
    private readonly PhysicalAddress _sourceMac;
    private readonly PhysicalAddress _destinationMac;
    private readonly IPAddress _source;
    private readonly IPAddress _destination;
    private readonly byte[] _payload;

    /// <exception cref="InjectionException">A field is missing or wrong; the message names it.</exception>
    internal PacketTemplate(InjectionRequest injection)
    {
        _injection = injection;
        var family = injection.Type switch
        {
            "icmp4" or "tcp4" or "udp4" => AddressFamily.InterNetwork,
            "icmp6" or "tcp6" or "udp6" => AddressFamily.InterNetworkV6,
            _ => throw new InjectionException($"type \"{injection.Type}\" is none of icmp4, icmp6, tcp4, tcp6, udp4, udp6"),
        };
        _sourceMac = Mac(injection.SrcMac, "source");
        _destinationMac = Mac(injection.DstMac, "destination");
        _source = Address(injection.SrcIp, family, "source");
        _destination = Address(injection.DstIp, family, "destination");
        Range(injection.SrcPort, ushort.MaxValue, "source port");
        Range(injection.DstPort, ushort.MaxValue, "destination port");
        Range(injection.IcmpId, ushort.MaxValue, "ICMP identifier");
        Range(injection.Ttl, byte.MaxValue, "TTL");
        _payload = Encoding.UTF8.GetBytes(injection.Payload);
        if (_payload.Length > InjectionLimits.MaxPayload)
        {
            throw new InjectionException($"the payload has {_payload.Length} bytes; {InjectionLimits.MaxPayload} fit");
        }
    }

    /// <summary>The packet of this number, counted from 0.</summary>
    internal byte[] Build(ulong number)
    {
        var isV4 = _source.AddressFamily == AddressFamily.InterNetwork;
        var step = _injection.Increment ? number : 0;
        var payload = PayloadOf(number);
        var ethernet = new EthernetPacket(_sourceMac, _destinationMac, isV4 ? EthernetType.IPv4 : EthernetType.IPv6);
        IPPacket ip = isV4 ? new IPv4Packet(_source, _destination) { Id = (ushort)(number + 1) } : new IPv6Packet(_source, _destination);
        if (_injection.Ttl != 0)
        {
            ip.TimeToLive = (int)_injection.Ttl;
        }

        ethernet.PayloadPacket = ip;
        switch (_injection.Type)
        {
            case "icmp4":
                AddIcmpV4(ip, number, step, payload);
                break;
            case "icmp6":
                AddIcmpV6(ip, number, step, payload);
                break;
            case "tcp4" or "tcp6":
                AddTcp(ip, number, step, payload);
                break;
            default:
                AddUdp(ip, step, payload);
                break;
        }
        if (ip is IPv4Packet ipv4)
        {
            ipv4.UpdateCalculatedValues();
            ipv4.UpdateIPChecksum();
        }
        return ethernet.Bytes;
    }

    private void AddIcmpV4(IPPacket ip, ulong number, ulong step, byte[] payload)
    {
        var icmp = new IcmpV4Packet(new ByteArraySegment([.. new byte[IcmpEchoHeader], .. payload]))
        {
            TypeCode = IcmpV4TypeCode.EchoRequest,
            Id = (ushort)(_injection.IcmpId + step),
            Sequence = (ushort)(number + 1),
        };
        Carry(ip, ProtocolType.Icmp, icmp);
        icmp.UpdateIcmpChecksum();
    }

    private void AddIcmpV6(IPPacket ip, ulong number, ulong step, byte[] payload)
    {
        var id = (ushort)(_injection.IcmpId + step);
        var sequence = (ushort)(number + 1);
        byte[] fields = [(byte)(id >> 8), (byte)id, (byte)(sequence >> 8), (byte)sequence];
        var icmp = new IcmpV6Packet(new ByteArraySegment([.. new byte[IcmpEchoHeader - IcmpV6Fields], .. fields, .. payload])) { Type = IcmpV6Type.EchoRequest };
        Carry(ip, ProtocolType.IcmpV6, icmp);
        icmp.Checksum = IcmpV6Checksum(icmp.Bytes);
    }

    /// <summary>Over the pseudo-header of RFC 8200, 8.1, and the message. PacketDotNet's own sums up the IPv6 header in its place.</summary>
    private ushort IcmpV6Checksum(byte[] message)
    {
        byte[] summed =
        [
            .. _source.GetAddressBytes(), .. _destination.GetAddressBytes(), 0, 0, (byte)(message.Length >> 8), (byte)message.Length, 0, 0, 0, (byte)ProtocolType.IcmpV6, .. message,
        ];
        return (ushort)ChecksumUtils.OnesComplementSum(summed, 0, summed.Length);
    }

    private void AddTcp(IPPacket ip, ulong number, ulong step, byte[] payload)
    {
        const ushort window = 65535;
        var tcp = new TcpPacket(Port(_injection.SrcPort, step), Port(_injection.DstPort, 0))
        {
            Synchronize = true,
            SequenceNumber = (uint)number,
            WindowSize = window,
            PayloadData = payload,
        };
        Carry(ip, ProtocolType.Tcp, tcp);
        tcp.UpdateTcpChecksum();
    }

    private void AddUdp(IPPacket ip, ulong step, byte[] payload)
    {
        var udp = new UdpPacket(Port(_injection.SrcPort, step), Port(_injection.DstPort, 0)) { PayloadData = payload };
        udp.UpdateCalculatedValues();
        Carry(ip, ProtocolType.Udp, udp);
        udp.UpdateUdpChecksum();
        // Zero would say that there's none (RFC 768; RFC 8200, 8.1).
        if (udp.Checksum == 0)
        {
            udp.Checksum = ushort.MaxValue;
        }
    }

    private static void Carry(IPPacket ip, ProtocolType protocol, Packet payload)
    {
        ip.PayloadPacket = payload;
        ip.Protocol = protocol;
        ip.PayloadLength = (ushort)payload.TotalPacketLength;
    }

    /// <summary>With IncrementPayload, each packet's payload is so many bytes longer than the one's before.</summary>
    private byte[] PayloadOf(ulong number)
    {
        var growth = Math.Min(_injection.IncrementPayload * number, (ulong)(InjectionLimits.MaxPayload - _payload.Length));
        return growth == 0 ? _payload : [.. _payload, .. new byte[growth]];
    }

    private static ushort Port(uint port, ulong step) => (ushort)((port == 0 ? DefaultPort : port) + step);

    private static PhysicalAddress Mac(string text, string end)
    {
        const int length = 6;
        if (text.Length == 0)
        {
            throw new InjectionException($"the {end} has no MAC address");
        }

        return PhysicalAddress.TryParse(text, out var address) && address.GetAddressBytes().Length == length
            ? address
            : throw new InjectionException($"{end} MAC address \"{text}\" is none");
    }

    private static IPAddress Address(string text, AddressFamily family, string end)
    {
        var version = family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
        if (text.Length == 0)
        {
            throw new InjectionException($"the {end} has no {version} address");
        }

        var prefix = text.IndexOf('/', StringComparison.Ordinal);
        return IPAddress.TryParse(prefix < 0 ? text : text[..prefix], out var address) && address.AddressFamily == family
            ? address
            : throw new InjectionException($"{end} address \"{text}\" is no {version} address");
    }

    private static void Range(uint value, uint maximum, string name)
    {
        if (value > maximum)
        {
            throw new InjectionException($"{name} {value} is above {maximum}");
        }
    }
}
