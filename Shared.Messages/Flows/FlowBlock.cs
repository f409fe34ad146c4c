using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using K4os.Compression.LZ4;

namespace Shared.Messages.Flows;

/// <summary>
/// Flows as they travel from an agent's table to the analyzers, lie in the journal, and come with an answer: columns, compressed.
/// <code>
/// block   = version:1 length:varint content          content is compressed by LZ4 where that made it shorter, else as it is
/// content = rows:varint columns:varint column* texts:varint (length:varint utf-8)* detailed:varint (row:varint length:varint protobuf)*
/// column  = 0 value:varint                           all rows have the same
///         | 1 value:varint*                          a number each
///         | 2 difference:varint*                     to the row before, zigzag
///         | 8+n least:varint (value-least:n bytes)*  n bytes each, little-endian, above the least
/// </code>
/// </summary>
internal static class FlowBlock
{
    /// <summary>Bytes a row takes at most, besides its details and texts.</summary>
    public const int LongestRow = 352;

    /// <summary>Rows of a block at most: more are refused, whatever the bytes say.</summary>
    public const int MostRows = 1 << 16;

    private const byte Version = 1;
    private const byte Constant = 0;
    private const byte Numbers = 1;
    private const byte Differences = 2;
    private const byte Fixed = 8;
    private const int LongestVarint = 10;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_content;

