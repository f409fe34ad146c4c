using Akka.Actor;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Capture;

/// <summary>
/// Reads an interface through the ring libpcap shares with the kernel (AF_PACKET, TPACKET_V3: blocks of packets, each as
/// long as it was captured), without blocking in libpcap: its own wait has no end without packets.
/// </summary>
internal sealed class PcapLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool) : CaptureLoop(settings, capture, uplink, pool)
{
    private const int WaitMilliseconds = 100;
    private const int PacketsBetweenTicks = 512;

    private PollableDevice? _device;
    private InterfaceDrops? _interfaceDrops;
    private RingDrops? _ringDrops;

    protected override void Open()
    {
        var found = PcapInterface.GetAllPcapInterfaces().FirstOrDefault(candidate => candidate.Name == Settings.Device)
            ?? throw new CaptureException($"there is no interface {Settings.Device}{(Settings.NamespacePath is { } path ? $" in {path}" : "")}");
        _device = new PollableDevice(found);
        try
        {
            _device.Open(new DeviceConfiguration
            {
                Mode = DeviceModes.Promiscuous,
                Snaplen = Settings.SnapLength,
                ReadTimeout = WaitMilliseconds,
                BufferSize = Settings.BufferSize,
                // Immediate mode would have libpcap fall back to TPACKET_V2, whose slots are as long as the longest packet.
                Immediate = false,
                TimestampResolution = TimestampResolution.Nanosecond,
            });
            PacketFilters.Set(_device, Settings.BpfFilter);
            _device.NonBlockingMode = true;
            _ringDrops = _device.RingDrops();
            _interfaceDrops = InterfaceDrops.Of(Settings.Device);
        }
        catch (Exception e) when (e is PcapException or CaptureException)
        {
            throw new CaptureException($"{Settings.Device}: {e.Message}", e);
        }
    }

    protected override void Read()
    {
        var device = _device!;
        var reader = new PacketReader(device);
        while (!Stopping.IsCancellationRequested)
        {
            Advance();
            for (var packets = 0; packets < PacketsBetweenTicks; packets++)
            {
                var status = reader.Read();
                if (status == GetPacketStatus.PacketRead)
                {
                    Process(reader);
                    continue;
                }
                if (status != GetPacketStatus.ReadTimeout)
                {
                    throw new CaptureException($"{Settings.Device}: {device.LastError}");
                }

                device.Wait(WaitMilliseconds);
                break;
            }
        }
    }

    protected override void Close()
    {
        _device?.Dispose();
        _interfaceDrops?.Dispose();
    }

    protected override (long Received, long DroppedByKernel, long DroppedByInterface) Count() => (PacketsRead, _ringDrops!.Count(), _interfaceDrops!.Count());

    /// <summary>Lets us wait for packets with an end, and ask the kernel about the ring.</summary>
    private sealed class PollableDevice(PcapInterface found) : LibPcapLiveDevice(found)
    {
        internal void Wait(int milliseconds) => PollFileDescriptor(milliseconds);

        internal RingDrops RingDrops() => new(FileDescriptor);
    }
}

/// <summary>Filters of packets, as libpcap takes them.</summary>
internal static class PacketFilters
{
    /// <summary>Gives an open device its filter; null and empty: all packets.</summary>
    /// <exception cref="FilterException">It doesn't compile.</exception>
    internal static void Set(PcapDevice device, string? filter)
    {
        if (string.IsNullOrEmpty(filter))
        {
            return;
        }

        try
        {
            device.Filter = filter;
        }
        catch (PcapException e)
        {
            throw new FilterException(filter, e);
        }
    }
}
