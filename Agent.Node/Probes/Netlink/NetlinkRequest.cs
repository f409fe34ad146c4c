using System.Buffers.Binary;
using System.Text;
using Agent.Node.Linux;

namespace Agent.Node.Probes.Netlink;

/// <summary>Builds request datagrams.</summary>
internal static class NetlinkRequest
{
    private const int NamespaceAttributeDescriptor = 3; // NETNSA_FD
    private const int NameAttribute = 3; // IFLA_IFNAME
    private const int AttributeHeaderLength = 4;
    private const int LinkBodyLength = 16; // struct ifinfomsg

    /// <summary>A dump of a whole table.</summary>
    public static byte[] Dump(NetlinkTable table, uint sequence)
    {
        const byte familyIPv4 = 2;
        const byte link64 = 1; // IFLA_STATS_LINK_64's bit in the filter of struct if_stats_msg
        // ifinfomsg (16), rtmsg (12), ndmsg (12), ifaddrmsg (8) or if_stats_msg (12): all zero means "any".
        var (type, body) = table switch
        {
            NetlinkTable.Links => (NetlinkMessageType.GetLink, LinkBodyLength),
            NetlinkTable.Addresses => (NetlinkMessageType.GetAddress, 8),
            NetlinkTable.Routes or NetlinkTable.RoutesIPv4 => (NetlinkMessageType.GetRoute, 12),
            NetlinkTable.Statistics => (NetlinkMessageType.GetStatistics, 12),
            _ => (NetlinkMessageType.GetNeighbour, 12),
        };
        var message = new byte[NetlinkMessages.HeaderLength + body];
        WriteHeader(message, type, NetlinkMessageFlags.Request | NetlinkMessageFlags.Dump, sequence);
        switch (table)
        {
            case NetlinkTable.RoutesIPv4:
                message[NetlinkMessages.HeaderLength] = familyIPv4;
                break;
            case NetlinkTable.Statistics:
                message[NetlinkMessages.HeaderLength + 8] = link64;
                break;
        }

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

    /// <summary>Asks for one link, by its name.</summary>
    public static byte[] Link(string name, uint sequence)
    {
        var text = Encoding.UTF8.GetBytes(name + '\0');
        var length = AttributeHeaderLength + text.Length;
        var message = new byte[NetlinkMessages.HeaderLength + LinkBodyLength + NetlinkMessages.Align(length)];
        WriteHeader(message, NetlinkMessageType.GetLink, NetlinkMessageFlags.Request, sequence);
        var attribute = message.AsSpan(NetlinkMessages.HeaderLength + LinkBodyLength);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], NameAttribute);
        text.CopyTo(attribute[AttributeHeaderLength..]);
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
