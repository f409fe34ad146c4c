using System.Buffers.Binary;

namespace Agent.Node.Probes.Netlink;

/// <summary>IFF_… flags of a link, by the kernel's numbers.</summary>
[Flags]
internal enum LinkFlags : uint
{
    None = 0,
    Up = 0x1,
    Broadcast = 0x2,
    Loopback = 0x8,
    PointToPoint = 0x10,
    Running = 0x40,
    NoArp = 0x80,
    Promiscuous = 0x100,
    Multicast = 0x1000,
}

/// <summary>RFC 2863 ifOperStatus, by the kernel's numbers.</summary>
internal enum LinkOperState : byte
{
    Unknown = 0,
    NotPresent = 1,
    Down = 2,
    LowerLayerDown = 3,
    Testing = 4,
    Dormant = 5,
    Up = 6,
}

/// <summary>A network interface as the kernel tells it (RTM_NEWLINK).</summary>
internal sealed record LinkMessage
{
    public required int Index { get; init; }

    public string Name { get; init; } = "";

    /// <summary>IFLA_INFO_KIND: "veth", "bridge", "vxlan", "tun"…; empty for a physical device and the loopback.</summary>
    public string Kind { get; init; } = "";

    /// <summary>ARPHRD_…: 1 Ethernet, 772 loopback.</summary>
    public ushort HardwareType { get; init; }

    public string Mac { get; init; } = "";

    public int Mtu { get; init; }

    public LinkOperState OperState { get; init; }

    public LinkFlags Flags { get; init; }

    /// <summary>The bridge, bond or VRF this link belongs to; 0 for none.</summary>
    public int MasterIndex { get; init; }

    /// <summary>IFLA_LINK: the peer of a veth, the lower device of a VLAN or macvlan; 0 for none.</summary>
    public int LowerIndex { get; init; }

    /// <summary>The namespace <see cref="LowerIndex"/> counts in, by this namespace's id for it; null: this namespace.</summary>
    public int? LowerNamespaceId { get; init; }

    /// <summary>The VLAN id of a link of kind "vlan".</summary>
    public int? Vlan { get; init; }

    public TunnelAttributes? Tunnel { get; init; }

    public LinkStatistics Statistics { get; init; }

    private const int BodyLength = 16; // struct ifinfomsg

    /// <summary>Reads the body of RTM_NEWLINK or RTM_DELLINK. False for what isn't a link, bridge-port notifications included.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out LinkMessage? link)
    {
        link = null;
        if (payload.Length < BodyLength || payload[0] != 0)
        {
            return false; // family AF_BRIDGE repeats a bridge port without most of its attributes
        }

        var index = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        if (index <= 0)
        {
            return false;
        }

        var (name, kind, mac) = ("", "", "");
        int mtu = 0, master = 0, lower = 0;
        int? lowerNamespace = null, vlan = null;
        var operState = LinkOperState.Unknown;
        TunnelAttributes? tunnel = null;
        LinkStatistics statistics = default;
        var attributes = new NetlinkAttributes(payload[BodyLength..]);
        while (attributes.TryRead(out var type, out var value))
        {
            switch (type)
            {
                case 1:
                    mac = NetlinkValue.Mac(value);
                    break;
                case 3:
                    name = NetlinkValue.Text(value);
                    break;
                case 4:
                    mtu = NetlinkValue.Int32(value) ?? 0;
                    break;
                case 5:
                    lower = NetlinkValue.Int32(value) ?? 0;
                    break;
                case 10:
                    master = NetlinkValue.Int32(value) ?? 0;
                    break;
                case 16:
                    operState = (LinkOperState)(NetlinkValue.Byte(value) ?? 0);
                    break;
                case 18:
                    ReadLinkInfo(value, out kind, out vlan, out tunnel);
                    break;
                case 23:
                    statistics = LinkStatistics.Read(value);
                    break;
                case 37:
                    lowerNamespace = NetlinkValue.Int32(value);
                    break;
            }
        }

        link = new LinkMessage
        {
            Index = index,
            Name = name,
            Kind = kind,
            HardwareType = BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]),
            Mac = mac,
            Mtu = mtu,
            OperState = operState,
            Flags = (LinkFlags)BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]),
            MasterIndex = master,
            LowerIndex = lower,
            LowerNamespaceId = lowerNamespace,
            Vlan = vlan,
            Tunnel = tunnel,
            Statistics = statistics,
        };
        return true;
    }

    private static void ReadLinkInfo(ReadOnlySpan<byte> info, out string kind, out int? vlan, out TunnelAttributes? tunnel)
    {
        kind = "";
        vlan = null;
        tunnel = null;
        ReadOnlySpan<byte> data = default;
        var attributes = new NetlinkAttributes(info);
        while (attributes.TryRead(out var type, out var value))
        {
            if (type == 1)
            {
                kind = NetlinkValue.Text(value);
            }
            else if (type == 2)
            {
                data = value;
            }
        }

        if (kind == "vlan")
        {
            var vlanAttributes = new NetlinkAttributes(data);
            while (vlanAttributes.TryRead(out var type, out var value))
            {
                vlan = type == 1 ? NetlinkValue.UInt16(value) : vlan;
            }
        }
        else
        {
            tunnel = TunnelAttributes.Read(kind, data);
        }
    }
}
