using SharpPcap.LibPcap;

namespace Analyzer.Node.Captures;

/// <summary>Asks libpcap about filters before any agent is bothered with them.</summary>
internal static class BpfFilters
{
    /// <summary>What libpcap says against the filter, on Ethernet; null when it compiles.</summary>
    public static string? Error(string filter) => PcapDevice.CheckFilter(filter, out var error) ? null : error;
}
