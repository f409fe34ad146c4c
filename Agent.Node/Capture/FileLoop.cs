using Agent.Node.Flows;
using Akka.Actor;

namespace Agent.Node.Capture;

/// <summary>Reads a capture file as fast as it goes; time is what the packets say.</summary>
internal sealed class FileLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool, FlowMemory memory) : ThreadLoop(settings, capture, uplink, pool, memory)
{
    private CaptureInput? _input;
    private CaptureFile? _file;

    protected override long Unread => _file?.Undecoded.Values.Sum() ?? 0;

    protected override void Open()
    {
        _input = CaptureInput.Open(Settings.FilePath);
        _file = new CaptureFile(_input, Settings.BpfFilter);
        Stopping.Register(_input.Stop);
        // Who writes into a pipe may be silent for long.
        if (!_input.IsLive)
        {
            _file.Open();
        }
    }

    protected override void Read()
    {
        try
        {
            while (!Stopping.IsCancellationRequested && _file!.Read())
            {
                Replay(_file.Link, _file.Block, _file.Packets);
                TellWhatIsDue(CaptureClock.Engine.Now);
                Reports.WaitForRoom(Stopping);
            }
        }
        catch (CaptureException) when (Stopping.IsCancellationRequested)
        {
            // A pipe's end came in the middle of a packet.
        }
    }

    protected override void Close()
    {
        _file?.Dispose();
        _input?.Dispose();
    }

    protected override (long Received, long DroppedByKernel, long DroppedByInterface) Count() => (PacketsRead, 0, 0);
}
