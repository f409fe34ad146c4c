using System.Buffers.Binary;
using System.Text;

namespace Agent.Node.Tests.Capture;

/// <summary>Capture files made by hand, byte for byte, of either byte order.</summary>
internal sealed class CaptureCraft(bool isBigEndian)
{
    private readonly List<byte> _bytes = [];

    internal byte[] Bytes => [.. _bytes];

    /// <summary>A pcap file's header.</summary>
    internal CaptureCraft Pcap(uint magic, int link = 1, uint snapLength = 262_144, int minorVersion = 4) =>
        Put([.. U32(magic), .. U16(2), .. U16(minorVersion), .. new byte[8], .. U32(snapLength), .. U32((uint)link)]);

    /// <summary>A packet of a pcap file.</summary>
    internal CaptureCraft Record(uint seconds, uint fraction, byte[] packet, int? original = null, byte[]? more = null) =>
        Put([.. U32(seconds), .. U32(fraction), .. U32((uint)packet.Length), .. U32((uint)(original ?? packet.Length)), .. more ?? [], .. packet]);

    internal CaptureCraft Section() => Block(0x0a0d0d0a, [.. U32(0x1a2b3c4d), .. U16(1), .. U16(0), .. Enumerable.Repeat((byte)0xff, 8)]);

    internal CaptureCraft Interface(int link = 1, uint snapLength = 0, params byte[] options) => Block(1, [.. U16(link), 0, 0, .. U32(snapLength), .. options]);

    /// <summary>An interface's option; its value is padded.</summary>
    internal byte[] Option(int code, params byte[] value) => [.. U16(code), .. U16(value.Length), .. Padded(value)];

    internal CaptureCraft Enhanced(int on, ulong time, byte[] packet, int? original = null, params byte[] options) =>
        Block(6, [.. U32((uint)on), .. U32((uint)(time >> 32)), .. U32((uint)time), .. U32((uint)packet.Length), .. U32((uint)(original ?? packet.Length)), .. Padded(packet), .. options]);

    internal CaptureCraft Obsolete(int on, ulong time, byte[] packet) =>
        Block(2, [.. U16(on), .. U16(3), .. U32((uint)(time >> 32)), .. U32((uint)time), .. U32((uint)packet.Length), .. U32((uint)packet.Length), .. Padded(packet)]);

    internal CaptureCraft Simple(byte[] packet, int? original = null) => Block(3, [.. U32((uint)(original ?? packet.Length)), .. Padded(packet)]);

    internal CaptureCraft Name(byte[] address, string names) => Block(4, [.. Option(address.Length == 4 ? 1 : 2, [.. address, .. Encoding.UTF8.GetBytes(names), 0]), 0, 0, 0, 0]);

    internal CaptureCraft Block(uint type, byte[] body, int? head = null, int? tail = null)
    {
        var length = 12 + body.Length;
        return Put([.. U32(type), .. U32((uint)(head ?? length)), .. body, .. U32((uint)(tail ?? head ?? length))]);
    }

    internal CaptureCraft Put(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    internal byte[] U16(int value)
    {
        var bytes = new byte[2];
        if (isBigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        }

        return bytes;
    }

    internal byte[] U32(uint value)
    {
        var bytes = new byte[4];
        if (isBigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return bytes;
    }

    internal byte[] U64(long value) => isBigEndian ? [.. U32((uint)(value >> 32)), .. U32((uint)value)] : [.. U32((uint)value), .. U32((uint)(value >> 32))];

    private static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[-bytes.Length & 3]];
}
