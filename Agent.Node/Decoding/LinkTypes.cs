namespace Agent.Node.Decoding;

/// <summary>Link types as pcap files number them (draft-ietf-opsawg-pcaplinktype), and libpcap's of live devices, as the decoder's.</summary>
internal static class LinkTypes
{
    /// <summary>Where several numbers are the same to the decoder, the one to write stands first.</summary>
    private static readonly (LinkType Link, int[] Numbers)[] Known =
    [
        (LinkType.Loopback, [0, 108]),
        (LinkType.Ethernet, [1]),
        (LinkType.Ppp, [9]),
        (LinkType.PppHdlc, [50]),
        (LinkType.PppoE, [51]),
        // Raw IP's number is 101 in files; 12 and 14 are what systems call it.
        (LinkType.Ip, [101, 12, 14, 228, 229]),
        (LinkType.CiscoHdlc, [104]),
        (LinkType.Wifi, [105]),
        (LinkType.FrameRelay, [107]),
        (LinkType.Enc, [109]),
        (LinkType.LinuxCooked, [113]),
        (LinkType.Pflog, [117]),
        (LinkType.Prism, [119]),
        (LinkType.Radiotap, [127]),
        (LinkType.Avs, [163]),
        (LinkType.Ppi, [192]),
        (LinkType.PppDirection, [204, 166]),
        (LinkType.Mpls, [219]),
        (LinkType.Ipnet, [226]),
        (LinkType.Nflog, [239]),
        (LinkType.LinuxCooked2, [276]),
    ];

    /// <summary>Null: it isn't decoded.</summary>
    internal static LinkType? TryOf(int number)
    {
        foreach (var (link, numbers) in Known)
        {
            if (numbers.Contains(number))
            {
                return link;
            }
        }

        return null;
    }

    /// <summary>The number to write of packets that start with this layer.</summary>
    internal static uint NumberOf(LinkType link) => (uint)Known.First(known => known.Link == link).Numbers[0];

    /// <summary>What to say of one that isn't decoded.</summary>
    internal static string Refusal(int number)
    {
        var name = Enum.GetName((PacketDotNet.LinkLayers)number) is { } known ? $" ({known})" : "";
        return $"link type {number}{name} isn't decoded: Ethernet, raw IP, Linux cooked, 802.11, PPP, PPPoE, Cisco HDLC, frame relay, MPLS, BSD loopback, ENC, PFLOG, NFLOG and IPNET are";
    }
}
