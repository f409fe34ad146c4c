using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Capture;

/// <summary>Filters of packets, as libpcap takes them.</summary>
internal static class PacketFilters
{
    /// <summary>Gives an open device its filter; null and empty: all packets.</summary>
    /// <exception cref="CaptureException">It doesn't compile; the message has the filter and libpcap's words.</exception>
    internal static void Set(PcapDevice device, string? filter)
    {
        if (string.IsNullOrEmpty(filter))
            return;
        try
        {
            device.Filter = filter;
        }
        catch (PcapException e)
        {
            throw new CaptureException($"filter \"{filter}\": {e.Message}", e);
        }
    }
}
