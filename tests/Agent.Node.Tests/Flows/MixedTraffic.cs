using Agent.Node.Tests.Capture;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

/// <summary>
/// A capture of what flows of different addresses have to do with each other: ICMP errors, fragments, tunnels in tunnels and
/// pairs of them, among connections that end and begin anew, duplicates, and times that jump. The same for the same seed.
/// </summary>
internal sealed class MixedTraffic(int seed)
{
    private const int Hosts = 12;

    private readonly Random _random = new(seed);
    private readonly List<(byte[] Packet, int From, int To)> _sent = [];
    private readonly CaptureCraft _craft = new CaptureCraft(isBigEndian: false).Section().Interface(1).Interface(101).Interface(113);
    private byte[] _last = [];
    private int _packets;
    private ulong _time = 1_700_000_000_000_000;

    /// <summary>A pcapng file of so many packets, of several link types.</summary>
    internal byte[] Capture(int packets)
    {
        while (_packets < packets)
        {
            Send();
        }

        return _craft.Bytes;
    }

    private void Send()
    {
        var (a, b) = (_random.Next(Hosts), _random.Next(Hosts));
        switch (_random.Next(15))
        {
            case 0 or 1:
                Error();
                break;
            case 2:
                Fragments(a, b);
                break;
            case 3:
                Ip(a, b, 1, Echo(a, _random.Next(3), a > b));
                break;
            case 4:
                Frame(Ethernet(0x0806, Arp()));
                break;
            case 5:
                Frame(_last);
                break;
            case 6:
                Frame([.. _last.AsSpan(0, _random.Next(_last.Length + 1))]);
                break;
            case 7:
                // One direction has another identifier than the other.
                Ip(a, b, 17, Udp(2152, 2152, Gtp((uint)(a < b ? 100 + a : 200 + b), Ipv4(6, Segment(), $"172.16.0.{1 + a}", $"172.16.0.{1 + b}"))));
                break;
            case 8:
                Ip(a, b, 47, Gre(0x0800, Ipv4(17, Udp(50_000, 4789, Vxlan(7, Ethernet(0x0800, Ipv4(1, Echo(a, b))))), $"10.9.0.{1 + a}", $"10.9.0.{1 + b}"), key: 3));
                break;
            case 9:
                Ip6(a, b, 17, Udp(1000 + _random.Next(3), 53, new byte[20]));
                break;
            case 10:
                Ip(a, b, 17, Udp(1000 + _random.Next(3), 53, [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1]));
                break;
            case 11:
                Frame(Ethernet(0x8864, Pppoe(9, 0x21, Ipv4(6, Segment(), Address(a), Address(b))), Mac(a), Mac(b)));
                break;
            case 12:
                Frame(Ethernet(0x8847, Mpls(Ipv4(6, Segment(), Address(a), Address(b)), 100 + a), Mac(a), Mac(b)));
                break;
            default:
                Ip(a, b, 6, Segment());
                break;
        }
    }

    private byte[] Segment()
    {
        byte[] flags = [0x02, 0x12, 0x10, 0x18, 0x11, 0x14];
        return Tcp(1000 + _random.Next(3), 80, flags[_random.Next(flags.Length)], (uint)_random.Next(4), _random.Next(40));
    }

    private void Ip(int from, int to, byte protocol, byte[] payload)
    {
        var packet = Ipv4(protocol, payload, Address(from), Address(to));
        _sent.Add((packet, from, to));
        Frame(packet, from, to);
    }

    private void Ip6(int from, int to, byte protocol, byte[] payload)
    {
        var packet = Ipv6(protocol, payload, $"fd00::{1 + from}", $"fd00::{1 + to}");
        _sent.Add((packet, from, to));
        Frame(packet, from, to);
    }

    /// <summary>About one of the last packets, or one of long ago, from a router, whole or in fragments.</summary>
    private void Error()
    {
        if (_sent.Count == 0)
        {
            return;
        }

        var (packet, from, to) = _sent[^(1 + _random.Next(_random.Next(4) == 0 ? _sent.Count : Math.Min(_sent.Count, 20)))];
        var router = _random.Next(Hosts);
        byte[] quoted = [.. packet.AsSpan(0, Math.Min(packet.Length, 28 + _random.Next(60)))];
        if (packet[0] >> 4 == 6)
        {
            Frame(Ipv6(58, [1, 4, .. new byte[6], .. packet], $"fd00::{1 + router}", $"fd00::{1 + from}"), to, from);
            return;
        }

        byte[] error = [3, (byte)_random.Next(2), .. new byte[6], .. quoted];
        if (_random.Next(4) != 0 || error.Length < 32)
        {
            Frame(Ipv4(1, error, Address(router), Address(from)), to, from);
            return;
        }

        var id = _random.Next(1000);
        var first = Ipv4(1, error[..16], Address(router), Address(from), 0x2000, id);
        var second = Ipv4(1, error[16..], Address(router), Address(from), 2, id);
        Frame(first, to, from);
        Frame(second, to, from);
    }

    private void Fragments(int from, int to)
    {
        var id = _random.Next(1000);
        var datagram = Udp(5000, 6000, new byte[40]);
        byte[][] fragments = [Ipv4(17, datagram[..24], Address(from), Address(to), 0x2000, id), Ipv4(17, datagram[24..], Address(from), Address(to), 3, id)];
        _random.Shuffle(fragments);
        foreach (var fragment in fragments.Take(1 + _random.Next(4)))
        {
            Frame(fragment, from, to);
        }
    }

    private void Frame(byte[] packet, int from, int to)
    {
        var type = packet[0] >> 4 == 6 ? (ushort)0x86dd : (ushort)0x0800;
        switch (_random.Next(12))
        {
            case 0:
                Put(1, packet);
                break;
            case 1:
                Put(2, [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, (byte)from, 0, 0, .. U16(type), .. packet]);
                break;
            case 2:
                Frame(Ethernet(0x8100, Vlan(7, type, packet), Mac(from), Mac(to)));
                break;
            default:
                Frame(Ethernet(type, packet, Mac(from), Mac(to)));
                break;
        }
    }

    private void Frame(byte[] frame)
    {
        _last = frame;
        Put(0, frame);
    }

    private void Put(int on, byte[] packet)
    {
        var time = _time;
        switch (_random.Next(200))
        {
            case 0:
                // A clock that's wrong once.
                time = _random.Next(2) == 0 ? 1_000_000 : time + 900_000_000_000;
                break;
            case 1:
                _time += 90_000_000;
                break;
            case 2 when _packets > 100:
                _time -= 300_000_000;
                break;
            case < 20:
                time -= 1500;
                break;
            default:
                _time += (ulong)_random.Next(20_000);
                break;
        }

        _craft.Enhanced(on, time, packet);
        _packets++;
    }

    private static string Address(int host) => $"10.0.{host % 3}.{1 + host}";

    private static string Mac(int host) => $"02:00:00:00:00:{host + 1:x2}";
}
