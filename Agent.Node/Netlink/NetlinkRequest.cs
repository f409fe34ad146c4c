using System.Buffers.Binary;

namespace Agent.Node.Netlink;

/// <summary>Builds request datagrams.</summary>
internal static class NetlinkRequest
{
    private const int NamespaceAttributeDescriptor = 3; // NETNSA_FD

    /// <summary>A dump of everything of one kind. <paramref name="type"/> is a Get… kind.</summary>
    public static byte[] Dump(NetlinkMessageType type, uint sequence)
    {
        // The largest of ifinfomsg (16), rtmsg (12), ndmsg (12) and ifaddrmsg (8): all zero means "any".
        var body = type switch
        {
            NetlinkMessageType.GetLink => 16,
            NetlinkMessageType.GetRoute or NetlinkMessageType.GetNeighbour => 12,
            NetlinkMessageType.GetAddress => 8,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a kind that can be dumped"),
        };
        var message = new byte[NetlinkMessages.HeaderLength + body];
        WriteHeader(message, type, NetlinkMessageFlags.Request | NetlinkMessageFlags.Dump, sequence);
        return message;
    }

    /// <summary>Asks for the id by which the socket's namespace knows the namespace behind a descriptor.</summary>
    public static byte[] NamespaceId(int descriptor, uint sequence)
    {
        var message = new byte[NetlinkMessages.HeaderLength + 4 + 8]; // struct rtgenmsg, padded, and one attribute
        WriteHeader(message, NetlinkMessageType.GetNamespaceId, NetlinkMessageFlags.Request, sequence);
        var attribute = message.AsSpan(NetlinkMessages.HeaderLength + 4);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, 8);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], NamespaceAttributeDescriptor);
        BinaryPrimitives.WriteInt32LittleEndian(attribute[4..], descriptor);
        return message;
    }

    private static void WriteHeader(Span<byte> message, NetlinkMessageType type, NetlinkMessageFlags flags, uint sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, (uint)message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], (ushort)flags);
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], sequence);
    }
}
