using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Agent.Node.Probes.Netlink;

/// <summary>One way a route leads: through an interface, and a gateway unless the destination is on link.</summary>
internal sealed record RouteNextHop(int LinkIndex, string? Gateway);

/// <summary>A route (RTM_NEWROUTE).</summary>
internal sealed record RouteMessage
{
    public required int Table { get; init; }

    /// <summary>"10.0.0.0/24"; "0.0.0.0/0" or "::/0" for the default route.</summary>
    public required string Prefix { get; init; }

    /// <summary>RTPROT_…: 2 kernel, 3 boot, 4 static, 16 dhcp, 186 bgp.</summary>
    public byte Protocol { get; init; }

    public int Priority { get; init; }

    /// <summary>Preferred source address.</summary>
    public string? Source { get; init; }

    public ImmutableArray<RouteNextHop> NextHops { get; init; } = [];

    public bool IsIPv6 => Prefix.Contains(':', StringComparison.Ordinal);

    /// <summary>What identifies a route to the kernel.</summary>
    public (int Table, string Prefix, int Priority, int FirstLink, string? FirstGateway) Key =>
        (Table, Prefix, Priority, NextHops.IsEmpty ? 0 : NextHops[0].LinkIndex, NextHops.IsEmpty ? null : NextHops[0].Gateway);

    private const int BodyLength = 12; // struct rtmsg
    private const byte FamilyIPv4 = 2;
    private const byte FamilyIPv6 = 10;
    private const uint Cloned = 0x200; // RTM_F_CLONED: a cached copy, not a route of the table

    public static bool TryRead(ReadOnlySpan<byte> payload, out RouteMessage? route)
    {
        route = null;
        if (payload.Length < BodyLength || payload[0] is not (FamilyIPv4 or FamilyIPv6)
            || (BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]) & Cloned) != 0)
        {
            return false;
        }

        int table = payload[4], priority = 0, link = 0;
        string? destination = null, gateway = null, source = null;
        var hops = ImmutableArray<RouteNextHop>.Empty;
        var attributes = new NetlinkAttributes(payload[BodyLength..]);
        while (attributes.TryRead(out var type, out var value))
        {
            switch (type)
            {
                case 1:
                    destination = NetlinkValue.Address(value);
                    break;
                case 4:
                    link = NetlinkValue.Int32(value) ?? 0;
                    break;
                case 5:
                    gateway = NetlinkValue.Address(value);
                    break;
                case 6:
                    priority = NetlinkValue.Int32(value) ?? 0;
                    break;
                case 7:
                    source = NetlinkValue.Address(value);
                    break;
                case 9:
                    hops = ReadMultipath(value);
                    break;
                case 15:
                    table = NetlinkValue.Int32(value) ?? table;
                    break;
                case 18 when value.Length > 2:
                    gateway = NetlinkValue.Address(value[2..]); // RTA_VIA: family, then an address of the other family
                    break;
            }
        }

        destination ??= payload[0] == FamilyIPv4 ? "0.0.0.0" : "::";
        route = new RouteMessage
        {
            Table = table,
            Prefix = $"{destination}/{payload[1]}",
            Protocol = payload[5],
            Priority = priority,
            Source = source,
            NextHops = !hops.IsEmpty ? hops : link > 0 ? [new RouteNextHop(link, gateway)] : [],
        };
        return true;
    }

    // RTA_MULTIPATH: struct rtnexthop {u16 length, u8 flags, u8 hops, s32 link}, each with attributes of its own.
    private static ImmutableArray<RouteNextHop> ReadMultipath(ReadOnlySpan<byte> value)
    {
        const int hopHeader = 8;
        var hops = ImmutableArray.CreateBuilder<RouteNextHop>();
        while (value.Length >= hopHeader)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(value);
            if (length < hopHeader || length > value.Length)
            {
                break;
            }

            string? gateway = null;
            var attributes = new NetlinkAttributes(value[hopHeader..length]);
            while (attributes.TryRead(out var type, out var inner))
            {
                gateway = type == 5 ? NetlinkValue.Address(inner) : gateway;
            }

            hops.Add(new RouteNextHop(BinaryPrimitives.ReadInt32LittleEndian(value[4..]), gateway));
            value = value[Math.Min(NetlinkMessages.Align(length), value.Length)..];
        }

        return hops.ToImmutable();
    }
}
