using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>ARP (RFC 826): the operation; a flow of ARP is told by its link addresses.</summary>
internal readonly ref struct ArpHeader
{
    private const int Length = 8;

    private ArpHeader(ushort operation) => Operation = operation;

    internal ushort Operation { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out ArpHeader header)
    {
        if (data.Length < Length)
        {
            header = default;
            return false;
        }
        header = new ArpHeader(BinaryPrimitives.ReadUInt16BigEndian(data[6..]));
        return true;
    }
}
