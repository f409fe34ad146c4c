using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Injection;

/// <summary>The packets of a capture file that came with an injection.</summary>
internal static class PacketFile
{
    /// <exception cref="InjectionException">It's no capture of Ethernet, or has no packets.</exception>
    internal static List<byte[]> Read(ReadOnlySpan<byte> content)
    {
        // libpcap reads files only.
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            using var device = new CaptureFileReaderDevice(path);
            device.Open(new DeviceConfiguration());
            if (device.LinkType != LinkLayers.Ethernet)
            {
                throw new InjectionException($"the capture's link type is {device.LinkType}: only Ethernet can be injected");
            }

            var packets = new List<byte[]>();
            GetPacketStatus status;
            while ((status = device.GetNextPacket(out var packet)) == GetPacketStatus.PacketRead)
            {
                packets.Add(packet.Data.ToArray());
            }

            if (status != GetPacketStatus.NoRemainingPackets)
            {
                throw new InjectionException($"the capture is broken after {packets.Count} packets: {device.LastError}");
            }

            return packets.Count > 0 ? packets : throw new InjectionException("the capture has no packets");
        }
        catch (PcapException e)
        {
            throw new InjectionException($"the capture can't be read: {e.Message}", e);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
