using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using PacketDotNet;

namespace Agent.Node.Capture;

/// <summary>
/// A classic pcap file (draft-ietf-opsawg-pcap) read in large blocks, packets where they lie in the block. Only files
/// of this machine's byte order: libpcap reads the rest, and pcapng.
/// </summary>
internal sealed class PcapFile : IDisposable
{
    private const uint MicrosecondMagic = 0xa1b2c3d4;
    private const uint NanosecondMagic = 0xa1b23c4d;
    private const int FileHeaderLength = 24;
    private const int SnapLengthOffset = 16;
    private const int LinkTypeOffset = 20;
    private const int PacketHeaderLength = 16;
    private const int CapturedLengthOffset = 8;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>libpcap's bound too: a longer packet means that the file is broken.</summary>
    private const int LongestPacket = 262_144;
    private const int BlockLength = LongestPacket + PacketHeaderLength;

    /// <summary>Small enough that what was read is still in the processor's second cache when it's decoded.</summary>
    private const int ReadLength = 128 << 10;
    private const int BatchLength = 256;

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly byte[] _block = new byte[BlockLength];
    private readonly PacketPlace[] _places = new PacketPlace[BatchLength];
    private readonly long _nanosecondsPerFraction;
    private readonly int _snapLength;
    private int _next;
    private int _end;
    private int _count;
    private long _packets;

    private PcapFile(string path, FileStream stream, LinkType link, long nanosecondsPerFraction, uint snapLength)
    {
        _path = path;
        _stream = stream;
        Link = link;
        _nanosecondsPerFraction = nanosecondsPerFraction;
        _snapLength = snapLength is 0 or > LongestPacket ? LongestPacket : (int)snapLength;
    }

    internal LinkType Link { get; }

    /// <summary>Bytes read of the file. May be asked on any thread, until it's disposed.</summary>
    internal long Position => _stream.Position;

    /// <summary>Where the packets read lie; valid until the next read.</summary>
    internal ReadOnlySpan<byte> Block => _block;

    /// <summary>The packets read: as many as lie whole in the block, up to a limit.</summary>
    internal ReadOnlySpan<PacketPlace> Packets => _places.AsSpan(0, _count);

    /// <summary>Null where it's another format, or nothing that can be read twice: a pipe's first bytes are left in it.</summary>
    /// <exception cref="NotSupportedException">The file's link type isn't decoded.</exception>
    internal static PcapFile? TryOpen(string path)
    {
        // A pipe has no length.
        if (new FileInfo(path) is not { Exists: true, Length: > FileHeaderLength })
        {
            return null;
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        try
        {
            Span<byte> header = stackalloc byte[FileHeaderLength];
            if (!BitConverter.IsLittleEndian || stream.ReadAtLeast(header, FileHeaderLength, throwOnEndOfStream: false) < FileHeaderLength)
            {
                return Refuse();
            }

            var magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
            var version = BinaryPrimitives.ReadUInt32LittleEndian(header[sizeof(uint)..]);
            const uint version24 = 2 | (4 << 16);
            if (magic is not (MicrosecondMagic or NanosecondMagic) || version != version24)
            {
                return Refuse();
            }
            // The upper bits say how long the frame check sequence is.
            const uint linkTypeBits = 0x03ff_ffff;
            var link = (LinkLayers)(BinaryPrimitives.ReadUInt32LittleEndian(header[LinkTypeOffset..]) & linkTypeBits);
            var snapLength = BinaryPrimitives.ReadUInt32LittleEndian(header[SnapLengthOffset..]);
            return new PcapFile(path, stream, LinkTypes.Of(link), magic == NanosecondMagic ? 1 : 1000, snapLength);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        PcapFile? Refuse()
        {
            stream.Dispose();
            return null;
        }
    }

    /// <summary>Reads some packets; false at the end of the file.</summary>
    /// <exception cref="CaptureException">The file is cut off or broken; the packets before that were read.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Read()
    {
        _count = 0;
        if (_end - _next < PacketHeaderLength && !Fill(PacketHeaderLength))
        {
            if (_next == _end)
            {
                return false;
            }

            throw new CaptureException($"{_path}: truncated dump file; only {_end - _next} bytes of a packet's header (after {_packets} packets)");
        }
        var wanted = PacketHeaderLength + CapturedLength(_next);
        if (_end - _next < wanted && !Fill(wanted))
        {
            throw new CaptureException($"{_path}: truncated dump file; only {_end - _next - PacketHeaderLength} of a packet's {wanted - PacketHeaderLength} bytes (after {_packets} packets)");
        }

        do
        {
            Take();
        }
        while (_count < _places.Length && _end - _next >= PacketHeaderLength && IsWhole());
        _packets += _count;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>A packet that's broken isn't whole: the next read says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsWhole()
    {
        var captured = BinaryPrimitives.ReadUInt32LittleEndian(_block.AsSpan(_next + CapturedLengthOffset));
        return captured <= LongestPacket && _end - _next >= PacketHeaderLength + (int)captured;
    }

    private int CapturedLength(int at)
    {
        var captured = BinaryPrimitives.ReadUInt32LittleEndian(_block.AsSpan(at + CapturedLengthOffset));
        if (captured > LongestPacket)
        {
            throw new CaptureException($"{_path}: a packet of {captured} bytes, {LongestPacket} are the most there can be (after {_packets} packets)");
        }

        return (int)captured;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take()
    {
        var header = _block.AsSpan(_next, PacketHeaderLength);
        var captured = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[CapturedLengthOffset..]);
        var time = (BinaryPrimitives.ReadUInt32LittleEndian(header) * NanosecondsPerSecond) + (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) * _nanosecondsPerFraction);
        var original = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(header[12..]), int.MaxValue);
        _next += PacketHeaderLength;
        _places[_count++] = new PacketPlace(time, _next, Math.Min(captured, _snapLength), original);
        _next += captured;
    }

    /// <summary>Moves what's left to the block's front and reads on until there are so many bytes; false when the file ends before.</summary>
    private bool Fill(int wanted)
    {
        _block.AsSpan(_next, _end - _next).CopyTo(_block);
        _end -= _next;
        _next = 0;
        var most = Math.Max(wanted, ReadLength) - _end;
        _end += _stream.ReadAtLeast(_block.AsSpan(_end, most), wanted - _end, throwOnEndOfStream: false);
        return _end >= wanted;
    }
}
