using System.Buffers.Binary;
using System.Text;

namespace Analyzer.Node.Export;

/// <summary>Writes values as RFC 7011, 6 and 7 have them.</summary>
internal ref struct IpfixWriter(Span<byte> target)
{
    private const int ShortLength = 255;

    private readonly Span<byte> _target = target;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Byte(byte value) => _target[Length++] = value;

    public void Number16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_target[Length..], value);
        Length += sizeof(ushort);
    }

    public void Number32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_target[Length..], value);
        Length += sizeof(uint);
    }

    public void Number64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_target[Length..], value);
        Length += sizeof(ulong);
    }

    /// <summary>A MAC address, from the lower 48 bits.</summary>
    public void Mac(ulong address)
    {
        Number16((ushort)(address >> 32));
        Number32((uint)address);
    }

    /// <summary>A text of variable length, cut between two characters where it's longer than there's room for.</summary>
    /// <param name="text">It.</param>
    /// <param name="most">Bytes it may have, less than 255.</param>
    public void Text(string text, int most)
    {
        most = Math.Min(most, ShortLength - 1);
        Encoding.UTF8.GetEncoder().Convert(text, _target.Slice(Length + 1, most), flush: true, out _, out var written, out _);
        _target[Length] = (byte)written;
        Length += 1 + written;
    }
}
