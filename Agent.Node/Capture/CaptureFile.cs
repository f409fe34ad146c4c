using Agent.Node.Flows;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Capture;

/// <summary>A pcap or pcapng file whose packets go into a flow engine, at the time they were captured.</summary>
internal static class CaptureFile
{
    /// <summary>Reads a whole file. The engine still holds its flows afterwards: end it for the last reports.</summary>
    /// <exception cref="CaptureException">The file can't be read, is cut off, or the filter doesn't compile.</exception>
    internal static void Read(string path, string? filter, FlowEngine engine)
    {
        using var input = CaptureInput.Open(path);
        Read(input, filter, engine, CancellationToken.None);
    }

    /// <inheritdoc cref="Read(string, string?, FlowEngine)"/>
    /// <param name="input">The file, or what's read like one.</param>
    /// <param name="filter">A pcap filter; null or empty: all packets.</param>
    /// <param name="engine">Gets the packets.</param>
    /// <param name="stop">Ends the reading between two packets.</param>
    internal static void Read(CaptureInput input, string? filter, FlowEngine engine, CancellationToken stop)
    {
        var before = engine.Packets;
        try
        {
            ReadPackets(input, filter, engine, stop);
        }
        catch (CaptureException) when (stop.IsCancellationRequested)
        {
            // Cut off from outside, in the middle of a packet or of the file's header.
        }
        catch (CaptureException) when (input.Failure is not null)
        {
            // The reader only saw the end of it.
        }
        if (input.Failure is { } failure)
        {
            throw failure as CaptureException ?? new CaptureException($"{input.Name}: {failure.Message} (after {engine.Packets - before} packets)", failure);
        }
    }

    private static void ReadPackets(CaptureInput input, string? filter, FlowEngine engine, CancellationToken stop)
    {
        if (string.IsNullOrEmpty(filter) && !input.IsPipe && OpenWithoutLibpcap(input.Path) is { } file)
        {
            using (file)
            {
                input.Reader = file;
                Read(file, engine, stop);
            }
            return;
        }
        using var device = Open(input.Path, filter, input.Name);
        var reader = new PacketReader(device);
        var before = engine.Packets;
        var status = GetPacketStatus.NoRemainingPackets;
        while (!stop.IsCancellationRequested && (status = reader.Read()) == GetPacketStatus.PacketRead)
        {
            var place = new PacketPlace(reader.Time, 0, reader.Packet.Length, reader.OriginalLength);
            engine.Replay(reader.Link, reader.Packet, new ReadOnlySpan<PacketPlace>(in place));
        }
        if (status is not (GetPacketStatus.NoRemainingPackets or GetPacketStatus.PacketRead))
        {
            throw new CaptureException($"{input.Name}: {device.LastError} (after {engine.Packets - before} packets)");
        }
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

    private static void Read(PcapFile file, FlowEngine engine, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && file.Read())
        {
            engine.Replay(file.Link, file.Block, file.Packets);
        }
    }

    /// <summary>Opens it with libpcap, for packets one by one.</summary>
    /// <exception cref="CaptureException">The file can't be read, or the filter doesn't compile.</exception>
    internal static CaptureFileReaderDevice Open(string path, string? filter, string? name = null)
    {
        var device = new CaptureFileReaderDevice(path);
        try
        {
            device.Open(new DeviceConfiguration { TimestampResolution = TimestampResolution.Nanosecond });
            PacketFilters.Set(device, filter);
            LinkTypes.Of(device.LinkType);
            return device;
        }
        catch (Exception e) when (e is PcapException or CaptureException or NotSupportedException)
        {
            device.Dispose();
            throw new CaptureException($"{name ?? path}: {e.Message}", e);
        }
    }
}
