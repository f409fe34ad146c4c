using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding;

/// <summary>
/// The headers that end one flow and carry another. A datagram on a tunnel's port that doesn't read as that tunnel stays
/// plain UDP. The network ID is that of the last header; a key or VNI around labels or an ERSPAN session is kept beside it.
/// </summary>
internal static class TunnelDecoder
{
    private const int MaximumServiceHeaders = 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void DecodeUdp(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        var tunnel = ports[layers.DestinationPort];
        if (tunnel == LayerType.None)
        {
            if (layers.SourcePort <= ports.HighestAnswering)
            {
                DecodeAnswer(packet, offset, ports, ref layers);
            }
        }
        else if (layers.DestinationPort < TunnelPorts.FirstEphemeral)
        {
            DecodeTunnel(packet, offset, tunnel, ref layers);
        }
        else
        {
            DecodeEphemeral(packet, offset, tunnel, ports, ref layers);
        }
    }

    /// <summary>
    /// What comes to a port that a program may have had from its system: a tunnel only if it is one to its end. What comes
    /// from a service's own port is that service's answer, whatever it looks like.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeEphemeral(ReadOnlySpan<byte> packet, int offset, LayerType tunnel, TunnelPorts ports, ref PacketLayers layers)
    {
        if (layers.SourcePort < TunnelPorts.FirstUnreserved && ports[layers.SourcePort] == LayerType.None)
        {
            return;
        }

        var tried = layers;
        DecodeTunnel(packet, offset, tunnel, ref tried);
        if (CertainTunnel.Holds(tunnel, packet, offset, tried))
        {
            layers = tried;
        }

        layers.Doubts |= FlowDoubts.EphemeralPort;
    }

    /// <summary>Of tunnels whose one end has a port of its own choice, what comes back to it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeAnswer(ReadOnlySpan<byte> packet, int offset, TunnelPorts ports, ref PacketLayers layers)
    {
        var tunnel = ports[layers.SourcePort];
        if (tunnel is not (LayerType.L2tp or LayerType.Teredo))
        {
            return;
        }

        var tried = layers;
        DecodeTunnel(packet, offset, tunnel, ref tried);
        if (CertainTunnel.Holds(tunnel, packet, offset, tried))
        {
            layers = tried;
        }
    }

