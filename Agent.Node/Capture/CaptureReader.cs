using System.Buffers.Binary;
using Agent.Node.Decoding;
using Agent.Node.Flows;

namespace Agent.Node.Capture;

/// <summary>How packets start in a file: the link type's number there, and the byte order of numbers in it that are the host's.</summary>
internal readonly record struct LinkFormat(int Number, bool IsBigEndian)
{
    /// <summary>No packet was read yet.</summary>
    internal static readonly LinkFormat None = new(-1, false);
}

/// <summary>
/// A capture's packets where they lie in a block of what was read: some at a time, all of one link type. What libpcap
/// does with a call a packet is most of the work of reading a file.
/// </summary>
internal abstract class CaptureReader
{
    /// <summary>A longer one means that the file is broken. Jumbograms and segments before they're cut are longer than any frame.</summary>
    internal const int LongestPacket = 64 << 20;

    private protected const long NanosecondsPerSecond = 1_000_000_000;
    private protected const int MagicLength = sizeof(uint);
    private const int BatchLength = 256;

    private readonly string _name;
    private long _before;

    private protected CaptureReader(string name, StreamBlock block)
    {
        _name = name;
        Source = block;
    }

    /// <summary>What the packets read start with.</summary>
    internal LinkType Link { get; private protected set; }

    /// <summary>The same, as the file has it.</summary>
    internal LinkFormat Format { get; private protected set; } = LinkFormat.None;

    /// <summary>Where the packets read lie; valid until the next read.</summary>
    internal ReadOnlySpan<byte> Block => Source.Bytes;

    /// <summary>The same, for those who keep it by way of <see cref="Replace"/>.</summary>
    internal byte[] Memory => Source.Bytes;

    /// <inheritdoc cref="StreamBlock.Replace"/>
    internal Func<byte[], int, byte[]>? Replace
    {
        set => Source.Replace = value;
    }

    /// <summary>The packets read: as many as lie whole in the block, up to a limit.</summary>
    internal Span<PacketPlace> Packets => Places.AsSpan(0, Count);

    /// <summary>Packets of the interfaces whose link type isn't decoded, by its number.</summary>
    internal Dictionary<int, long> Undecoded { get; } = [];

    /// <summary>Addresses and their names, where the file has such.</summary>
    internal Dictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

    private protected StreamBlock Source { get; }

    private protected PacketPlace[] Places { get; } = new PacketPlace[BatchLength];

    private protected int Count { get; set; }

    /// <summary>Packets read before those at hand.</summary>
    private protected long Before => _before;

    /// <summary>Reads the first bytes and says which format it is.</summary>
    /// <exception cref="CaptureException">It's none, or its link type isn't decoded.</exception>
    internal static CaptureReader Open(string name, Stream stream)
    {
        var block = new StreamBlock(stream);
        if (block.Fill(MagicLength))
        {
            var magic = BinaryPrimitives.ReadUInt32LittleEndian(block.Bytes);
            if (magic == PcapngReader.SectionHeader)
            {
                return new PcapngReader(name, block);
            }

            if (PcapReader.TryOpen(name, block, magic) is { } reader)
            {
                return reader;
            }
        }
        throw new CaptureException($"{name}: unknown file format: it's neither pcap nor pcapng");
    }

    /// <summary>Reads some packets; false at the end.</summary>
    /// <exception cref="CaptureException">It's cut off or broken; the packets before that were read.</exception>
    internal bool Read()
    {
        _before += Count;
        Count = 0;
        return ReadSome();
    }

    private protected abstract bool ReadSome();

    private protected CaptureException Truncated(string what) => Broken($"truncated dump file; only {what}");

    private protected CaptureException Broken(string what) => new($"{_name}: {what} (after {Before} packets)");

    private protected CaptureException TooLong(uint captured) => Broken($"a packet of {captured} bytes, {LongestPacket} are the most there can be");

    /// <summary>What's captured of a packet, less the frame's check sequence at its end.</summary>
    private protected static int WithoutChecksum(int captured, int original, int checksumLength) => Math.Min(captured, Math.Max(original - checksumLength, 0));
}
