using Shared.Messages.Flows;
using SharpPcap;
using SharpPcap.LibPcap;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Queries;

/// <summary>An expression of pcap-filter(7), compiled by libpcap once for each link type.</summary>
internal sealed class PcapFilter(string expression) : IPacketFilter
{
    private readonly Dictionary<uint, BpfProgram> _programs = [];

    public bool Matches(RawPacket packet)
    {
        if (!_programs.TryGetValue(packet.LinkType, out var program))
        {
            _programs.Add(packet.LinkType, program = Compile(packet.LinkType));
        }

        return program.Matches(packet.Data.Span);
    }

    public void Dispose()
    {
        foreach (var program in _programs.Values)
        {
            program.Dispose();
        }
    }

    private BpfProgram Compile(uint linkType)
    {
        // In files and packets these two have numbers of their own, which libpcap's compiler doesn't take: LINKTYPE_ATM_RFC1483 and LINKTYPE_RAW.
        var dlt = linkType switch { 100 => 11u, 101 => 12u, _ => linkType };
        try
        {
            return BpfProgram.Create((PacketDotNet.LinkLayers)dlt, expression);
        }
        catch (PcapException e)
        {
            throw new FormatException(e.Message);
        }
    }
}
