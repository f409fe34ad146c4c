using System.Globalization;
using System.IO.Pipes;
using Agent.Node.Flows;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Capture;

/// <summary>A pcap filter on packets in a block, compiled by libpcap once for each link type.</summary>
internal sealed class PacketFilter(string expression) : IDisposable
{
    private readonly Dictionary<LinkFormat, BpfProgram> _programs = [];
    private BpfProgram? _program;
    private LinkFormat _link = LinkFormat.None;

    /// <summary>Moves the packets that match to the front and says how many they are.</summary>
    /// <param name="link">The packets' link type.</param>
    /// <param name="block">Where they lie.</param>
    /// <param name="packets">The packets.</param>
    /// <exception cref="FilterException">It doesn't compile.</exception>
    internal unsafe int Select(LinkFormat link, ReadOnlySpan<byte> block, Span<PacketPlace> packets)
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
    internal void Compile(LinkFormat link)
    {
        if (!_programs.TryGetValue(link, out var program))
        {
            _programs.Add(link, program = CompileFor(link));
        }
        _program = program;
        _link = link;
    }

    /// <summary>What a word means may depend on the file's byte order, and on its being one: libpcap gets a file of no packets.</summary>
    private BpfProgram CompileFor(LinkFormat link)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var end = pipe.ClientSafePipeHandle;
        pipe.Write(PcapReader.EmptyFile(link));
        try
        {
            using var device = new CaptureFileReaderDevice(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{end.DangerousGetHandle()}"));
            device.Open(new DeviceConfiguration());
            return BpfProgram.Create(device.Handle, expression, optimize: 1, netmask: 0);
        }
        catch (PcapException e)
        {
            throw new FilterException(expression, e.Message);
        }
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
