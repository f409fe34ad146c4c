using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Agent.Node.Flows;

namespace Agent.Node.Capture;

/// <summary>
/// A pcapng file (draft-ietf-opsawg-pcapng): sections of either byte order, each with interfaces of its own. Blocks that
/// hold neither packets, interfaces nor names are passed over.
/// </summary>
internal sealed class PcapngReader : CaptureReader
{
    /// <summary>Reads the same in either byte order.</summary>
    internal const uint SectionHeader = 0x0a0d0d0a;

    private const uint InterfaceDescription = 1;
    private const uint ObsoletePacket = 2;
    private const uint SimplePacket = 3;
    private const uint NameResolution = 4;
    private const uint EnhancedPacket = 6;

    private const uint ByteOrderMagic = 0x1a2b3c4d;
    private const int HeadLength = 8;
    private const int TailLength = 4;
    private const int SectionLength = 28;
    private const int SimpleHeadLength = HeadLength + 4;
    private const int PacketHeadLength = HeadLength + 20;
    private const int Around = PacketHeadLength + TailLength;

    /// <summary>Of blocks that are kept whole to be read, other than packets.</summary>
    private const int LongestOther = 16 << 20;

    private readonly List<PcapngInterface> _interfaces = [];
    private bool _isBigEndian;
    private long _lastTime;

    internal PcapngReader(string name, StreamBlock block) : base(name, block)
    {
    }

    /// <inheritdoc/>
    private protected override bool ReadSome()
    {
        while (true)
        {
            if (_isBigEndian)
            {
                TakeEnhanced<BigEndian>();
            }
            else
            {
                TakeEnhanced<LittleEndian>();
            }

            if (Count > 0)
            {
                return true;
            }

            if (!(_isBigEndian ? ReadBlock<BigEndian>() : ReadBlock<LittleEndian>()))
            {
                return false;
            }
        }
    }

