using System.Buffers.Binary;

namespace Agent.Node.Probes.Netlink;

/// <summary>NUD_… states of a neighbour.</summary>
[Flags]
internal enum NeighbourStates : ushort
{
    None = 0,
    Incomplete = 0x01,
    Reachable = 0x02,
    Stale = 0x04,
    Delay = 0x08,
    Probe = 0x10,
    Failed = 0x20,
    NoArp = 0x40,
    Permanent = 0x80,
}

/// <summary>An ARP or IPv6 neighbour entry (RTM_NEWNEIGH).</summary>
internal sealed record NeighbourMessage(int LinkIndex, string Address, string Mac, NeighbourStates States)
{
    private const int BodyLength = 12; // struct ndmsg
    private const byte FamilyIPv4 = 2;
    private const byte FamilyIPv6 = 10;

    /// <summary>False for what isn't one, forwarding entries of bridges (family AF_BRIDGE) included.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out NeighbourMessage? neighbour)
    {
        neighbour = null;
        if (payload.Length < BodyLength || payload[0] is not (FamilyIPv4 or FamilyIPv6))
        {
            return false;
        }

        string? address = null;
        var mac = "";
        var attributes = new NetlinkAttributes(payload[BodyLength..]);
        while (attributes.TryRead(out var type, out var value))
        {
            if (type == 1)
            {
                address = NetlinkValue.Address(value);
            }
            else if (type == 2)
            {
                mac = NetlinkValue.Mac(value);
            }
        }

        var index = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        if (address is null || index <= 0)
        {
            return false;
        }

        neighbour = new NeighbourMessage(index, address, mac, (NeighbourStates)BinaryPrimitives.ReadUInt16LittleEndian(payload[8..]));
        return true;
    }
}
