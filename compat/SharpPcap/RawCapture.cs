using PacketDotNet;
using SharpPcap.LibPcap;

namespace SharpPcap;

/// <summary>A packet of its own memory.</summary>
public class RawCapture
{
    public byte[] Data;

    public RawCapture(ICaptureDevice device, ICaptureHeader header, ReadOnlySpan<byte> data)
    {
        LinkLayerType = device.LinkType;
        Timeval = header.Timeval;
        Data = data.ToArray();
        PacketLength = header is PcapHeader pcap ? (int)pcap.PacketLength : data.Length;
    }

    public RawCapture(LinkLayers LinkLayerType, PosixTimeval Timeval, byte[] Data, int? packetLength)
    {
        this.LinkLayerType = LinkLayerType;
        this.Timeval = Timeval;
        this.Data = Data;
        PacketLength = packetLength ?? Data.Length;
    }

    public LinkLayers LinkLayerType { get; set; }

    public PosixTimeval Timeval { get; set; }

    public int PacketLength { get; set; }
}