    /// <summary>What comes to a tunnel's port, without doubt.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DecodeTunnel(ReadOnlySpan<byte> packet, int offset, LayerType tunnel, ref PacketLayers layers)
    {
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
                EnterDirection(tunnel, gtp.Tunnel, offset, ref layers);
                if (gtp.CarriesPacket)
                {
                    Carry(LinkType.Ip, offset + gtp.Length, packet, ref layers);
                }

                break;
            case LayerType.Mpls when TryDecodeMpls(packet, offset, ref layers):
                layers.HasEntropyPort = true;
                break;
            default:
                DecodeRareTunnel(packet, offset, tunnel, ref layers);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeRareTunnel(ReadOnlySpan<byte> packet, int offset, LayerType tunnel, ref PacketLayers layers)
    {
        var data = packet[offset..];
        switch (tunnel)
        {
            case LayerType.L2tp when L2tpHeader.TryRead(data, out var l2tp):
                EnterL2tp(l2tp, offset, packet, ref layers);
                break;
            case LayerType.Teredo when TeredoHeader.TryRead(data, out var teredo):
                Enter(tunnel, 0, offset, ref layers);
                // A client's port is its own, and the only thing that tells it from others behind the same address.
                layers.HasEntropyPort = false;
                Carry(LinkType.Ip, offset + teredo.Length, packet, ref layers);
                break;
            case LayerType.Gue when GueHeader.TryRead(data, out var gue):
                Enter(tunnel, 0, offset, ref layers);
                CarryProtocol(gue.Protocol, offset + gue.Length, packet, ref layers);
                break;
            case LayerType.Fou when GueHeader.TryReadFou(data, out var gue):
                Enter(tunnel, 0, offset, ref layers);
                CarryProtocol(gue.Protocol, offset + gue.Length, packet, ref layers);
                break;
            case LayerType.Lisp when LispHeader.TryRead(data, out var lisp):
                EnterDirection(tunnel, lisp.Instance, offset, ref layers);
                CarryType(lisp.Protocol, offset + LispHeader.Length, packet, ref layers);
                break;
        }
    }

    /// <summary>Of version 2 or 3, in UDP or in IP.</summary>
    internal static void EnterL2tp(in L2tpHeader l2tp, int offset, ReadOnlySpan<byte> packet, ref PacketLayers layers)
    {
        EnterDirection(l2tp.Version == 2 ? LayerType.L2tp : LayerType.L2tpV3, l2tp.Session, offset, ref layers);
        layers.HasEntropyPort = false;
        Carry(l2tp.Inner, offset + l2tp.Length, packet, ref layers);
    }

    /// <summary>Service paths, one header around the other where there are several; the innermost one's is the network ID.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void DecodeNsh(ReadOnlySpan<byte> packet, int offset, ref PacketLayers layers)
    {
        if (layers.Tunnel == LayerType.None)
        {
            layers.Tunnel = LayerType.Nsh;
            layers.TunnelOffset = offset;
        }
        layers.OuterId = (uint)layers.NetworkId;
        for (var headers = 0; headers < MaximumServiceHeaders && offset <= packet.Length && NshHeader.TryRead(packet[offset..], out var nsh); headers++)
        {
            if (headers == 0)
            {
                layers.AddLayer(LayerType.Nsh);
                layers.Doubts |= FlowDoubts.DirectionalId;
            }
            layers.NetworkId = nsh.Path;
            offset += nsh.Length;
            if (nsh.Protocol != EtherTypes.Nsh)
            {
                CarryType(nsh.Protocol, offset, packet, ref layers);
                return;
            }
        }
        layers.End = DecodeEnd.Broken;
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
                layers.Doubts |= FlowDoubts.DirectionalId;
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
            case >= EtherTypes.FirstAruba and <= EtherTypes.LastAruba when (gre.Protocol & 0xf) == 0:
                Carry(LinkType.Wifi, offset, packet, ref layers);
                break;
            case EtherTypes.Wccp:
                Carry(LinkType.Ip, offset + WccpHeader.LengthIn(packet[offset..]), packet, ref layers);
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
        layers.Doubts |= FlowDoubts.DirectionalId;
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
            case EtherTypes.Nsh:
                DecodeNsh(packet, offset, ref layers);
                break;
        }
    }

    /// <summary>What an IP protocol number says to follow, no IP header around it.</summary>
    private static void CarryProtocol(byte protocol, int offset, ReadOnlySpan<byte> packet, ref PacketLayers layers)
    {
        switch (protocol)
        {
            case IpProtocols.IPv4 or IpProtocols.IPv6:
                Carry(LinkType.Ip, offset, packet, ref layers);
                break;
            case IpProtocols.Ethernet:
                Carry(LinkType.Ethernet, offset, packet, ref layers);
                break;
            case IpProtocols.Gre:
                DecodeGre(packet, offset, isNvgre: false, ref layers);
                break;
            case IpProtocols.MplsInIp:
                CarryType(EtherTypes.Mpls, offset, packet, ref layers);
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

    /// <summary>The ID belongs to this direction. 0 is none: of an echo of GTP-U's, or a LISP packet without an instance.</summary>
    private static void EnterDirection(LayerType tunnel, uint id, int offset, ref PacketLayers layers)
    {
        Enter(tunnel, id, offset, ref layers);
        if (id != 0)
        {
            layers.Doubts |= FlowDoubts.DirectionalId;
        }
    }

    private static void EnterErspan(LayerType layer, in ErspanHeader erspan, ReadOnlySpan<byte> packet, int offset, ref PacketLayers layers)
    {
        layers.AddLayer(layer);
        layers.OuterId = (uint)layers.NetworkId;
        layers.NetworkId = erspan.Session;
        Carry(LinkType.Ethernet, offset + erspan.Length, packet, ref layers);
    }
}
