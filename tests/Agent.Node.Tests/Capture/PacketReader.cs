using Agent.Node.Capture;
using Agent.Node.Decoding;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Tests.Capture;

/// <summary>libpcap's reading of a file, to compare ours with. The device was opened with nanoseconds.</summary>
internal sealed class PacketReader
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly PcapDevice _device;
    private readonly long _nanosecondsPerFraction;
    private nint _header;
    private nint _data;

    /// <exception cref="NotSupportedException">The device's link type isn't decoded.</exception>
    internal PacketReader(PcapDevice device)
    {
        _device = device;
        Link = LinkTypes.TryOf((int)device.LinkType) ?? throw new NotSupportedException(LinkTypes.Refusal((int)device.LinkType));
        _nanosecondsPerFraction = device.TimestampResolution == TimestampResolution.Nanosecond ? 1 : 1000;
    }

    internal LinkType Link { get; }

    /// <summary>Of the packet read: nanoseconds since 1970.</summary>
    internal long Time { get; private set; }

    /// <summary>Of the packet read: its length on the wire.</summary>
    internal int OriginalLength { get; private set; }

    /// <summary>The packet read, valid until the next read.</summary>
    internal unsafe ReadOnlySpan<byte> Packet => new((void*)_data, CapturedLength);

    private int CapturedLength { get; set; }

    internal unsafe GetPacketStatus Read()
    {
        var status = (GetPacketStatus)_device.GetNextPacketPointers(ref _header, ref _data);
        if (status == GetPacketStatus.PacketRead)
        {
            var header = (Agent.Node.Capture.PcapHeader*)_header;
            Time = (header->Seconds * NanosecondsPerSecond) + (header->Fraction * _nanosecondsPerFraction);
            CapturedLength = (int)header->CapturedLength;
            OriginalLength = (int)Math.Min(header->OriginalLength, int.MaxValue);
        }
        return status;
    }
}
