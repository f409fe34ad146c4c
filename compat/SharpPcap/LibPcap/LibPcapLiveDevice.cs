namespace SharpPcap.LibPcap;

public class LibPcapLiveDevice : PcapDevice, ILiveDevice
{
    public LibPcapLiveDevice(PcapInterface pcapInterface) : base(pcapInterface)
    {
    }

    public override string Name => Interface.Name;

    public override string Description => Interface.Description;

    public override ICaptureStatistics Statistics
    {
        get
        {
            ThrowIfNotOpen("open the device before reading its statistics");
            return new PcapStatistics(Handle);
        }
    }

    public unsafe bool NonBlockingMode
    {
        get
        {
            ThrowIfNotOpen("open the device before asking whether it blocks");
            var error = stackalloc byte[Native.ErrorBufferSize];
            var mode = Native.pcap_getnonblock(Handle, error);
            return mode < 0 ? throw new PcapException("pcap_getnonblock: " + Native.Text(error)) : mode != 0;
        }
        set
        {
            ThrowIfNotOpen("open the device before setting whether it blocks");
            var error = stackalloc byte[Native.ErrorBufferSize];
            if (Native.pcap_setnonblock(Handle, value ? 1 : 0, error) != 0)
                throw new PcapException("pcap_setnonblock: " + Native.Text(error));
        }
    }

    /// <summary>Opens the device in the network namespace of the calling thread.</summary>
    public override unsafe void Open(DeviceConfiguration configuration)
    {
        if (Opened)
            return;
        var error = stackalloc byte[Native.ErrorBufferSize];
        var handle = new PcapHandle(Native.pcap_create(Name, error));
        if (handle.IsInvalid)
            throw new PcapException($"{Name} can't be opened: {Native.Text(error)}");
        try
        {
            Set(handle, "Snaplen", Native.pcap_set_snaplen(handle, configuration.Snaplen));
            Set(handle, "Promiscuous", Native.pcap_set_promisc(handle, configuration.Mode.HasFlag(DeviceModes.Promiscuous) ? 1 : 0));
            Set(handle, "ReadTimeout", Native.pcap_set_timeout(handle, configuration.ReadTimeout));
            if (configuration.TimestampResolution is { } resolution)
                Set(handle, "TimestampResolution", Native.pcap_set_tstamp_precision(handle, (int)resolution));
            if (configuration.BufferSize is { } buffer)
                Set(handle, "BufferSize", Native.pcap_set_buffer_size(handle, buffer));
            var immediate = configuration.Mode.HasFlag(DeviceModes.MaxResponsiveness) ? true : configuration.Immediate;
            if (immediate is { } value)
                Set(handle, "Immediate", Native.pcap_set_immediate_mode(handle, value ? 1 : 0));
            var status = Native.pcap_activate(handle);
            if (status < 0)
            {
                var why = Native.ErrorOf(handle);
                throw new PcapException($"capturing on {Name} can't begin: {Native.Text(Native.pcap_statustostr(status))}{(why.Length > 0 ? $" ({why})" : "")}", (PcapError)status);
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }
        Handle = handle;
        FileDescriptor = Native.pcap_get_selectable_fd(handle);
        base.Open(configuration);
    }

    public unsafe void SendPacket(ReadOnlySpan<byte> p, ICaptureHeader? header = null)
    {
        ThrowIfNotOpen("open the device before sending");
        fixed (byte* data = p)
        {
            if (Native.pcap_sendpacket(Handle, data, p.Length) < 0)
                throw new PcapException($"sending on {Name} failed: " + LastError);
        }
    }

    private static unsafe void Set(PcapHandle handle, string property, int status)
    {
        if (status != 0)
            throw new PcapException($"{property} is refused: {Native.Text(Native.pcap_statustostr(status))} {Native.ErrorOf(handle)}".TrimEnd(), (PcapError)status);
    }
}
