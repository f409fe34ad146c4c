namespace SharpPcap.LibPcap;

public class PcapStatistics : ICaptureStatistics
{
    internal unsafe PcapStatistics(PcapHandle handle)
    {
        Native.Stat stat;
        if (Native.pcap_stats(handle, &stat) != 0)
            throw new PcapException("pcap_stats: " + Native.ErrorOf(handle));
        ReceivedPackets = stat.Received;
        DroppedPackets = stat.Dropped;
        InterfaceDroppedPackets = stat.InterfaceDropped;
    }

    /// <summary>A file drops nothing and counts nothing.</summary>
    internal PcapStatistics()
    {
    }

    public uint ReceivedPackets { get; set; }

    public uint DroppedPackets { get; set; }

    public uint InterfaceDroppedPackets { get; set; }

    public override string ToString() => $"{ReceivedPackets} received, {DroppedPackets} and {InterfaceDroppedPackets} dropped";
}
