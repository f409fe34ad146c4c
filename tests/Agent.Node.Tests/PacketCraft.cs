using System.Buffers.Binary;
using System.Net;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Tests;

/// <summary>Packets made by hand, layer by layer from the inside out. Checksums of IP headers are right; others are left 0.</summary>
internal static class PacketCraft
{
    internal const string MacA = "02:00:00:00:00:0a";
    internal const string MacB = "02:00:00:00:00:0b";

    internal static byte[] Ethernet(ushort type, byte[] payload, string source = MacA, string destination = MacB) =>
        [.. Mac(destination), .. Mac(source), .. U16(type), .. payload];

    internal static byte[] Vlan(int id, ushort type, byte[] payload) => [.. U16(id), .. U16(type), .. payload];

    internal static byte[] Ipv4(byte protocol, byte[] payload, string source = "10.0.0.1", string destination = "10.0.0.2", int fragment = 0, int identification = 1)
    {
        byte[] header = [0x45, 0, .. U16(20 + payload.Length), .. U16(identification), .. U16(fragment), 64, protocol, 0, 0, .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes()];
        uint sum = 0;
        for (var i = 0; i < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(i));
        }

        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)~sum);
        return [.. header, .. payload];
    }

    internal static byte[] Ipv6(byte next, byte[] payload, string source = "fd00::1", string destination = "fd00::2") =>
        [0x60, 0, 0, 0, .. U16(payload.Length), next, 64, .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(), .. payload];

    internal static byte[] Ipv6Extension(byte next, int words = 0) => [next, (byte)words, 1, 4, 0, 0, 0, 0, .. new byte[words * 8]];

    internal static byte[] Ipv6Fragment(byte next, int offset, bool more, uint id) => [next, 0, .. U16(offset | (more ? 1 : 0)), .. U32(id)];

    internal static byte[] Udp(int source, int destination, byte[] payload) => [.. U16(source), .. U16(destination), .. U16(8 + payload.Length), 0, 0, .. payload];

    internal static byte[] Tcp(int source, int destination, byte flags = 0x10, uint sequence = 1, int data = 0) =>
        [.. U16(source), .. U16(destination), .. U32(sequence), 0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0, .. new byte[data]];

    internal static byte[] Sctp(int source, int destination) => [.. U16(source), .. U16(destination), 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 4];

    internal static byte[] Echo(int id, int sequence, bool reply = false) => [(byte)(reply ? 0 : 8), 0, 0, 0, .. U16(id), .. U16(sequence), .. new byte[16]];

    internal static byte[] EchoV6(int id, int sequence, bool reply = false) => [(byte)(reply ? 129 : 128), 0, 0, 0, .. U16(id), .. U16(sequence), .. new byte[16]];

    internal static byte[] Arp(int operation = 1) => [0, 1, 8, 0, 6, 4, .. U16(operation), .. Mac(MacA), 10, 0, 0, 1, .. new byte[6], 10, 0, 0, 2];

    internal static byte[] Gre(ushort type, byte[] payload, uint? key = null, uint? sequence = null, bool checksum = false) =>
    [
        (byte)((checksum ? 0x80 : 0) | (key is null ? 0 : 0x20) | (sequence is null ? 0 : 0x10)), 0, .. U16(type), .. checksum ? new byte[4] : [],
        .. key is { } k ? U32(k) : [], .. sequence is { } s ? U32(s) : [], .. payload,
    ];

    internal static byte[] Pptp(int call, byte[] payload) => [0x30, 0x81, 0x88, 0x0b, .. U16(payload.Length), .. U16(call), 0, 0, 0, 1, 0, 0, 0, 1, .. payload];

    internal static byte[] Vxlan(uint vni, byte[] payload) => [8, 0, 0, 0, .. U32(vni << 8), .. payload];

    internal static byte[] VxlanGpe(uint vni, byte next, byte[] payload) => [0x0c, 0, 0, next, .. U32(vni << 8), .. payload];

    internal static byte[] Geneve(uint vni, ushort type, byte[] payload, int optionWords = 0) =>
        [(byte)optionWords, 0, .. U16(type), .. U32(vni << 8), .. optionWords == 0 ? [] : (byte[])[1, 2, 3, (byte)(optionWords - 1), .. new byte[(optionWords - 1) * 4]], .. payload];

    internal static byte[] VxlanGroup(uint vni, int group, byte[] payload) => [0x88, 0x48, .. U16(group), .. U32(vni << 8), .. payload];

    internal static byte[] GeneveOption(int optionClass, byte type, byte[] value) => [.. U16(optionClass), type, (byte)(value.Length / 4), .. value];

    internal static byte[] GeneveWith(uint vni, ushort type, byte[] options, byte[] payload) => [(byte)(options.Length / 4), 0, .. U16(type), .. U32(vni << 8), .. options, .. payload];

    internal static byte[] Mpls(byte[] payload, params int[] labels) =>
        [.. labels.SelectMany((label, i) => U32(((uint)label << 12) | (i == labels.Length - 1 ? 0x100u : 0) | 64)), .. payload];

    internal static byte[] Gtp(uint tunnel, byte[] payload, bool extension = false) => extension
        ? [0x34, 255, .. U16(payload.Length + 8), .. U32(tunnel), 0, 0, 0, 0x85, 1, 0, 9, 0, .. payload]
        : [0x30, 255, .. U16(payload.Length), .. U32(tunnel), .. payload];

    internal static byte[] ErspanII(int session, byte[] payload) => [0x10, 0, .. U16(session), 0, 0, 0, 0, .. payload];

    internal static byte[] ErspanIII(int session, byte[] payload) => [0x20, 0, .. U16(session), .. new byte[8], .. payload];

    internal static byte[] Pppoe(int session, ushort protocol, byte[] payload) => [0x11, 0, .. U16(session), .. U16(payload.Length + 2), .. U16(protocol), .. payload];

    internal static byte[] Ah(byte next, byte[] payload) => [next, 4, 0, 0, .. U32(0x100), .. U32(1), .. new byte[12], .. payload];

    internal static byte[] Dccp(int source, int destination) => [.. U16(source), .. U16(destination), 4, 0, 0, 0, 0x04 << 1, 0, 0, 1, .. new byte[4]];

    internal static byte[] Nsh(uint path, byte next, byte[] payload, int metadataWords = 4) =>
        [.. U16((63 << 6) | (2 + metadataWords)), (byte)(metadataWords == 4 ? 1 : 2), next, .. U32((path << 8) | 254), .. new byte[4 * metadataWords], .. payload];

    internal static byte[] L2tp(int tunnel, int session, byte[] payload, bool sequence = false) =>
        [.. U16(sequence ? 0x4802 : 0x4002), .. U16(8 + (sequence ? 4 : 0) + payload.Length), .. U16(tunnel), .. U16(session), .. sequence ? new byte[4] : [], .. payload];

    internal static byte[] L2tp3(uint session, byte[] payload, int cookie = 0) => [.. U32(session), .. new byte[cookie], .. payload];

    internal static byte[] L2tp3Udp(uint session, byte[] payload, int cookie = 0) => [0, 3, 0, 0, .. L2tp3(session, payload, cookie)];

    internal static byte[] TeredoAuthentication(byte[] payload) => [0, 1, 0, 0, .. new byte[9], .. payload];

    internal static byte[] TeredoOrigin(byte[] payload) => [0, 0, 0xf2, 0x27, 0xf5, 0xff, 0xff, 0xfe, .. payload];

    internal static byte[] Gue(byte protocol, byte[] payload, int words = 0) => [(byte)words, protocol, 0, 0, .. new byte[4 * words], .. payload];

    internal static byte[] Lisp(uint? instance, byte[] payload) => [(byte)(instance is null ? 0x80 : 0x88), 0, 0, 9, .. U32((instance ?? 0) << 8), .. payload];

    internal static byte[] SegmentRouting(byte next, params string[] segments) =>
        [next, (byte)(segments.Length * 2), 4, 0, (byte)(segments.Length - 1), 0, 0, 0, .. segments.SelectMany(segment => IPAddress.Parse(segment).GetAddressBytes())];

    internal static byte[] ServiceInstance(uint service, string source, string destination, ushort type, byte[] payload) =>
        [.. U32(service), .. Mac(destination), .. Mac(source), .. U16(type), .. payload];

    internal static byte[] VnTag(int destination, int source, ushort type, byte[] payload) => [.. U16(0x4000 | destination), .. U16(source), .. U16(type), .. payload];

    internal static byte[] ETag(int port, ushort type, byte[] payload) => [0, 0, .. U16(0x1000 | port), 0, 0, .. U16(type), .. payload];

    internal static byte[] Hsr(int sequence, ushort type, byte[] payload) => [.. U16(6 + payload.Length), .. U16(sequence), .. U16(type), .. payload];

    internal static byte[] CiscoMetadata(int group, ushort type, byte[] payload) => [1, 1, 0, 1, .. U16(group), .. U16(type), .. payload];

    internal static byte[] MacSec(ushort type, byte[] payload, bool channel = false) =>
        [(byte)(channel ? 0x20 : 0), 0, 0, 0, 0, 1, .. channel ? new byte[8] : [], .. U16(type), .. payload, .. new byte[16]];

    internal static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    internal static byte[] U32(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    internal static byte[] Mac(string address) => [.. address.Split(':').Select(part => Convert.ToByte(part, 16))];

    /// <summary>Writes a pcap file, a packet per millisecond from 2023-11-14T22:13:20Z on.</summary>
    internal static void Write(string path, LinkLayers link, IEnumerable<byte[]> packets, ulong second = 1_700_000_000)
    {
        using var writer = new CaptureFileWriterDevice(path, FileMode.Create);
        writer.Open(link);
        ulong millisecond = 0;
        foreach (var packet in packets)
        {
            writer.Write(new RawCapture(link, new PosixTimeval(second + (millisecond / 1000), millisecond % 1000 * 1000), packet, null));
            millisecond++;
        }
    }
}
