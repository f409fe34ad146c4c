using Agent.Node.Decoding;
using PacketDotNet;

namespace Agent.Node.Capture;

/// <summary>libpcap's link types as the decoder's.</summary>
internal static class LinkTypes
{
    /// <exception cref="NotSupportedException">The decoder doesn't know this link type.</exception>
    internal static LinkType Of(LinkLayers link) => link switch
    {
        LinkLayers.Ethernet => LinkType.Ethernet,
        LinkLayers.Raw or LinkLayers.RawLegacy or LinkLayers.IPv4 or LinkLayers.IPv6 => LinkType.Ip,
        LinkLayers.LinuxSll => LinkType.LinuxCooked,
        LinkLayers.LinuxSll2 => LinkType.LinuxCooked2,
        LinkLayers.Null or LinkLayers.Loop => LinkType.Loopback,
        LinkLayers.Ppp => LinkType.Ppp,
        _ => throw new NotSupportedException($"link type {(int)link} ({link}) isn't decoded: Ethernet, raw IP, Linux cooked, PPP and BSD loopback are"),
    };
}
