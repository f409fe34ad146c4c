using System.Buffers.Binary;
using Agent.Node.Flows;

namespace Benchmarks.Flows;

/// <summary>
/// Packets in memory, the same in every run: the headers of TCP packets, plain or inside tunnels, of so many flows of
/// which a few make most of the traffic.
/// </summary>
internal sealed class SyntheticCapture
{
    private const int Seed = 20231114;
    private const long Start = 1_700_000_000_000_000_000;
    private const long Step = 10_000;

    private readonly byte[] _bytes;
    private readonly int[] _offsets;

    private SyntheticCapture(byte[] bytes, int[] offsets)
    {
        _bytes = bytes;
        _offsets = offsets;
    }

    internal int Count => _offsets.Length - 1;

    internal ReadOnlySpan<byte> this[int packet] => _bytes.AsSpan(_offsets[packet], _offsets[packet + 1] - _offsets[packet]);

    /// <summary>All packets, one behind the other.</summary>
    internal ReadOnlySpan<byte> Block => _bytes;

    /// <summary>Of a packet counted from the first on, round after round: a hundred thousand a second.</summary>
    internal static long TimeOf(long packet) => Start + (packet * Step);

    internal PacketPlace PlaceOf(int packet, long time)
    {
        var length = _offsets[packet + 1] - _offsets[packet];
        return new PacketPlace(time, _offsets[packet], length, length);
    }

    internal static SyntheticCapture Create(int packets, int flows, bool inTunnels)
    {
        var random = new Random(Seed);
        using var bytes = new MemoryStream();
        var offsets = new int[packets + 1];
        for (var i = 0; i < packets; i++)
        {
            // Cubed: a tenth of the flows make almost half of the packets.
            var flow = (int)(Math.Pow(random.NextDouble(), 3) * flows);
            bytes.Write(Packet(flow, random.Next(2) == 0, inTunnels));
            offsets[i + 1] = (int)bytes.Length;
        }
        return new SyntheticCapture(bytes.ToArray(), offsets);
    }

    /// <summary>A packet of this flow, one of its two directions, as Ethernet carries it.</summary>
    internal static byte[] Packet(int flow, bool reverse, bool inTunnel)
    {
        var frame = Frame(flow, reverse);
        return inTunnel ? Encapsulate(frame, flow) : frame;
    }

    private static byte[] Frame(int flow, bool reverse)
    {
        const int tcpLength = 20;
        const byte tcpProtocol = 6;
        const byte acknowledge = 0x10;
        var tcp = new byte[tcpLength];
        var clientPort = (ushort)(1024 + (flow % 50_000));
        BinaryPrimitives.WriteUInt16BigEndian(tcp, reverse ? (ushort)443 : clientPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), reverse ? clientPort : (ushort)443);
        tcp[12] = 0x50;
        tcp[13] = acknowledge;
        var client = 0x0a000000u + (uint)(flow / 7);
        const uint server = 0xc0a80001u;
        return Ethernet(Ipv4(tcpProtocol, reverse ? server : client, reverse ? client : server, tcp), reverse);
    }

    /// <summary>One of GRE, VXLAN, GENEVE, MPLS over UDP and IP in IP, by the flow; sixteen tunnels of each.</summary>
    private static byte[] Encapsulate(byte[] frame, int flow)
    {
        const byte gre = 47;
        const byte udp = 17;
        const byte ipInIp = 4;
        const int ethernetLength = 14;
        const int kinds = 5;
        var id = (byte)(flow / kinds % 16);
        var from = 0xac100000u + id;
        const uint to = 0xac200000u;
        // Senders spread the inner flows over their source ports (RFC 7348, 5; RFC 8926, 3.3; RFC 7510, 3).
        var entropy = 49_152 + (int)((uint)flow * 2_654_435_769u >> 18);
        return (flow % kinds) switch
        {
            0 => Ethernet(Ipv4(gre, from, to, [0x20, 0, 0x65, 0x58, 0, 0, 0, id, .. frame])),
            1 => Ethernet(Ipv4(udp, from, to, Udp(entropy, 4789, [8, 0, 0, 0, 0, 0, id, 0, .. frame]))),
            2 => Ethernet(Ipv4(udp, from, to, Udp(entropy, 6081, [0, 0, 0x65, 0x58, 0, 0, id, 0, .. frame]))),
            3 => Ethernet(Ipv4(udp, from, to, Udp(entropy, 6635, [0, 1, (byte)((id << 4) | 1), 64, .. frame.AsSpan(ethernetLength)]))),
            _ => Ethernet(Ipv4(ipInIp, from, to, frame[ethernetLength..])),
        };
    }

    private static byte[] Udp(int source, ushort destination, byte[] payload)
    {
        var header = new byte[8];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)source);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), destination);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)(header.Length + payload.Length));
        return [.. header, .. payload];
    }

    private static byte[] Ipv4(byte protocol, uint source, uint destination, byte[] payload)
    {
        var header = new byte[20];
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(header.Length + payload.Length));
        header[8] = 64;
        header[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), source);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), destination);
        return [.. header, .. payload];
    }

    private static byte[] Ethernet(byte[] payload, bool reverse = false) =>
        reverse ? [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, .. payload] : [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, .. payload];
}
