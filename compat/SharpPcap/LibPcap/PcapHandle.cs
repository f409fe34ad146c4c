using Microsoft.Win32.SafeHandles;

namespace SharpPcap.LibPcap;

/// <summary>A pcap_t.</summary>
public class PcapHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public PcapHandle() : base(true)
    {
    }

    internal PcapHandle(nint handle) : base(true) => SetHandle(handle);

    protected override bool ReleaseHandle()
    {
        Native.pcap_close(handle);
        return true;
    }
}
