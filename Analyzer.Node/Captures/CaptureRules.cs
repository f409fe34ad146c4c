using Shared.Messages.Captures;
using SharpPcap.LibPcap;

namespace Analyzer.Node.Captures;

/// <summary>What a capture may ask for.</summary>
internal static class CaptureRules
{
    private static readonly string[] Types = ["", "pcap", "afpacket", "ovsmirror", "ovssflow", "sflow", "netflow"];
    private static readonly string[] LayerKeyModes = ["", "L2", "L3"];

    /// <summary>What's wrong with the capture, for the user; null when nothing is.</summary>
    /// <param name="capture">As asked for.</param>
    /// <param name="filterError">What libpcap says against a filter; null when it compiles.</param>
    public static string? Check(Capture capture, Func<string, string?> filterError)
    {
        if (string.IsNullOrWhiteSpace(capture.GremlinQuery))
        {
            return "GremlinQuery: a query that selects the nodes to capture on is required.";
        }

        if (CheckSizes(capture) is { } tooLong)
        {
            return tooLong;
        }

        if (!Types.Contains(capture.Type))
        {
            return $"Type: \"{capture.Type}\" is none of pcap, afpacket, ovsmirror, ovssflow, sflow, netflow.";
        }

        if (!LayerKeyModes.Contains(capture.LayerKeyMode))
        {
            return $"LayerKeyMode: \"{capture.LayerKeyMode}\" is neither L2 nor L3.";
        }

        if (capture.HeaderSize is not 0 and (< CaptureLimits.MinHeaderSize or > CaptureLimits.MaxHeaderSize))
        {
            return $"HeaderSize: {capture.HeaderSize} bytes are less than an Ethernet header or more than a packet: it's {CaptureLimits.MinHeaderSize} to {CaptureLimits.MaxHeaderSize}, or 0 for the default.";
        }

        if (capture.RawPacketLimit > CaptureLimits.MaxRawPackets)
        {
            return $"RawPacketLimit: {capture.RawPacketLimit} packets per flow are more than the {CaptureLimits.MaxRawPackets} that are kept.";
        }

        if (capture.SamplingRate > CaptureLimits.MaxSamplingRate)
        {
            return $"SamplingRate: one packet in {capture.SamplingRate} is less than one in {CaptureLimits.MaxSamplingRate}.";
        }

        if (capture.Port > 65535)
        {
            return $"Port: {capture.Port} is not a UDP port.";
        }

        if (capture.BpfFilter.Length > 0 && filterError(capture.BpfFilter) is { } error)
        {
            return $"BPFFilter: \"{capture.BpfFilter}\": {error}";
        }

        return null;
    }

    /// <summary>Which of its texts is longer than it may be, for the user; null when none is.</summary>
    public static string? CheckSizes(Capture capture) =>
        TooLong("GremlinQuery", capture.GremlinQuery, CaptureLimits.MaxQuery)
        ?? TooLong("BPFFilter", capture.BpfFilter, CaptureLimits.MaxFilter)
        ?? TooLong("Name", capture.Name, CaptureLimits.MaxName)
        ?? TooLong("Description", capture.Description, CaptureLimits.MaxDescription)
        ?? TooLong("UUID", capture.Uuid, CaptureLimits.MaxName);

    /// <summary>Whether both do the same: the same query under the same filter, taken the same way.</summary>
    public static bool AreDuplicates(Capture one, Capture other) =>
        one.GremlinQuery == other.GremlinQuery && one.BpfFilter == other.BpfFilter && one.Type == other.Type;

    private static string? TooLong(string field, string text, int most) =>
        text.Length > most ? $"{field}: {text.Length} characters are more than the {most} there may be." : null;
}

/// <summary>Asks libpcap about filters before any agent is bothered with them.</summary>
internal static class BpfFilters
{
    /// <summary>What libpcap says against the filter, on Ethernet; null when it compiles.</summary>
    public static string? Error(string filter) => PcapDevice.CheckFilter(filter, out var error) ? null : error;
}
