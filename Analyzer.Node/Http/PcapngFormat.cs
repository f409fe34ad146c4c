using System.Buffers;
using System.Buffers.Binary;
using Shared.Messages.Flows;

namespace Analyzer.Node.Http;

/// <summary>A pcapng file (draft-ietf-opsawg-pcapng): an interface per link type, times in nanoseconds.</summary>
internal static class PcapngFormat
{
    private const uint SectionHeader = 0x0a0d0d0a;
    private const uint InterfaceDescription = 1;
    private const uint EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1a2b3c4d;
    private const ushort TimeResolution = 9;
    private const int Frame = 3 * sizeof(uint);

    public static void Write(IBufferWriter<byte> output, IReadOnlyList<RawPacket> packets)
    {
        Span<byte> section = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(section, ByteOrderMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(section[4..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(section[6..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(section[8..], -1);
        WriteBlock(output, SectionHeader, section, default);

        var interfaces = packets.Select(packet => packet.LinkType).Distinct().ToList();
        Span<byte> description = stackalloc byte[20];
        description.Clear();
        foreach (var linkType in interfaces)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(description, (ushort)linkType);
            // if_tsresol, one byte long: 10^-9 s; then the end of the options.
            BinaryPrimitives.WriteUInt16LittleEndian(description[8..], TimeResolution);
            BinaryPrimitives.WriteUInt16LittleEndian(description[10..], 1);
            description[12] = 9;
            WriteBlock(output, InterfaceDescription, description, default);
        }

        Span<byte> header = stackalloc byte[20];
        foreach (var packet in packets)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)interfaces.IndexOf(packet.LinkType));
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(packet.TimeNs >> 32));
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)packet.TimeNs);
            BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)packet.Data.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)packet.OriginalLength);
            WriteBlock(output, EnhancedPacket, header, packet.Data.Span);
        }
    }

    private static void WriteBlock(IBufferWriter<byte> output, uint type, ReadOnlySpan<byte> body, ReadOnlySpan<byte> data)
    {
        var padded = (data.Length + 3) & ~3;
        var length = Frame + body.Length + padded;
        var block = output.GetSpan(length)[..length];
        block.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(block, type);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], (uint)length);
        body.CopyTo(block[8..]);
        data.CopyTo(block[(8 + body.Length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(block[^4..], (uint)length);
        output.Advance(length);
    }
}
