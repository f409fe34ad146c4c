using Agent.Node.Decoding;

namespace Agent.Node.Flows.Details;

/// <summary>First layers as pcap files number them (draft-ietf-opsawg-pcaplinktype).</summary>
internal static class LinkTypeNumbers
{
    internal static uint Of(LinkType link) => link switch
    {
        LinkType.Loopback => 0,
        LinkType.Ethernet => 1,
        LinkType.Ppp => 9,
        LinkType.Ip => 101,
        LinkType.LinuxCooked => 113,
        LinkType.LinuxCooked2 => 276,
        _ => throw new ArgumentOutOfRangeException(nameof(link), link, "no packet starts with this layer"),
    };
}
