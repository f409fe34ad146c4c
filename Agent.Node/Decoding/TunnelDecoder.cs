using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>
/// The headers that end one flow and carry another. A datagram on a tunnel's port that doesn't read as that tunnel stays
/// plain UDP. The network ID is that of the last header; a key or VNI around labels or an ERSPAN session is kept beside it.
/// </summary>
internal static class TunnelDecoder
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DecodeUdp(ReadOnlySpan<byte> packet, int offset, LayerType tunnel, ref PacketLayers layers)
    {
        if (tunnel == LayerType.None)
        {
            return;
        }

        var data = packet[offset..];
        switch (tunnel)
        {
            case LayerType.Vxlan when VxlanHeader.TryRead(data, out var vxlan):
                Enter(tunnel, vxlan.NetworkId, offset, ref layers);
                Carry(LinkType.Ethernet, offset + VxlanHeader.Length, packet, ref layers);
                break;
            case LayerType.VxlanGpe when VxlanHeader.TryReadGpe(data, out var gpe):
                Enter(tunnel, gpe.NetworkId, offset, ref layers);
                CarryType(gpe.Protocol, offset + VxlanHeader.Length, packet, ref layers);
                break;
            case LayerType.Geneve when GeneveHeader.TryRead(data, out var geneve):
                Enter(tunnel, geneve.NetworkId, offset, ref layers);
                CarryType(geneve.Protocol, offset + geneve.Length, packet, ref layers);
                break;
            case LayerType.Gtp when GtpHeader.TryRead(data, out var gtp):
                Enter(tunnel, gtp.Tunnel, offset, ref layers);
                if (gtp.CarriesPacket)
                {
                    Carry(LinkType.Ip, offset + gtp.Length, packet, ref layers);
                }

                break;
            case LayerType.Mpls when TryDecodeMpls(packet, offset, ref layers):
                layers.HasEntropyPort = true;
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DecodeGre(ReadOnlySpan<byte> packet, int offset, bool isNvgre, ref PacketLayers layers)
    {
        if (!GreHeader.TryRead(packet[offset..], out var gre))
        {
            layers.End = DecodeEnd.Broken;
            return;
        }
        layers.AddLayer(LayerType.Gre);
        layers.Tunnel = LayerType.Gre;
        layers.TunnelOffset = offset;
        layers.NetworkId = isNvgre && gre.FitsNvgre ? gre.VirtualSubnet : gre.Key;
        layers.EtherType = gre.Protocol;
        offset += gre.Length;
        switch (gre.Protocol)
        {
            case EtherTypes.Ppp when gre.Version == 1:
                Carry(LinkType.Ppp, offset, packet, ref layers);
                break;
            // Type I has no header of its own, and GRE's sequence number only comes with type II.
            case EtherTypes.Erspan when !gre.HasSequence:
                Carry(LinkType.Ethernet, offset, packet, ref layers);
                break;
            case EtherTypes.Erspan when ErspanHeader.TryReadII(packet[offset..], out var erspan):
                EnterErspan(LayerType.ErspanII, erspan, packet, offset, ref layers);
                break;
            case EtherTypes.ErspanIII when ErspanHeader.TryReadIII(packet[offset..], out var erspan):
                EnterErspan(LayerType.ErspanIII, erspan, packet, offset, ref layers);
                break;
            default:
                CarryType(gre.Protocol, offset, packet, ref layers);
                break;
        }
    }

    /// <summary>A label stack; false, and nothing changed, when it isn't whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool TryDecodeMpls(ReadOnlySpan<byte> packet, int offset, ref PacketLayers layers)
    {
        if (offset > packet.Length || !MplsStack.TryRead(packet[offset..], out var mpls))
        {
            return false;
        }

        layers.AddLayer(LayerType.Mpls);
        if (layers.Tunnel == LayerType.None)
        {
            layers.Tunnel = LayerType.Mpls;
            layers.TunnelOffset = offset;
        }
        layers.OuterId = (uint)layers.NetworkId;
        layers.NetworkId = mpls.Labels;
        Carry(mpls.Inner, offset + mpls.InnerOffset, packet, ref layers);
        return true;
    }

    /// <summary>Says what the tunnel carries and where, if any of it was captured.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Carry(LinkType inner, int offset, ReadOnlySpan<byte> packet, ref PacketLayers layers)
    {
        if (inner == LinkType.None)
        {
            return;
        }

        if (offset >= packet.Length)
        {
            layers.End = DecodeEnd.Broken;
            return;
        }
        layers.End = DecodeEnd.Tunnel;
        layers.Inner = inner;
        layers.InnerOffset = offset;
    }

    private static void CarryType(ushort type, int offset, ReadOnlySpan<byte> packet, ref PacketLayers layers)
    {
        switch (type)
        {
            case EtherTypes.TransparentEthernetBridging:
                Carry(LinkType.Ethernet, offset, packet, ref layers);
                break;
            case EtherTypes.IPv4 or EtherTypes.IPv6:
                Carry(LinkType.Ip, offset, packet, ref layers);
                break;
            case EtherTypes.Mpls or EtherTypes.MplsMulticast:
                if (!TryDecodeMpls(packet, offset, ref layers))
                {
                    layers.End = DecodeEnd.Broken;
                }

                break;
        }
    }

    private static void Enter(LayerType tunnel, long networkId, int offset, ref PacketLayers layers)
    {
        layers.AddLayer(tunnel);
        layers.Tunnel = tunnel;
        layers.TunnelOffset = offset;
        layers.NetworkId = networkId;
        layers.HasEntropyPort = true;
    }

    private static void EnterErspan(LayerType layer, in ErspanHeader erspan, ReadOnlySpan<byte> packet, int offset, ref PacketLayers layers)
    {
        layers.AddLayer(layer);
        layers.OuterId = (uint)layers.NetworkId;
        layers.NetworkId = erspan.Session;
        Carry(LinkType.Ethernet, offset + erspan.Length, packet, ref layers);
    }
}
