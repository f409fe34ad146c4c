using System.Buffers.Binary;

namespace Agent.Node.Probes.Netlink;

/// <summary>The message kinds of rtnetlink this agent speaks.</summary>
internal enum NetlinkMessageType : ushort
{
    Noop = 1,
    Error = 2,
    Done = 3,
    Overrun = 4,
    NewLink = 16,
    DeleteLink = 17,
    GetLink = 18,
    NewAddress = 20,
    DeleteAddress = 21,
    GetAddress = 22,
    NewRoute = 24,
    DeleteRoute = 25,
    GetRoute = 26,
    NewNeighbour = 28,
    DeleteNeighbour = 29,
    GetNeighbour = 30,
    NewNamespaceId = 88,
    GetNamespaceId = 90,
    NewStatistics = 92,
    GetStatistics = 94,
}

/// <summary>Flags of struct nlmsghdr.</summary>
[Flags]
internal enum NetlinkMessageFlags : ushort
{
    None = 0,
    Request = 1,
    Multi = 2,
    Acknowledge = 4,
    DumpInterrupted = 16,

    /// <summary>On a notification: the new object took another's place.</summary>
    Replace = 0x100,
    Dump = 0x300,
}

/// <summary>Walks the messages of one netlink datagram (struct nlmsghdr, RFC 3549 section 2.3.2), in place.</summary>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    public const int HeaderLength = 16;

    private ReadOnlySpan<byte> _rest = datagram;

    /// <summary>Set when the walk ended on a message that claims more, or less, than there is.</summary>
    public bool Malformed { get; private set; }

    public static int Align(int length) => (length + 3) & ~3;

    public bool TryRead(out NetlinkHeader header, out ReadOnlySpan<byte> payload)
    {
        header = default;
        payload = default;
        if (_rest.Length < HeaderLength)
        {
            Malformed |= !_rest.IsEmpty;
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        if (length < HeaderLength || length > (uint)_rest.Length)
        {
            Malformed = true;
            return false;
        }

        header = new NetlinkHeader(
            (NetlinkMessageType)BinaryPrimitives.ReadUInt16LittleEndian(_rest[4..]),
            (NetlinkMessageFlags)BinaryPrimitives.ReadUInt16LittleEndian(_rest[6..]),
            BinaryPrimitives.ReadUInt32LittleEndian(_rest[8..]));
        payload = _rest[HeaderLength..(int)length];
        _rest = _rest[Math.Min(Align((int)length), _rest.Length)..];
        return true;
    }
}

internal readonly record struct NetlinkHeader(NetlinkMessageType Type, NetlinkMessageFlags Flags, uint Sequence);
