namespace SharpPcap.LibPcap;

public class PcapHeader : ICaptureHeader
{
    public PcapHeader(uint seconds, uint microseconds, uint packetLength, uint captureLength)
    {
        Timeval = new PosixTimeval(seconds, microseconds);
        PacketLength = packetLength;
        CaptureLength = captureLength;
    }

    private PcapHeader(PosixTimeval timeval, uint packetLength, uint captureLength)
    {
        Timeval = timeval;
        PacketLength = packetLength;
        CaptureLength = captureLength;
    }

    public PosixTimeval Timeval { get; protected internal set; }

    /// <summary>Bytes the packet had on the wire.</summary>
    public uint PacketLength { get; set; }

    /// <summary>Bytes of it that were captured.</summary>
    public uint CaptureLength { get; set; }

    public static unsafe PcapHeader FromPointer(IntPtr pcap_pkthdr, TimestampResolution resolution)
    {
        var header = (Native.PacketHeader*)pcap_pkthdr;
        return new PcapHeader(new PosixTimeval((ulong)header->Seconds, (ulong)header->Fraction, resolution), header->Length, header->CaptureLength);
    }
}
