using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Agent.Node.Capture;

/// <summary>The part of a stream that is looked at: bytes from <see cref="Next"/> to <see cref="End"/>, as large as what's asked for, once it has come.</summary>
internal sealed class StreamBlock(Stream stream)
{
    /// <summary>Small enough that what was read is still in the processor's second cache when it's decoded.</summary>
    private const int ReadLength = 128 << 10;

    /// <summary>Valid until the next <see cref="Fill"/> or <see cref="Skip"/>.</summary>
    internal byte[] Bytes { get; private set; } = new byte[2 * ReadLength];

    /// <summary>Where what wasn't taken yet starts.</summary>
    internal int Next { get; set; }

    internal int End { get; private set; }

    internal int Length => End - Next;

    /// <summary>Gives the memory to go on in, at least as large as asked for, where somebody still needs what lies in this; null: in the same.</summary>
    internal Func<byte[], int, byte[]>? Replace { get; set; }

    /// <summary>Moves what's left to the front and reads on until there are so many bytes; false when the stream ends before.</summary>
    internal bool Fill(int wanted)
    {
        if (Length >= wanted)
        {
            return true;
        }

        var rest = Bytes.AsSpan(Next, Length);
        Bytes = Replace?.Invoke(Bytes, Math.Max(Length, 2 * ReadLength)) ?? Bytes;
        rest.CopyTo(Bytes);
        End -= Next;
        Next = 0;
        while (End < wanted)
        {
            // Only as large as twice what has come: a length may be anything, the bytes are there.
            if (End == Bytes.Length)
            {
                var larger = new byte[2 * Bytes.Length];
                Bytes.AsSpan(0, End).CopyTo(larger);
                Bytes = larger;
            }

            var most = Math.Min(Bytes.Length, Math.Max(wanted, ReadLength)) - End;
            var least = Math.Min(wanted - End, most);
            var read = stream.ReadAtLeast(Bytes.AsSpan(End, most), least, throwOnEndOfStream: false);
            End += read;
            if (read < least)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Leaves out bytes, also those that haven't come yet; false when the stream ends before.</summary>
    internal bool Skip(long count)
    {
        while (count > Length)
        {
            count -= Length;
            Next = End;
            if (!Fill(1))
            {
                return false;
            }
        }
        Next += (int)count;
        return true;
    }
}

/// <summary>How a file has its numbers.</summary>
internal interface IByteOrder
{
    static abstract uint ReadUInt32(ReadOnlySpan<byte> bytes);

    static abstract ushort ReadUInt16(ReadOnlySpan<byte> bytes);
}

/// <inheritdoc/>
internal readonly struct LittleEndian : IByteOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ReadUInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ReadUInt16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}

/// <inheritdoc/>
internal readonly struct BigEndian : IByteOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ReadUInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ReadUInt16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
