using Agent.Node.Flows;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Capture;

/// <summary>A pcap or pcapng file whose packets go into a flow engine, at the time they were captured.</summary>
internal static class CaptureFile
{
    /// <summary>Reads the whole file. The engine still holds its flows afterwards: end it for the last reports.</summary>
    /// <exception cref="CaptureException">The file can't be read, is cut off, or the filter doesn't compile.</exception>
    internal static void Read(string path, string? filter, FlowEngine engine)
    {
        if (string.IsNullOrEmpty(filter) && OpenWithoutLibpcap(path) is { } file)
        {
            using (file)
                Read(file, engine);
            return;
        }
        using var device = Open(path, filter);
        var reader = new PacketReader(device);
        GetPacketStatus status;
        while ((status = reader.Read()) == GetPacketStatus.PacketRead)
        {
            engine.AdvanceTo(reader.Time);
            engine.Process(reader.Time, reader.Link, reader.OriginalLength, reader.Packet);
        }
        if (status != GetPacketStatus.NoRemainingPackets)
            throw new CaptureException($"{path}: {device.LastError} (after {engine.Packets} packets)");
    }

    /// <summary>libpcap takes a call and two buffered reads per packet, which is most of the work where there's no filter to run.</summary>
    private static PcapFile? OpenWithoutLibpcap(string path)
    {
        try
        {
            return PcapFile.TryOpen(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CaptureException($"{path}: {e.Message}", e);
        }
    }

    private static void Read(PcapFile file, FlowEngine engine)
    {
        while (file.Read())
        {
            engine.AdvanceTo(file.Time);
            engine.Process(file.Time, file.Link, file.OriginalLength, file.Packet);
        }
    }

    /// <summary>Opens it with libpcap, for packets one by one.</summary>
    /// <exception cref="CaptureException">The file can't be read, or the filter doesn't compile.</exception>
    internal static CaptureFileReaderDevice Open(string path, string? filter)
    {
        var device = new CaptureFileReaderDevice(path);
        try
        {
            device.Open(new DeviceConfiguration { TimestampResolution = TimestampResolution.Nanosecond });
            if (!string.IsNullOrEmpty(filter))
                device.Filter = filter;
            LinkTypes.Of(device.LinkType);
            return device;
        }
        catch (Exception e) when (e is PcapException or NotSupportedException)
        {
            device.Dispose();
            throw new CaptureException($"{path}: {e.Message}", e);
        }
    }
}
