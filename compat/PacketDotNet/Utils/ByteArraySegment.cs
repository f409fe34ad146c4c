namespace PacketDotNet.Utils;

/// <summary>A part of an array.</summary>
public sealed class ByteArraySegment
{
    public ByteArraySegment(byte[] bytes) : this(bytes, 0, bytes.Length)
    {
    }

    public ByteArraySegment(byte[] bytes, int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, bytes.Length - offset);
        Bytes = bytes;
        Offset = offset;
        Length = length;
    }

    public byte[] Bytes { get; }

    public int Offset { get; set; }

    public int Length { get; set; }

    public byte[] ActualBytes() => Span.ToArray();

    internal Span<byte> Span => Bytes.AsSpan(Offset, Length);
}
