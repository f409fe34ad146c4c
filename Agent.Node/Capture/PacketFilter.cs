using Agent.Node.Flows;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Capture;

/// <summary>A pcap filter on packets in a block, compiled by libpcap once for each link type.</summary>
internal sealed class PacketFilter(string expression) : IDisposable
{
    private readonly Dictionary<int, BpfProgram> _programs = [];
    private BpfProgram? _program;
    private int _link = -1;

    /// <summary>Moves the packets that match to the front and says how many they are.</summary>
    /// <param name="link">The packets' link type, as pcap files number it.</param>
    /// <param name="block">Where they lie.</param>
    /// <param name="packets">The packets.</param>
    /// <exception cref="FilterException">It doesn't compile.</exception>
    internal unsafe int Select(int link, ReadOnlySpan<byte> block, Span<PacketPlace> packets)
    {
        if (link != _link)
        {
            Compile(link);
        }

        var program = _program!;
        var count = 0;
        var header = default(PcapHeader);
        fixed (byte* bytes = block)
        {
            foreach (ref readonly var packet in packets)
            {
                header.CapturedLength = (uint)packet.Length;
                header.OriginalLength = (uint)packet.OriginalLength;
                if (program.Matches((nint)(&header), (nint)(bytes + packet.Start)))
                {
                    packets[count++] = packet;
                }
            }
        }
        return count;
    }

    /// <summary>Makes it ready for packets of this link type.</summary>
    /// <exception cref="FilterException">It doesn't compile.</exception>
    internal void Compile(int link)
    {
        if (!_programs.TryGetValue(link, out var program))
        {
            try
            {
                program = BpfProgram.Create(link == (int)LinkLayers.Raw ? LinkLayers.RawLegacy : (LinkLayers)link, expression);
            }
            catch (PcapException e)
            {
                throw new FilterException(expression, e.Message);
            }
            _programs.Add(link, program);
        }
        _program = program;
        _link = link;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var program in _programs.Values)
        {
            program.Dispose();
        }
    }
}
