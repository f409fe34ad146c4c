using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>Ethernet II (IEEE 802.3, clause 3): destination, source, type. MAC addresses are 48-bit numbers.</summary>
internal readonly ref struct EthernetHeader
{
    internal const int Length = 14;
    private const ulong GroupFlag = 1UL << 40;

    private EthernetHeader(ulong destination, ulong source, ushort type)
    {
        Destination = destination;
        Source = source;
        Type = type;
    }

    internal ulong Destination { get; }

    internal ulong Source { get; }

    /// <summary>The EtherType, or the length of an 802.3 frame when below <see cref="EtherTypes.SmallestType"/>.</summary>
    internal ushort Type { get; }

    /// <summary>Nobody sends with a group's address, or with none.</summary>
    internal bool CanBeSent => Source != 0 && (Source & GroupFlag) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryRead(ReadOnlySpan<byte> data, out EthernetHeader header)
    {
        if (data.Length < Length)
        {
            header = default;
            return false;
        }
        var first = BinaryPrimitives.ReadUInt64BigEndian(data);
        header = new EthernetHeader(first >> 16, ((first & 0xffff) << 32) | BinaryPrimitives.ReadUInt32BigEndian(data[8..]), BinaryPrimitives.ReadUInt16BigEndian(data[12..]));
        return true;
    }
}
