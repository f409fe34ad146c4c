using PacketDotNet;
using SharpPcap.LibPcap;

namespace SharpPcap;

public static class CaptureDeviceExtensions
{
    public static void Open(this IPcapDevice device, DeviceModes mode = DeviceModes.None, int read_timeout = 1000) =>
        device.Open(new DeviceConfiguration { Mode = mode, ReadTimeout = read_timeout });

    public static void Open(this CaptureFileWriterDevice device, LinkLayers linkLayerType = LinkLayers.Ethernet) =>
        device.Open(new DeviceConfiguration { LinkLayerType = linkLayerType });

    public static void SendPacket(this IInjectionDevice device, Packet p) => device.SendPacket(p.Bytes);
}
