namespace Agent.Node.Probes.Netlink;

/// <summary>What a tunnel link encapsulates with. Addresses are text; null means the tunnel leaves it open.</summary>
internal sealed record TunnelAttributes
{
    /// <summary>VXLAN or GENEVE VNI.</summary>
    public uint? Vni { get; init; }

    /// <summary>GRE key of packets sent.</summary>
    public uint? Key { get; init; }

    public string? Local { get; init; }

    /// <summary>The other end, or the multicast group of a VXLAN.</summary>
    public string? Remote { get; init; }

    /// <summary>UDP port sent to.</summary>
    public int? Port { get; init; }

    /// <summary>Reads IFLA_INFO_DATA of a tunnel's kind; null when the kind is no tunnel.</summary>
    public static TunnelAttributes? Read(string kind, ReadOnlySpan<byte> data) => kind switch
    {
        "vxlan" => Vxlan(data),
        "geneve" => Geneve(data),
        "gre" or "gretap" or "ip6gre" or "ip6gretap" or "erspan" or "ip6erspan" => Gre(data),
        "ipip" or "sit" or "ip6tnl" => IpInIp(data),
        _ => null,
    };

    private static TunnelAttributes Vxlan(ReadOnlySpan<byte> data)
    {
        var tunnel = new TunnelAttributes();
        var attributes = new NetlinkAttributes(data);
        while (attributes.TryRead(out var type, out var value))
        {
            tunnel = type switch
            {
                1 => tunnel with { Vni = NetlinkValue.UInt32(value) },
                2 or 16 => tunnel with { Remote = NetlinkValue.SpecifiedAddress(value) },
                4 or 17 => tunnel with { Local = NetlinkValue.SpecifiedAddress(value) },
                15 => tunnel with { Port = NetlinkValue.NetworkUInt16(value) },
                _ => tunnel,
            };
        }

        return tunnel;
    }

    private static TunnelAttributes Geneve(ReadOnlySpan<byte> data)
    {
        var tunnel = new TunnelAttributes();
        var attributes = new NetlinkAttributes(data);
        while (attributes.TryRead(out var type, out var value))
        {
            tunnel = type switch
            {
                1 => tunnel with { Vni = NetlinkValue.UInt32(value) },
                2 or 7 => tunnel with { Remote = NetlinkValue.SpecifiedAddress(value) },
                5 => tunnel with { Port = NetlinkValue.NetworkUInt16(value) },
                _ => tunnel,
            };
        }

        return tunnel;
    }

    private static TunnelAttributes Gre(ReadOnlySpan<byte> data)
    {
        const ushort keyPresent = 0x0020; // GRE_KEY, big endian 0x2000 (RFC 2890 section 2)
        var tunnel = new TunnelAttributes();
        var flags = 0;
        var attributes = new NetlinkAttributes(data);
        while (attributes.TryRead(out var type, out var value))
        {
            if (type == 3)
            {
                flags = NetlinkValue.UInt16(value) ?? 0;
            }

            tunnel = type switch
            {
                5 => tunnel with { Key = NetlinkValue.NetworkUInt32(value) },
                6 => tunnel with { Local = NetlinkValue.SpecifiedAddress(value) },
                7 => tunnel with { Remote = NetlinkValue.SpecifiedAddress(value) },
                _ => tunnel,
            };
        }

        return (flags & keyPresent) != 0 ? tunnel : tunnel with { Key = null };
    }

    private static TunnelAttributes IpInIp(ReadOnlySpan<byte> data)
    {
        var tunnel = new TunnelAttributes();
        var attributes = new NetlinkAttributes(data);
        while (attributes.TryRead(out var type, out var value))
        {
            tunnel = type switch
            {
                2 => tunnel with { Local = NetlinkValue.SpecifiedAddress(value) },
                3 => tunnel with { Remote = NetlinkValue.SpecifiedAddress(value) },
                _ => tunnel,
            };
        }

        return tunnel;
    }
}
