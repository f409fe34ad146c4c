using System.Buffers.Binary;

namespace Agent.Node.Decoding;

/// <summary>One of GENEVE's options (RFC 8926, 3.5).</summary>
internal readonly ref struct GeneveOption
{
    private const int HeaderLength = 4;
    private const byte CriticalFlag = 0x80;

    private GeneveOption(ReadOnlySpan<byte> data, int length)
    {
        Class = BinaryPrimitives.ReadUInt16BigEndian(data);
        Type = data[2];
        Value = data[HeaderLength..length];
    }

    /// <summary>Who defined the type.</summary>
    internal ushort Class { get; }

    /// <summary>The highest bit says that an endpoint which doesn't know the option must drop the packet.</summary>
    internal byte Type { get; }

    internal bool IsCritical => (Type & CriticalFlag) != 0;

    internal ReadOnlySpan<byte> Value { get; }

    /// <summary>The first option, taken off <paramref name="options"/>; false at the end, and at one that isn't whole.</summary>
    internal static bool TryTake(ref ReadOnlySpan<byte> options, out GeneveOption option)
    {
        option = default;
        if (options.Length < HeaderLength)
        {
            return false;
        }

        var length = HeaderLength + ((options[3] & 0x1f) * 4);
        if (options.Length < length)
        {
            return false;
        }

        option = new GeneveOption(options, length);
        options = options[length..];
        return true;
    }
}
