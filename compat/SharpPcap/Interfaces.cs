using System.Net.NetworkInformation;
using PacketDotNet;

namespace SharpPcap;

public interface IPcapDevice : IDisposable
{
    string Name { get; }
    string Description { get; }
    string LastError { get; }
    string Filter { get; set; }
    PhysicalAddress MacAddress { get; }
    LinkLayers LinkType { get; }
    void Open(DeviceConfiguration configuration);
    void Close();
}

public interface ICaptureDevice : IPcapDevice
{
    ICaptureStatistics Statistics { get; }
    TimestampResolution TimestampResolution { get; }
    GetPacketStatus GetNextPacket(out PacketCapture e);
}

public interface IInjectionDevice : IPcapDevice
{
    void SendPacket(ReadOnlySpan<byte> p, ICaptureHeader? header = null);
}

public interface ILiveDevice : ICaptureDevice, IInjectionDevice;

public interface ICaptureHeader
{
    PosixTimeval Timeval { get; }
}

public interface ICaptureStatistics
{
    uint ReceivedPackets { get; set; }
    uint DroppedPackets { get; set; }
    uint InterfaceDroppedPackets { get; set; }
}
