using System.Runtime.CompilerServices;
using Agent.Node.Decoding;

namespace Agent.Node.Flows;

/// <summary>
/// Says which of several engines a packet belongs to: by its outermost IP addresses, the same for both directions. So all of a
/// flow's packets meet in one engine, and with them their fragments, what a tunnel carries, and the tunnels that are pairs.
/// Packets without an IP header on the outside are the first engine's. Only an ICMP error concerns a flow of other addresses
/// than its own: all engines look at it.
/// </summary>
/// <param name="engines">How many there are.</param>
/// <param name="options">Theirs.</param>
internal sealed class PacketOwners(int engines, FlowOptions options)
{
    /// <summary>Added to the owner's number: the others look at it, too.</summary>
    internal const byte Shared = 0x80;

    /// <summary>2^64 divided by the golden ratio: sums that follow on each other are spread evenly.</summary>
    private const ulong Spread = 0x9e37_79b9_7f4a_7c15;

    /// <summary>Finds the owner of each packet; true: some are shared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Find(LinkType link, ReadOnlySpan<byte> block, ReadOnlySpan<PacketPlace> packets, Span<byte> owners)
    {
        var shared = 0;
        for (var i = 0; i < packets.Length; i++)
        {
            var packet = block.Slice(packets[i].Start, packets[i].Length);
            if (!TryGlance(link, packet, out var sum))
            {
                owners[i] = Decode(link, packet);
                shared |= owners[i];
            }
            else
            {
                owners[i] = (byte)Of(sum, engines);
            }
        }
        return (shared & Shared) != 0;
    }

    /// <summary>The owner of the flow of these layers, on the outside.</summary>
    internal static int Of(in PacketLayers layers, int engines) =>
        layers.IpVersion == 0 ? 0 : Of(End(layers.SourceHigh, layers.SourceLow) + End(layers.DestinationHigh, layers.DestinationLow), engines);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Of(ulong sum, int engines) => (int)(((sum * Spread >> 32) * (ulong)engines) >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong End(ulong high, ulong low) => low ^ (high * Spread);

    /// <summary>Finds the addresses where the decoder would; false for what's rare, and for all that may be an ICMP error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryGlance(LinkType link, ReadOnlySpan<byte> packet, out ulong sum)
    {
        sum = 0;
        int type;
        int offset;
        switch (link)
        {
            case LinkType.Ethernet when EthernetHeader.TryRead(packet, out var ethernet):
                type = ethernet.Type;
                offset = EthernetHeader.Length;
                break;
            case LinkType.Ip when packet.Length > 0:
                type = packet[0] >> 4 == 6 ? EtherTypes.IPv6 : EtherTypes.IPv4;
                offset = 0;
                break;
            case LinkType.LinuxCooked when LinuxCooked.TryRead(packet, out var cooked, out offset):
            case LinkType.LinuxCooked2 when LinuxCooked.TryRead2(packet, out cooked, out offset):
                type = cooked;
                break;
            default:
                return false;
        }

        while (type is EtherTypes.Vlan or EtherTypes.ServiceVlan && VlanTag.TryRead(packet[offset..], out var tag))
        {
            type = tag.Type;
            offset += VlanTag.Length;
        }

        if (type == EtherTypes.IPv4)
        {
            if (!Ipv4Header.TryRead(packet[offset..], out var ip4) || ip4.Protocol == IpProtocols.IcmpV4)
            {
                return false;
            }

            sum = End(0, ip4.Source) + End(0, ip4.Destination);
            return true;
        }

        if (type != EtherTypes.IPv6 || !Ipv6Header.TryRead(packet[offset..], out var ip6) || ip6.NextHeader is not (IpProtocols.Tcp or IpProtocols.Udp))
        {
            return false;
        }

        sum = End(ip6.SourceHigh, ip6.SourceLow) + End(ip6.DestinationHigh, ip6.DestinationLow);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte Decode(LinkType link, ReadOnlySpan<byte> packet)
    {
        PacketDecoder.Decode(link, packet, options.Ports, out var layers);
        var mayBeError = layers.IcmpRole == IcmpRole.Error
            || (options.Defragment && layers.IsFragment && layers.IpProtocol is IpProtocols.IcmpV4 or IpProtocols.IcmpV6);
        return (byte)(Of(layers, engines) | (mayBeError ? Shared : 0));
    }
}
