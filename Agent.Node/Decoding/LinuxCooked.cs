using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>libpcap's pseudo link layers of Linux (LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2): only the type of what follows is of use.</summary>
internal static class LinuxCooked
{
    private const int Length = 16;
    private const int Length2 = 20;

    internal static bool TryRead(ReadOnlySpan<byte> data, out ushort type, out int length)
    {
        length = Length;
        type = data.Length >= Length ? BinaryPrimitives.ReadUInt16BigEndian(data[14..]) : (ushort)0;
        return data.Length >= Length;
    }

    internal static bool TryRead2(ReadOnlySpan<byte> data, out ushort type, out int length)
    {
        length = Length2;
        type = data.Length >= Length2 ? BinaryPrimitives.ReadUInt16BigEndian(data) : (ushort)0;
        return data.Length >= Length2;
    }
}
