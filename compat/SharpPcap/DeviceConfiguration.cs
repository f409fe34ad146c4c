using PacketDotNet;

namespace SharpPcap;

public class DeviceConfiguration
{
    public DeviceModes Mode { get; set; }
    public int ReadTimeout { get; set; } = 1000;
    public int Snaplen { get; set; } = 65536;
    public int? BufferSize { get; set; }
    public bool? Immediate { get; set; }
    public TimestampResolution? TimestampResolution { get; set; }
    public LinkLayers LinkLayerType { get; set; } = LinkLayers.Ethernet;
}