    /// <summary>Writes rows.</summary>
    public static byte[] Write(FlowRows rows)
    {
        var content = t_content ??= new ArrayBufferWriter<byte>(1 << 16);
        content.ResetWrittenCount();
        Put(content, (ulong)rows.Count);
        Put(content, (ulong)FlowColumns.All.Length);
        var rented = ArrayPool<ulong>.Shared.Rent(Math.Max(rows.Count, 1));
        var values = rented.AsSpan(0, rows.Count);
        foreach (var column in FlowColumns.All)
        {
            column.Get(rows.Span, values);
            PutColumn(content, values);
        }

        ArrayPool<ulong>.Shared.Return(rented);
        Put(content, (ulong)(rows.Texts.End - 1));
        for (var number = 1; number < rows.Texts.End; number++)
        {
            PutBytes(content, Encoding.UTF8.GetBytes(rows.Texts[number]));
        }

        PutDetails(content, rows);
        return Compressed(content.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <returns>Rented: who gives it back when it's not needed any more saves memory.</returns>
    /// <exception cref="InvalidDataException">It isn't a block, is broken, or a later version's.</exception>
    public static FlowRows Read(ReadOnlySpan<byte> block)
    {
        var content = Content(block, out var rented);
        try
        {
            var reader = new Reader(content);
            var count = reader.Count(MostRows, "rows");
            var columns = reader.Count(byte.MaxValue, "columns");
            var rows = FlowRows.Rent();
            ReadColumns(ref reader, columns, rows.AddMany(count));
            ReadTexts(ref reader, rows);
            for (var left = reader.Count(count, "details"); left > 0; left--)
            {
                var row = reader.Count(count - 1, "row's number");
                rows.SetDetails(row, reader.Bytes().ToArray());
            }

            return rows;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static byte[] Compressed(ReadOnlySpan<byte> content)
    {
        const int header = 1 + LongestVarint;
        var target = ArrayPool<byte>.Shared.Rent(header + LZ4Codec.MaximumOutputSize(content.Length));
        target[0] = Version;
        var start = 1 + Varint(target.AsSpan(1), (ulong)content.Length);
        var length = LZ4Codec.Encode(content, target.AsSpan(start));
        if (length <= 0 || length >= content.Length)
        {
            content.CopyTo(target.AsSpan(start));
            length = content.Length;
        }

        var block = target[..(start + length)];
        ArrayPool<byte>.Shared.Return(target);
        return block;
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> block, out byte[]? rented)
    {
        // Nothing compresses better: a length that says more is broken, and not asked for.
        const int mostCompression = 256;
        rented = null;
        if (block.IsEmpty || block[0] != Version)
        {
            throw new InvalidDataException(block.IsEmpty ? "a flow block is empty" : $"a flow block has version {block[0]}, {Version} is the latest known");
        }

        var reader = new Reader(block[1..]);
        var length = reader.Count(mostCompression * block.Length, "bytes");
        var rest = reader.Rest;
        if (rest.Length == length)
        {
            return rest;
        }

        rented = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        return LZ4Codec.Decode(rest, rented.AsSpan(0, length)) == length
            ? rented.AsSpan(0, length)
            : throw new InvalidDataException($"a flow block of {length} bytes can't be decompressed");
    }

    private static void PutColumn(ArrayBufferWriter<byte> content, ReadOnlySpan<ulong> values)
    {
        if (values.IsEmpty || values.IndexOfAnyExcept(values[0]) < 0)
        {
            PutByte(content, Constant);
            Put(content, values.IsEmpty ? 0 : values[0]);
            return;
        }

        ulong least = ulong.MaxValue;
        ulong most = 0;
        ulong before = 0;
        var numbers = 0;
        var differences = 0;
        foreach (var value in values)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
            numbers += Length(value);
            differences += Length(ZigZag((long)(value - before)));
            before = value;
        }

        var bytes = (71 - BitOperations.LeadingZeroCount(most - least)) / 8;
        var allFixed = Length(least) + (bytes * values.Length);
        if (allFixed <= Math.Min(numbers, differences))
        {
            PutByte(content, (byte)(Fixed + bytes));
            Put(content, least);
            var target = content.GetSpan((bytes * values.Length) + sizeof(ulong));
            for (var i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(target[(i * bytes)..], values[i] - least);
            }

            content.Advance(bytes * values.Length);
            return;
        }

        var isNumbers = numbers <= differences;
        PutByte(content, isNumbers ? Numbers : Differences);
        before = 0;
        var written = 0;
        var varints = content.GetSpan((isNumbers ? numbers : differences) + LongestVarint);
        foreach (var value in values)
        {
            written += Varint(varints[written..], isNumbers ? value : ZigZag((long)(value - before)));
            before = value;
        }

        content.Advance(written);
    }

    private static void ReadColumns(ref Reader reader, int columns, Span<FlowRow> rows)
    {
        var rented = ArrayPool<ulong>.Shared.Rent(Math.Max(rows.Length, 1));
        var values = rented.AsSpan(0, rows.Length);
        for (var i = 0; i < columns; i++)
        {
            ReadColumn(ref reader, values);
            // A later version's are passed over.
            if (i < FlowColumns.All.Length)
            {
                FlowColumns.All[i].Set(rows, values);
            }
        }

        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void ReadColumn(ref Reader reader, Span<ulong> values)
    {
        var kind = reader.Byte();
        switch (kind)
        {
            case Constant:
                values.Fill(reader.Number());
                return;
            case Numbers or Differences:
                ulong before = 0;
                foreach (ref var value in values)
                {
                    value = reader.Number();
                    if (kind == Differences)
                    {
                        value = before += (ulong)UnZigZag(value);
                    }
                }

                return;
            case > Fixed and <= Fixed + sizeof(ulong):
                var least = reader.Number();
                reader.Fixed(kind - Fixed, values);
                foreach (ref var value in values)
                {
                    value += least;
                }

                return;
            default:
                throw new InvalidDataException($"a flow block has a column of the unknown kind {kind}");
        }
    }

    private static void ReadTexts(ref Reader reader, FlowRows rows)
    {
        var texts = reader.Count(FlowColumns.Texts.Length * MostRows, "texts");
        for (var i = 0; i < texts; i++)
        {
            // Another number than the next would give its rows another's text.
            if (rows.Texts.Of(Encoding.UTF8.GetString(reader.Bytes())) != i + 1)
            {
                throw new InvalidDataException("a flow block has a text twice");
            }
        }

        for (var i = 0; i < rows.Count; i++)
        {
            foreach (var number in FlowRow.TextNumbersOf(rows[i]))
            {
                if ((uint)number >= (uint)rows.Texts.End)
                {
                    throw new InvalidDataException($"a flow block has no text {(uint)number}");
                }
            }
        }
    }

    private static void PutDetails(ArrayBufferWriter<byte> content, FlowRows rows)
    {
        var detailed = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            detailed += rows.DetailsOf(i) is null ? 0 : 1;
        }

        Put(content, (ulong)detailed);
        for (var i = 0; detailed > 0 && i < rows.Count; i++)
        {
            if (rows.DetailsOf(i) is { } details)
            {
                Put(content, (ulong)i);
                PutBytes(content, details);
            }
        }
    }

    private static void PutByte(ArrayBufferWriter<byte> content, byte value)
    {
        content.GetSpan(1)[0] = value;
        content.Advance(1);
    }

    private static void Put(ArrayBufferWriter<byte> content, ulong value) => content.Advance(Varint(content.GetSpan(LongestVarint), value));

    private static void PutBytes(ArrayBufferWriter<byte> content, ReadOnlySpan<byte> bytes)
    {
        Put(content, (ulong)bytes.Length);
        content.Write(bytes);
    }

    private static int Varint(Span<byte> target, ulong value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            target[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[length++] = (byte)value;
        return length;
    }

    private static int Length(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Reads with a look at the end, always.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        internal readonly ReadOnlySpan<byte> Rest => _rest;

        internal byte Byte() => Take(1)[0];

        internal ReadOnlySpan<byte> Bytes() => Take(Count(_rest.Length, "bytes"));

        internal int Count(int most, string what)
        {
            var count = Number();
            return count <= (ulong)Math.Max(most, 0) ? (int)count : throw new InvalidDataException($"a flow block has {count} {what}, {most} are the most there can be");
        }

        internal void Fixed(int length, Span<ulong> values)
        {
            var taken = Take(length * values.Length);
            var mask = ulong.MaxValue >> (8 * (sizeof(ulong) - length));
            var i = 0;
            for (; (i * length) + sizeof(ulong) <= taken.Length; i++)
            {
                values[i] = BinaryPrimitives.ReadUInt64LittleEndian(taken[(i * length)..]) & mask;
            }

            Span<byte> last = stackalloc byte[sizeof(ulong)];
            for (; i < values.Length; i++)
            {
                last.Clear();
                taken.Slice(i * length, length).CopyTo(last);
                values[i] = BinaryPrimitives.ReadUInt64LittleEndian(last);
            }
        }

        internal ulong Number()
        {
            if (_rest.Length > 0 && _rest[0] < 0x80)
            {
                return Byte();
            }

            ulong value = 0;
            for (var i = 0; i < LongestVarint; i++)
            {
                var next = Byte();
                value |= (ulong)(next & 0x7f) << (7 * i);
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw new InvalidDataException("a flow block has a number that doesn't end");
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (length > _rest.Length)
            {
                throw new InvalidDataException($"a flow block ends {length - _rest.Length} bytes early");
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}
