using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using PacketDotNet;

namespace SharpPcap.LibPcap;

public abstract class PcapDevice : ICaptureDevice
{
    /// <summary>What poll(2) takes, or -1 where there is nothing to poll.</summary>
    protected internal int FileDescriptor = -1;

    private readonly PcapInterface? _interface;
    private string _filter = "";
    private LinkLayers _linkType;

    internal PcapDevice()
    {
    }

    protected PcapDevice(PcapInterface pcapInterface) => _interface = pcapInterface;

    public abstract string Name { get; }

    public abstract string Description { get; }

    public abstract ICaptureStatistics Statistics { get; }

    public PcapHandle Handle { get; protected set; } = new();

    public PcapInterface Interface => _interface!;

    public virtual bool Opened => !Handle.IsInvalid && !Handle.IsClosed;

    public virtual string LastError => Opened ? Native.ErrorOf(Handle) : "";

    public virtual PhysicalAddress MacAddress => PhysicalAddress.None;

    public virtual LinkLayers LinkType
    {
        get
        {
            ThrowIfNotOpen("open the device before asking for its link type");
            return _linkType;
        }
    }

    public virtual TimestampResolution TimestampResolution
    {
        get
        {
            ThrowIfNotOpen("open the device first");
            return (TimestampResolution)Native.pcap_get_tstamp_precision(Handle);
        }
    }

    public virtual string Filter
    {
        get => _filter;
        set => SetFilter(value);
    }

    public virtual void Open(DeviceConfiguration configuration)
    {
        if (Opened)
            _linkType = (LinkLayers)Native.pcap_datalink(Handle);
    }

    public virtual void Close()
    {
        Handle.Dispose();
        FileDescriptor = -1;
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    public virtual unsafe GetPacketStatus GetNextPacket(out PacketCapture e)
    {
        ThrowIfNotOpen("open the device before reading packets");
        e = default;
        if (!PollFileDescriptor())
            return GetPacketStatus.ReadTimeout;
        nint header, data;
        var status = Native.pcap_next_ex(Handle, &header, &data);
        if (status == (int)GetPacketStatus.PacketRead)
        {
            var found = PcapHeader.FromPointer(header, TimestampResolution);
            e = new PacketCapture(this, found, new ReadOnlySpan<byte>((void*)data, (int)found.CaptureLength));
        }
        return (GetPacketStatus)status;
    }

    /// <summary>The next packet's pcap_pkthdr and bytes, as they lie in libpcap's memory until the next read.</summary>
    public unsafe int GetNextPacketPointers(ref IntPtr header, ref IntPtr data)
    {
        nint foundHeader, foundData;
        var status = Native.pcap_next_ex(Handle, &foundHeader, &foundData);
        if (status == (int)GetPacketStatus.PacketRead)
        {
            header = foundHeader;
            data = foundData;
        }
        return status;
    }

    /// <summary>Whether the filter compiles, and libpcap's words if it doesn't.</summary>
    public static unsafe bool CheckFilter(string filterExpression, out string? errorString)
    {
        using var dead = new PcapHandle(Native.pcap_open_dead_with_tstamp_precision((int)LinkLayers.Ethernet, Native.MaxPacketSize, 0));
        Native.Program program;
        if (Native.pcap_compile(dead, &program, filterExpression, 1, 0) != 0)
        {
            errorString = Native.ErrorOf(dead);
            return false;
        }
        Native.pcap_freecode(&program);
        errorString = null;
        return true;
    }

    /// <summary>Waits up to the timeout (milliseconds) for packets; true when a read won't block.</summary>
    protected unsafe bool PollFileDescriptor(int timeout = 500)
    {
        if (FileDescriptor < 0)
            return true;
        var poll = new Native.PollDescriptor { Descriptor = FileDescriptor, Events = Native.PollDescriptor.In };
        var ready = Native.poll(&poll, 1, timeout);
        if (ready < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            const int interrupted = 4;
            return errno == interrupted ? false : throw new PcapException($"poll failed: {Marshal.GetPInvokeErrorMessage(errno)}");
        }
        return ready > 0;
    }

    protected unsafe void SetFilter(string filterExpression)
    {
        ThrowIfNotOpen("open the device first");
        Native.Program program;
        if (Native.pcap_compile(Handle, &program, filterExpression, 1, 0) != 0)
            throw new PcapException($"filter \"{filterExpression}\": {LastError}");
        try
        {
            if (Native.pcap_setfilter(Handle, &program) != 0)
                throw new PcapException($"filter \"{filterExpression}\" compiles but can't be installed: {LastError}");
        }
        finally
        {
            Native.pcap_freecode(&program);
        }
        _filter = filterExpression;
    }

    protected void ThrowIfNotOpen(string ExceptionString)
    {
        if (!Opened)
            throw new DeviceNotReadyException(ExceptionString);
    }

    public override string ToString() => Name;
}
