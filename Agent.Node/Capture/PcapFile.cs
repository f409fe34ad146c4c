using System.Buffers.Binary;
using Agent.Node.Decoding;
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
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>libpcap's bound too: a longer packet means that the file is broken.</summary>
    private const int LongestPacket = 262_144;
    private const int BlockLength = 2 * (LongestPacket + PacketHeaderLength);

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly byte[] _block = new byte[BlockLength];
    private readonly long _nanosecondsPerFraction;
    private readonly int _snapLength;
    private int _next;
    private int _end;
    private int _packet;
    private int _captured;
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

    /// <summary>Of the packet read: nanoseconds since 1970.</summary>
    internal long Time { get; private set; }

    /// <summary>Of the packet read: its length on the wire.</summary>
    internal int OriginalLength { get; private set; }

    /// <summary>The packet read, valid until the next read.</summary>
    internal ReadOnlySpan<byte> Packet => _block.AsSpan(_packet, _captured);

    /// <summary>Null where it's another format, or nothing that can be read twice: a pipe's first bytes are left in it.</summary>
    /// <exception cref="NotSupportedException">The file's link type isn't decoded.</exception>
    internal static PcapFile? TryOpen(string path)
    {
        // A pipe has no length.
        if (new FileInfo(path) is not { Exists: true, Length: > FileHeaderLength })
            return null;
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        try
        {
            Span<byte> header = stackalloc byte[FileHeaderLength];
            if (!BitConverter.IsLittleEndian || stream.ReadAtLeast(header, FileHeaderLength, throwOnEndOfStream: false) < FileHeaderLength)
                return Refuse();
            var magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
            var version = BinaryPrimitives.ReadUInt32LittleEndian(header[sizeof(uint)..]);
            const uint version24 = 2 | (4 << 16);
            if (magic is not (MicrosecondMagic or NanosecondMagic) || version != version24)
                return Refuse();
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

    /// <summary>False at the end of the file.</summary>
    /// <exception cref="CaptureException">The file is cut off or broken.</exception>
    internal bool Read()
    {
        if (_end - _next < PacketHeaderLength && !Fill(PacketHeaderLength))
        {
            if (_next == _end)
                return false;
            throw new CaptureException($"{_path}: truncated dump file; only {_end - _next} bytes of a packet's header (after {_packets} packets)");
        }
        var header = _block.AsSpan(_next, PacketHeaderLength);
        var captured = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (captured > LongestPacket)
            throw new CaptureException($"{_path}: a packet of {captured} bytes, {LongestPacket} are the most there can be (after {_packets} packets)");
        var length = (int)captured;
        Time = (BinaryPrimitives.ReadUInt32LittleEndian(header) * NanosecondsPerSecond) + (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) * _nanosecondsPerFraction);
        OriginalLength = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(header[12..]), int.MaxValue);
        if (_end - _next < PacketHeaderLength + length && !Fill(PacketHeaderLength + length))
            throw new CaptureException($"{_path}: truncated dump file; only {_end - _next - PacketHeaderLength} of a packet's {length} bytes (after {_packets} packets)");
        _packet = _next + PacketHeaderLength;
        _next = _packet + length;
        _captured = Math.Min(length, _snapLength);
        _packets++;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>Moves what's left to the block's front and reads on until there are so many bytes; false when the file ends before.</summary>
    private bool Fill(int wanted)
    {
        _block.AsSpan(_next, _end - _next).CopyTo(_block);
        _end -= _next;
        _next = 0;
        _end += _stream.ReadAtLeast(_block.AsSpan(_end), wanted - _end, throwOnEndOfStream: false);
        return _end >= wanted;
    }
}
