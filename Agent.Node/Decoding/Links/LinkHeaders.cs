using System.Runtime.CompilerServices;

namespace Agent.Node.Decoding.Links;

/// <summary>The link layers that few captures have: each tells the type of what follows, as an EtherType, and where.</summary>
internal static class LinkHeaders
{
    /// <summary>False when there's nothing to go on with, and <see cref="PacketLayers.End"/> says why.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static bool TryRead(LinkType link, ReadOnlySpan<byte> packet, ref PacketLayers layers, out ushort type, out int offset)
    {
        (type, offset) = (0, 0);
        switch (link)
        {
            case LinkType.Wifi:
                return WifiFrame.TryRead(packet, offset, isPadded: false, ref layers, out type, out offset);
            case LinkType.Radiotap when WifiRadio.TryReadRadiotap(packet, out offset, out var isPadded):
                return WifiFrame.TryRead(packet, offset, isPadded, ref layers, out type, out offset);
            case LinkType.Prism when WifiRadio.TryReadPrism(packet, out offset):
            case LinkType.Avs when WifiRadio.TryReadAvs(packet, out offset):
            case LinkType.Ppi when WifiRadio.TryReadPpi(packet, out offset):
                return WifiFrame.TryRead(packet, offset, isPadded: false, ref layers, out type, out offset);
            case LinkType.CiscoHdlc when CiscoHdlc.TryRead(packet, out type, out offset):
            case LinkType.PppHdlc when CiscoHdlc.IsAddress(packet) && CiscoHdlc.TryRead(packet, out type, out offset):
                if (type != CiscoHdlc.KeepAlive)
                {
                    return true;
                }

                layers.End = DecodeEnd.Signalling;
                return false;
            case LinkType.FrameRelay when FrameRelay.TryRead(packet, out type, out offset):
                return true;
            case LinkType.PppHdlc when !CiscoHdlc.IsAddress(packet):
                type = EtherTypes.Ppp;
                return true;
            case LinkType.PppDirection when packet.Length > 1:
                // A byte for the direction, which pppd has in the place of HDLC's address.
                (type, offset) = (EtherTypes.Ppp, packet[1] == PppControl ? 2 : 1);
                return true;
            case LinkType.PppoE when PppoeHeader.TryRead(packet, out _):
                type = packet[1] == 0 ? EtherTypes.PppoeSession : EtherTypes.PppoeDiscovery;
                return true;
            case LinkType.Mpls:
                type = EtherTypes.Mpls;
                return true;
            case LinkType.Nflog when Nflog.TryFindPayload(packet, out offset):
            case LinkType.Ipnet when SystemHeaders.TryReadIpnet(packet, out offset):
            case LinkType.Enc when SystemHeaders.TryReadEnc(packet, out offset):
            case LinkType.Pflog when SystemHeaders.TryReadPflog(packet, out offset):
                type = packet[offset] >> 4 == 6 ? EtherTypes.IPv6 : EtherTypes.IPv4;
                return true;
            default:
                layers.End = DecodeEnd.Broken;
                return false;
        }
    }

    private const byte PppControl = 3;
}