    /// <summary>Takes enhanced packet blocks of interfaces of one link type as long as they lie whole in what was read; anything else is <see cref="ReadBlock"/>'s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeEnhanced<TOrder>() where TOrder : struct, IByteOrder
    {
        var bytes = Source.Bytes.AsSpan(0, Source.End);
        var interfaces = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_interfaces);
        var places = Places.AsSpan();
        var next = Source.Next;
        var count = Count;
        var time = _lastTime;
        var link = Format.Number;
        while (count < places.Length && bytes.Length - next >= Around)
        {
            var head = bytes.Slice(next, PacketHeadLength);
            var length = TOrder.ReadUInt32(head[4..]);
            var number = TOrder.ReadUInt32(head[8..]);
            var captured = TOrder.ReadUInt32(head[20..]);
            if (TOrder.ReadUInt32(head) != EnhancedPacket
                || length > (uint)(bytes.Length - next)
                || length % 4 != 0
                || length < Around
                || captured > length - Around
                || number >= (uint)interfaces.Length
                || TOrder.ReadUInt32(bytes[(next + (int)length - TailLength)..]) != length)
            {
                break;
            }

            ref readonly var on = ref interfaces[(int)number];
            if (on.LinkNumber != link)
            {
                break;
            }

            var original = (int)Math.Min(TOrder.ReadUInt32(head[24..]), int.MaxValue);
            time = on.TimeOf(TOrder.ReadUInt32(head[12..]), TOrder.ReadUInt32(head[16..]));
            places[count++] = new PacketPlace(
                time, next + PacketHeadLength, on.ChecksumLength == 0 ? (int)captured : WithoutChecksum((int)captured, original, on.ChecksumLength), original);
            next += (int)length;
        }
        Source.Next = next;
        Count = count;
        _lastTime = time;
    }

    /// <summary>Reads one block, of whatever kind; false at the end.</summary>
    private bool ReadBlock<TOrder>() where TOrder : struct, IByteOrder
    {
        if (!Source.Fill(HeadLength))
        {
            return Source.Length == 0 ? false : throw Truncated($"{Source.Length} bytes of a block's header");
        }

        var head = Source.Bytes.AsSpan(Source.Next);
        var type = TOrder.ReadUInt32(head);
        if (type == SectionHeader)
        {
            ReadSection();
            return true;
        }

        // Some writers leave the padding out of the length.
        var length = (TOrder.ReadUInt32(head[4..]) + 3L) & ~3L;
        if (length < HeadLength + TailLength)
        {
            throw Broken($"a block of {length} bytes, which is less than its header and end");
        }

        switch (type)
        {
            case EnhancedPacket or ObsoletePacket or SimplePacket:
                ReadPacket<TOrder>(type, Whole<TOrder>(length, LongestPacket + Around));
                break;
            case InterfaceDescription:
                _interfaces.Add(PcapngInterface.Read<TOrder>(Whole<TOrder>(length, LongestOther)) ?? throw Broken("an interface's description isn't whole, or has a time resolution that can't be"));
                break;
            case NameResolution when length <= LongestOther:
                NameRecords.Read<TOrder>(Whole<TOrder>(length, LongestOther), Names);
                break;
            default:
                if (!Source.Skip(length))
                {
                    throw Truncated($"a part of a block of {length} bytes");
                }

                return true;
        }

        Source.Next += (int)length;
        return true;
    }

    /// <summary>The block's body, once all of it has come.</summary>
    private ReadOnlySpan<byte> Whole<TOrder>(long length, int most) where TOrder : struct, IByteOrder
    {
        if (length > most)
        {
            throw Broken($"a block of {length} bytes, {most} are the most there can be");
        }

        if (!Source.Fill((int)length))
        {
            throw Truncated($"{Source.Length} of a block's {length} bytes");
        }

        var block = Source.Bytes.AsSpan(Source.Next, (int)length);
        var tail = TOrder.ReadUInt32(block[^TailLength..]);
        return ((tail + 3L) & ~3L) == length ? block[HeadLength..^TailLength] : throw Broken($"a block of {length} bytes ends with another length, {tail}");
    }

    private void ReadSection()
    {
        if (!Source.Fill(SectionLength))
        {
            throw Truncated($"{Source.Length} bytes of a section's header");
        }

        var block = Source.Bytes.AsSpan(Source.Next, SectionLength);
        _isBigEndian = BinaryPrimitives.ReadUInt32LittleEndian(block[HeadLength..]) switch
        {
            ByteOrderMagic => false,
            0x4d3c2b1a => true,
            _ => throw Broken("a section's header doesn't say its byte order"),
        };
        var (length, version) = _isBigEndian
            ? (BigEndian.ReadUInt32(block[4..]), BigEndian.ReadUInt16(block[12..]))
            : (LittleEndian.ReadUInt32(block[4..]), LittleEndian.ReadUInt16(block[12..]));
        if (version != 1)
        {
            throw Broken($"unknown version {version} of the format");
        }

        if (length < SectionLength || !Source.Skip((length + 3L) & ~3L))
        {
            throw length < SectionLength ? Broken($"a section's header of {length} bytes") : Truncated($"a part of a section's header of {length} bytes");
        }

        _interfaces.Clear();
        Format = LinkFormat.None;
    }

    private void ReadPacket<TOrder>(uint type, ReadOnlySpan<byte> body) where TOrder : struct, IByteOrder
    {
        var headLength = (type == SimplePacket ? SimpleHeadLength : PacketHeadLength) - HeadLength;
        if (body.Length < headLength)
        {
            throw Broken($"a packet's block of {body.Length} bytes");
        }

        // Of the obsolete block's first word the second half counts dropped packets.
        var number = type switch { EnhancedPacket => TOrder.ReadUInt32(body), ObsoletePacket => TOrder.ReadUInt16(body), _ => 0u };
        if (number >= (uint)_interfaces.Count)
        {
            throw Broken($"a packet of interface {number}, there are {_interfaces.Count}");
        }

        var on = _interfaces[(int)number];
        if (!on.IsDecoded)
        {
            Undecoded[on.LinkNumber] = Undecoded.GetValueOrDefault(on.LinkNumber) + 1;
            return;
        }

        var room = body.Length - headLength;
        uint captured;
        uint original;
        if (type == SimplePacket)
        {
            original = TOrder.ReadUInt32(body);
            captured = Math.Min(Math.Min(original, (uint)room), on.SnapLength);
        }
        else
        {
            captured = TOrder.ReadUInt32(body[12..]);
            original = TOrder.ReadUInt32(body[16..]);
            _lastTime = on.TimeOf(TOrder.ReadUInt32(body[4..]), TOrder.ReadUInt32(body[8..]));
        }
        if (captured > (uint)room)
        {
            throw captured > LongestPacket ? TooLong(captured) : Broken($"a packet of {captured} bytes in a block that has {room} for it");
        }

        Format = new LinkFormat(on.LinkNumber, _isBigEndian);
        Link = on.Link;
        var whole = (int)Math.Min(original, int.MaxValue);
        // A simple block has no time: the last packet's is the nearest.
        Places[Count++] = new PacketPlace(_lastTime, Source.Next + HeadLength + headLength, WithoutChecksum((int)captured, whole, on.ChecksumLength), whole);
    }
}
