using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Agent.Node.Flows;

namespace Agent.Node.Capture;

/// <summary>A pcap file (draft-ietf-opsawg-pcap) of either byte order, with micro- or nanoseconds, and its kin of 1999 whose packets have longer headers.</summary>
internal sealed class PcapReader : CaptureReader
{
    private const uint MicrosecondMagic = 0xa1b2c3d4;
    private const uint NanosecondMagic = 0xa1b23c4d;

    /// <summary>Of libpcap as Alexey Kuznetzov changed it: interface, protocol and direction follow each packet's lengths.</summary>
    private const uint KuznetzovMagic = 0xa1b2cd34;

    private const uint LongestOfLibpcap = 262_144;
    private const int FileHeaderLength = 24;
    private const int LinkTypeOffset = 20;
    private const int UsualHeaderLength = 16;
    private const int KuznetzovHeaderLength = 24;
    private const int CapturedLengthOffset = 8;
    private const int OriginalLengthOffset = 12;

    private readonly bool _isBigEndian;
    private readonly int _headerLength;
    private readonly long _nanosecondsPerFraction;
    private readonly int _checksumLength;

    /// <summary>Before version 2.4 the two lengths of a packet were in either order.</summary>
    private readonly bool _mayBeSwapped;

    private PcapReader(string name, StreamBlock block, uint magic, bool isBigEndian) : base(name, block)
    {
        _isBigEndian = isBigEndian;
        _headerLength = magic == KuznetzovMagic ? KuznetzovHeaderLength : UsualHeaderLength;
        _nanosecondsPerFraction = magic == NanosecondMagic ? 1 : 1000;
        var header = block.Bytes.AsSpan(0, FileHeaderLength);
        var (major, minor) = isBigEndian
            ? (BigEndian.ReadUInt16(header[4..]), BigEndian.ReadUInt16(header[6..]))
            : (LittleEndian.ReadUInt16(header[4..]), LittleEndian.ReadUInt16(header[6..]));
        if (major != 2)
        {
            throw Broken($"unknown version {major}.{minor} of the format");
        }

        _mayBeSwapped = minor < 4;
        var link = isBigEndian ? BigEndian.ReadUInt32(header[LinkTypeOffset..]) : LittleEndian.ReadUInt32(header[LinkTypeOffset..]);
        // The upper bits: a flag, and how many 16-bit words the frame check sequence has.
        const int linkTypeBits = 0x03ff_ffff;
        const uint hasChecksum = 0x0400_0000;
        _checksumLength = (link & hasChecksum) != 0 ? 2 * (int)(link >> 28) : 0;
        Format = new LinkFormat((int)(link & linkTypeBits), isBigEndian);
        Link = LinkTypes.TryOf(Format.Number) ?? throw new CaptureException($"{name}: {LinkTypes.Refusal(Format.Number)}");
        block.Next += FileHeaderLength;
    }

    /// <summary>Null where it's another format.</summary>
    internal static PcapReader? TryOpen(string name, StreamBlock block, uint magic)
    {
        var isBigEndian = !IsMagic(magic);
        if (isBigEndian)
        {
            magic = BinaryPrimitives.ReverseEndianness(magic);
        }

        if (!IsMagic(magic))
        {
            return null;
        }

        return block.Fill(FileHeaderLength)
            ? new PcapReader(name, block, magic, isBigEndian)
            : throw new CaptureException($"{name}: truncated dump file; only {block.Length} bytes of the file's header (after 0 packets)");
    }

    /// <summary>A file without packets.</summary>
    internal static byte[] EmptyFile(LinkFormat link)
    {
        const int snapLengthOffset = 16;
        var file = new byte[FileHeaderLength];
        Put(0, MicrosecondMagic);
        Put(snapLengthOffset, LongestOfLibpcap);
        Put(LinkTypeOffset, (uint)link.Number);
        var (major, minor) = link.IsBigEndian ? (5, 7) : (4, 6);
        (file[major], file[minor]) = (2, 4);
        return file;

        void Put(int offset, uint value)
        {
            if (link.IsBigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(offset), value);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
            }
        }
    }

    private static bool IsMagic(uint magic) => magic is MicrosecondMagic or NanosecondMagic or KuznetzovMagic;

    /// <inheritdoc/>
    private protected override bool ReadSome() => _isBigEndian ? ReadSome<BigEndian>() : ReadSome<LittleEndian>();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool ReadSome<TOrder>() where TOrder : struct, IByteOrder
    {
        if (Source.Length < _headerLength && !Source.Fill(_headerLength))
        {
            return Source.Length == 0 ? false : throw Truncated($"{Source.Length} bytes of a packet's header");
        }

        var captured = CapturedLength<TOrder>(Source.Bytes.AsSpan(Source.Next));
        if (captured > LongestPacket)
        {
            throw TooLong(captured);
        }

        if (Source.Length < _headerLength + (int)captured && !Source.Fill(_headerLength + (int)captured))
        {
            throw Truncated($"{Source.Length - _headerLength} of a packet's {captured} bytes");
        }

        Take<TOrder>();
        return true;
    }

    /// <summary>Takes packets as long as they lie whole in the block; one that's broken doesn't, and the next read says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take<TOrder>() where TOrder : struct, IByteOrder
    {
        var bytes = Source.Bytes.AsSpan(0, Source.End);
        var places = Places.AsSpan();
        var next = Source.Next;
        var count = 0;
        while (count < places.Length && bytes.Length - next >= _headerLength)
        {
            var header = bytes.Slice(next, UsualHeaderLength);
            var captured = CapturedLength<TOrder>(header);
            if (captured > (uint)(bytes.Length - next - _headerLength))
            {
                break;
            }

            var time = (TOrder.ReadUInt32(header) * NanosecondsPerSecond) + (TOrder.ReadUInt32(header[4..]) * _nanosecondsPerFraction);
            var original = (int)Math.Min(OriginalLength<TOrder>(header), int.MaxValue);
            next += _headerLength;
            places[count++] = new PacketPlace(time, next, _checksumLength == 0 ? (int)captured : WithoutChecksum((int)captured, original, _checksumLength), original);
            next += (int)captured;
        }
        Source.Next = next;
        Count = count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint CapturedLength<TOrder>(ReadOnlySpan<byte> header) where TOrder : struct, IByteOrder
    {
        var captured = TOrder.ReadUInt32(header[CapturedLengthOffset..]);
        return _mayBeSwapped ? Math.Min(captured, TOrder.ReadUInt32(header[OriginalLengthOffset..])) : captured;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint OriginalLength<TOrder>(ReadOnlySpan<byte> header) where TOrder : struct, IByteOrder
    {
        var original = TOrder.ReadUInt32(header[OriginalLengthOffset..]);
        return _mayBeSwapped ? Math.Max(original, TOrder.ReadUInt32(header[CapturedLengthOffset..])) : original;
    }
}
