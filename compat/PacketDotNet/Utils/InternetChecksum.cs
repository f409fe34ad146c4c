using System.Buffers.Binary;

namespace PacketDotNet.Utils;

/// <summary>RFC 1071: the ones' complement of the ones' complement sum of 16-bit words.</summary>
internal static class InternetChecksum
{
    internal static uint Add(uint sum, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= 2; data = data[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(data);
        return data.IsEmpty ? sum : sum + ((uint)data[0] << 8);
    }

    internal static ushort Finish(uint sum)
    {
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}
