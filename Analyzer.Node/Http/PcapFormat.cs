using System.Buffers;
using System.Buffers.Binary;
using Shared.Messages.Flows;

namespace Analyzer.Node.Http;

/// <summary>A pcap file (draft-ietf-opsawg-pcap) with times in nanoseconds: packets of one link type.</summary>
internal static class PcapFormat
{
    private const uint NanosecondMagic = 0xa1b23c4d;
    private const int FileHeader = 24;
    private const int PacketHeader = 16;
    private const uint LongestPacket = 262144;
    private const long NanosecondsPerSecond = 1_000_000_000;

    public static void Write(IBufferWriter<byte> output, IReadOnlyList<RawPacket> packets)
    {
        var header = output.GetSpan(FileHeader);
        BinaryPrimitives.WriteUInt32LittleEndian(header, NanosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        header[8..16].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], LongestPacket);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], packets[0].LinkType);
        output.Advance(FileHeader);
        foreach (var packet in packets)
        {
            var record = output.GetSpan(PacketHeader);
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(packet.TimeNs / NanosecondsPerSecond));
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(packet.TimeNs % NanosecondsPerSecond));
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)packet.Data.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)packet.OriginalLength);
            output.Advance(PacketHeader);
            output.Write(packet.Data.Span);
        }
    }
}
