namespace SharpPcap;

/// <summary>A packet where libpcap put it: the data are gone with the next read.</summary>
public readonly ref struct PacketCapture
{
    public PacketCapture(ICaptureDevice device, ICaptureHeader header, ReadOnlySpan<byte> data)
    {
        Device = device;
        Header = header;
        Data = data;
    }

    public ICaptureDevice Device { get; }

    public ICaptureHeader Header { get; }

    public ReadOnlySpan<byte> Data { get; }

    public RawCapture GetPacket() => new(Device, Header, Data);
}
