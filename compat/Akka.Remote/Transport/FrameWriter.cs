using System.Buffers.Binary;
using System.Text;

namespace Akka.Remote.Transport;

/// <summary>Frames one after the other in a growing buffer, to be sent at once.</summary>
internal sealed class FrameWriter(int capacity)
{
    private const int HeaderSize = 4;

    private byte[] _buffer = new byte[capacity];
    private int _frame;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    public void Clear()
    {
        Length = 0;
        // One big message shouldn't pin its size for the connection's life.
        if (_buffer.Length > capacity * 16)
            _buffer = new byte[capacity];
    }

    public void Begin(FrameKind kind)
    {
        _frame = Length;
        Length += HeaderSize;
        WriteByte((byte)kind);
    }

    public void End() => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_frame), Length - _frame - HeaderSize);

    public void WriteByte(byte value) => Grow(1)[0] = value;

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Grow(4), value);

    public void WriteVarint(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        var n = 0;
        while (value >= 0x80)
        {
            bytes[n++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[n++] = (byte)value;
        WriteBytes(bytes[..n]);
    }

    /// <summary>Signed numbers near zero stay short.</summary>
    public void WriteZigZag(int value) => WriteVarint((uint)((value << 1) ^ (value >> 31)));

    public void WriteText(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteVarint((ulong)length);
        Encoding.UTF8.GetBytes(value, Grow(length));
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Grow(bytes.Length));

    public byte[] ToArray() => Written.ToArray();

    private Span<byte> Grow(int count)
    {
        if (_buffer.Length - Length < count)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }
}
