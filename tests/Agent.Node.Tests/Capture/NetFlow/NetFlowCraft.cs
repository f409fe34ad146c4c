using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Capture.NetFlow;

/// <summary>NetFlow and IPFIX datagrams made by hand.</summary>
internal static class NetFlowCraft
{
    internal const uint SentSeconds = 1_700_000_000;
    internal const uint Uptime = 100_000;

    internal static byte[] Version5(uint sequence, int sampling, params byte[][] records) =>
        [.. U16(5), .. U16(records.Length), .. U32(Uptime), .. U32(SentSeconds), .. U32(0), .. U32(sequence), 0, 0, .. U16(sampling), .. records.SelectMany(record => record)];

    internal static byte[] Version5Record(byte[] source, byte[] destination, int sourcePort, int destinationPort, byte protocol, uint packets, uint bytes, uint first, uint last, byte flags = 0) =>
    [
        .. source, .. destination, .. U32(0), .. U16(1), .. U16(2), .. U32(packets), .. U32(bytes), .. U32(first), .. U32(last),
        .. U16(sourcePort), .. U16(destinationPort), 0, flags, protocol, 0, .. new byte[8],
    ];

    internal static byte[] Version9(uint sequence, uint source, params byte[][] sets) =>
        [.. U16(9), .. U16(sets.Length), .. U32(Uptime), .. U32(SentSeconds), .. U32(sequence), .. U32(source), .. sets.SelectMany(set => set)];

    internal static byte[] Ipfix(uint sequence, uint domain, params byte[][] sets)
    {
        byte[] body = [.. sets.SelectMany(set => set)];
        return [.. U16(10), .. U16(16 + body.Length), .. U32(SentSeconds), .. U32(sequence), .. U32(domain), .. body];
    }

    /// <summary>A set, padded to whole words.</summary>
    internal static byte[] Set(int id, params byte[][] records)
    {
        byte[] body = [.. records.SelectMany(record => record)];
        byte[] padded = [.. body, .. new byte[(4 - (body.Length % 4)) % 4]];
        return [.. U16(id), .. U16(4 + padded.Length), .. padded];
    }

    internal static byte[] Template(int id, params (int Element, int Length)[] fields) =>
        [.. U16(id), .. U16(fields.Length), .. fields.SelectMany(field => (byte[])[.. U16(field.Element), .. U16(field.Length)])];

    /// <summary>A field of an IPFIX template that is another enterprise's.</summary>
    internal static byte[] EnterpriseField(int element, int length, uint enterprise) => [.. U16(element | 0x8000), .. U16(length), .. U32(enterprise)];
}
