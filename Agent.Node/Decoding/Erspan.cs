using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>ERSPAN type II and III (draft-foschiano-erspan): the session, and a mirrored Ethernet frame behind.</summary>
internal readonly ref struct ErspanHeader
{
    private const int LengthII = 8;
    private const int LengthIII = 12;
    private const int PlatformLength = 8;
    private const ushort SessionMask = 0x3ff;

    private ErspanHeader(ushort session, int length)
    {
        Session = session;
        Length = length;
    }

    internal ushort Session { get; }

    internal int Length { get; }

    internal static bool TryReadII(ReadOnlySpan<byte> data, out ErspanHeader header) => TryRead(data, 1, LengthII, out header);

    internal static bool TryReadIII(ReadOnlySpan<byte> data, out ErspanHeader header)
    {
        if (!TryRead(data, 2, LengthIII, out header))
        {
            return false;
        }

        var hasPlatformHeader = (data[11] & 1) != 0;
        if (!hasPlatformHeader)
        {
            return true;
        }

        header = new ErspanHeader(header.Session, LengthIII + PlatformLength);
        return data.Length >= header.Length;
    }

    private static bool TryRead(ReadOnlySpan<byte> data, int version, int length, out ErspanHeader header)
    {
        if (data.Length < length || data[0] >> 4 != version)
        {
            header = default;
            return false;
        }
        header = new ErspanHeader((ushort)(BinaryPrimitives.ReadUInt16BigEndian(data[2..]) & SessionMask), length);
        return true;
    }
}
