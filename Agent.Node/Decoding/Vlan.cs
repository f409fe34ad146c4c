using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>IEEE 802.1Q tag (802.1ad's service tag has the same shape): priority, identifier, the type of what follows.</summary>
internal readonly ref struct VlanTag
{
    internal const int Length = 4;

    private VlanTag(ushort control, ushort type)
    {
        Id = (ushort)(control & 0xfff);
        Type = type;
    }

    internal ushort Id { get; }

    internal ushort Type { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out VlanTag tag)
    {
        if (data.Length < Length)
        {
            tag = default;
            return false;
        }
        tag = new VlanTag(BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]));
        return true;
    }
}
