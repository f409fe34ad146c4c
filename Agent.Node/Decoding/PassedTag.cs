using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>
/// Tags of switches and their like, of which only the type behind them is of use, for what they say belongs to a direction or
/// a hop: VN-Tag (0x8926; Cisco's, the draft of 802.1BR), E-Tag (IEEE 802.1BR, 7.3.1), HSR (IEC 62439-3, 5.6) and Cisco
/// metadata (0x8909), which holds a security group.
/// </summary>
internal readonly ref struct PassedTag
{
    private PassedTag(LayerType layer, ushort type, int length)
    {
        Layer = layer;
        Type = type;
        Length = length;
    }

    internal LayerType Layer { get; }

    /// <summary>Of what follows.</summary>
    internal ushort Type { get; }

    /// <summary>With the type.</summary>
    internal int Length { get; }

    internal static bool TryRead(ushort tag, ReadOnlySpan<byte> data, out PassedTag passed)
    {
        var (layer, before) = tag switch
        {
            EtherTypes.VnTag => (LayerType.VnTag, 4),
            EtherTypes.ETag => (LayerType.ETag, 6),
            EtherTypes.Hsr => (LayerType.Hsr, 4),
            _ => (LayerType.CiscoMetadata, 6),
        };
        if (data.Length < before + sizeof(ushort))
        {
            passed = default;
            return false;
        }
        passed = new PassedTag(layer, BinaryPrimitives.ReadUInt16BigEndian(data[before..]), before + sizeof(ushort));
        return true;
    }
}
