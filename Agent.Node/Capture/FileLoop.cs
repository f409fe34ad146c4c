using Akka.Actor;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Capture;

/// <summary>Reads a capture file as fast as it goes; time is what the packets say.</summary>
internal sealed class FileLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool) : CaptureLoop(settings, capture, uplink, pool)
{
    private CaptureFileReaderDevice? _device;

    protected override void Open() => _device = CaptureFile.Open(Settings.FilePath, Settings.BpfFilter);

    protected override void Read()
    {
        var reader = new PacketReader(_device!);
        while (!Stopping.IsCancellationRequested)
        {
            var status = reader.Read();
            if (status == GetPacketStatus.NoRemainingPackets)
            {
                return;
            }

            if (status != GetPacketStatus.PacketRead)
            {
                throw new CaptureException($"{Settings.FilePath}: {_device!.LastError} (after {Engine.Packets} packets)");
            }

            Replay(reader);
            TellWhatIsDue(CaptureClock.Engine.Now);
        }
    }

    protected override void Close() => _device?.Dispose();

    protected override (long Received, long DroppedByKernel, long DroppedByInterface) Count() => (PacketsRead, 0, 0);
}
