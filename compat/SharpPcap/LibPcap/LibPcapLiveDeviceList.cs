using System.Collections.ObjectModel;

namespace SharpPcap.LibPcap;

public class LibPcapLiveDeviceList : ReadOnlyCollection<LibPcapLiveDevice>
{
    private LibPcapLiveDeviceList() : base([.. PcapInterface.GetAllPcapInterfaces().Select(found => new LibPcapLiveDevice(found))])
    {
    }

    public static LibPcapLiveDeviceList New() => new();
}
