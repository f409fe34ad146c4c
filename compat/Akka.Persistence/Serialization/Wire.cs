using System.Text;

namespace Akka.Persistence.Serialization;

/// <summary>Writes the few kinds of protobuf fields that persistence's own messages have.</summary>
internal sealed class WireWriter
{
    private readonly MemoryStream _stream = new();

    public WireWriter Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public WireWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _stream.Write(value);
        return this;
    }

    public WireWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public byte[] ToArray() => _stream.ToArray();

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _stream.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        _stream.WriteByte((byte)value);
    }
}

/// <summary>Reads them back: per field its number and either its number value or its bytes.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public int Field { get; private set; }

    public long Number { get; private set; }

    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    public bool Read()
    {
        if (_rest.IsEmpty)
            return false;
        var key = Varint();
        Field = (int)(key >> 3);
        switch (key & 7)
        {
            case 0:
                Number = (long)Varint();
                return true;
            case 2:
                var length = (int)Varint();
                Bytes = _rest[..length];
                _rest = _rest[length..];
                return true;
            default:
                throw new InvalidDataException($"Field {Field} has wire type {key & 7}, expected 0 or 2.");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }

        throw new InvalidDataException("A number is longer than 64 bits.");
    }
}
