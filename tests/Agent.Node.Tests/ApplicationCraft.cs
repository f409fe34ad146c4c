using System.Net;
using System.Text;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests;

/// <summary>Messages of applications made by hand.</summary>
internal static class ApplicationCraft
{
    internal const int PointerToQuestion = 0xc00c;

    internal static byte[] DnsName(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.Latin1.GetBytes(label)]), 0];

    internal static byte[] DnsHeader(int id, int flags, int questions = 1, int answers = 0, int authorities = 0, int additionals = 0) =>
        [.. U16(id), .. U16(flags), .. U16(questions), .. U16(answers), .. U16(authorities), .. U16(additionals)];

    internal static byte[] DnsQuery(int id, string name, int type = 1) => [.. DnsHeader(id, 0x0100), .. DnsName(name), .. U16(type), .. U16(1)];

    /// <summary>Answers name the question by a pointer.</summary>
    internal static byte[] DnsResponse(int id, string name, int type, int code, params (int Type, byte[] Data)[] answers) =>
    [
        .. DnsHeader(id, 0x8180 | code, 1, answers.Length), .. DnsName(name), .. U16(type), .. U16(1),
        .. answers.SelectMany(answer => (byte[])[.. U16(PointerToQuestion), .. U16(answer.Type), .. U16(1), .. U32(300), .. U16(answer.Data.Length), .. answer.Data]),
    ];

    internal static byte[] Dhcp(int operation, int type, string assigned = "0.0.0.0", string client = "0.0.0.0", params byte[][] options) =>
    [
        (byte)operation, 1, 6, 0, .. U32(0x11223344), .. U16(3), .. U16(0x8000), .. IPAddress.Parse(client).GetAddressBytes(), .. IPAddress.Parse(assigned).GetAddressBytes(), .. new byte[8],
        .. Mac(MacA), .. new byte[10 + 192], 0x63, 0x82, 0x53, 0x63, 53, 1, (byte)type, .. options.SelectMany(option => option), 255,
    ];

    internal static byte[] DhcpOption(byte code, params byte[] value) => [code, (byte)value.Length, .. value];

    internal static byte[] VrrpV2(int router, int priority, params string[] addresses) =>
        [0x21, (byte)router, (byte)priority, (byte)addresses.Length, 0, 1, 0, 0, .. addresses.SelectMany(address => IPAddress.Parse(address).GetAddressBytes()), .. new byte[8]];

    internal static byte[] VrrpV3(int router, int priority, int interval, params string[] addresses) =>
        [0x31, (byte)router, (byte)priority, (byte)addresses.Length, .. U16(interval), 0, 0, .. addresses.SelectMany(address => IPAddress.Parse(address).GetAddressBytes())];

    internal static byte[] TlsRecord(byte type, byte[] body) => [22, 3, 1, .. U16(4 + body.Length), type, 0, .. U16(body.Length), .. body];

    internal static byte[] TlsExtension(int type, byte[] data) => [.. U16(type), .. U16(data.Length), .. data];

    internal static byte[] ServerName(string name) => TlsExtension(0, [.. U16(3 + name.Length), 0, .. U16(name.Length), .. Encoding.ASCII.GetBytes(name)]);

    internal static byte[] ApplicationProtocols(params string[] names)
    {
        byte[] list = [.. names.SelectMany(name => (byte[])[(byte)name.Length, .. Encoding.ASCII.GetBytes(name)])];
        return TlsExtension(16, [.. U16(list.Length), .. list]);
    }

    internal static byte[] OfferedVersions(params int[] versions) => TlsExtension(43, [(byte)(2 * versions.Length), .. versions.SelectMany(U16)]);

    internal static byte[] ClientHello(int version, params byte[][] extensions) => TlsRecord(1,
        [.. U16(version), .. new byte[32], 32, .. new byte[32], .. U16(4), 0x13, 1, 0x13, 2, 1, 0, .. U16(extensions.Sum(e => e.Length)), .. extensions.SelectMany(e => e)]);

    internal static byte[] ServerHello(int version, params byte[][] extensions) => TlsRecord(2,
        [.. U16(version), .. new byte[32], 0, 0x13, 1, 0, .. U16(extensions.Sum(e => e.Length)), .. extensions.SelectMany(e => e)]);

    internal static byte[] TcpData(int source, int destination, byte[] data, uint sequence = 1) => [.. Tcp(source, destination, 0x18, sequence), .. data];

    internal static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);
}
