using Agent.Node.Decoding;

namespace Agent.Node.Capture;

/// <summary>Link types as pcap files number them (draft-ietf-opsawg-pcaplinktype), and libpcap's of live devices, as the decoder's.</summary>
internal static class LinkTypes
{
    /// <summary>Null: it isn't decoded.</summary>
    internal static LinkType? TryOf(int number) => number switch
    {
        0 or 108 => LinkType.Loopback,
        1 => LinkType.Ethernet,
        9 => LinkType.Ppp,
        50 => LinkType.PppHdlc,
        51 => LinkType.PppoE,
        // Raw IP's number is 101 in files; 12 and 14 are what systems call it.
        12 or 14 or 101 or 228 or 229 => LinkType.Ip,
        104 => LinkType.CiscoHdlc,
        105 => LinkType.Wifi,
        107 => LinkType.FrameRelay,
        109 => LinkType.Enc,
        113 => LinkType.LinuxCooked,
        117 => LinkType.Pflog,
        119 => LinkType.Prism,
        127 => LinkType.Radiotap,
        163 => LinkType.Avs,
        166 or 204 => LinkType.PppDirection,
        192 => LinkType.Ppi,
        219 => LinkType.Mpls,
        226 => LinkType.Ipnet,
        239 => LinkType.Nflog,
        276 => LinkType.LinuxCooked2,
        _ => null,
    };

    /// <exception cref="NotSupportedException">The decoder doesn't know this link type.</exception>
    internal static LinkType Of(int number) => TryOf(number) ?? throw new NotSupportedException(Refusal(number));

    /// <summary>What to say of one that isn't decoded.</summary>
    internal static string Refusal(int number)
    {
        var name = Enum.GetName((PacketDotNet.LinkLayers)number) is { } known ? $" ({known})" : "";
        return $"link type {number}{name} isn't decoded: Ethernet, raw IP, Linux cooked, 802.11, PPP, PPPoE, Cisco HDLC, frame relay, MPLS, BSD loopback, ENC, PFLOG, NFLOG and IPNET are";
    }
}
