using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>MACsec's tag (IEEE 802.1AE, 9.3); what it protects can be read when it's only authenticated.</summary>
internal readonly ref struct MacSecTag
{
    private const int MinimumLength = 6;
    private const int ChannelLength = 8;
    private const byte VersionFlag = 0x80;
    private const byte ChannelFlag = 0x20;
    private const byte EncryptedOrChanged = 0x0c;

    private MacSecTag(bool isPlain, ushort type, int length)
    {
        IsPlain = isPlain;
        Type = type;
        Length = length;
    }

    internal bool IsPlain { get; }

    /// <summary>Of what follows, if that's plain.</summary>
    internal ushort Type { get; }

    /// <summary>With the type.</summary>
    internal int Length { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, out MacSecTag tag)
    {
        tag = default;
        if (data.Length < MinimumLength || (data[0] & VersionFlag) != 0)
        {
            return false;
        }

        var length = MinimumLength + ((data[0] & ChannelFlag) != 0 ? ChannelLength : 0);
        if ((data[0] & EncryptedOrChanged) != 0)
        {
            tag = new MacSecTag(isPlain: false, 0, length);
            return data.Length >= length;
        }
        if (data.Length < length + sizeof(ushort))
        {
            return false;
        }

        tag = new MacSecTag(isPlain: true, BinaryPrimitives.ReadUInt16BigEndian(data[length..]), length + sizeof(ushort));
        return true;
    }
}
