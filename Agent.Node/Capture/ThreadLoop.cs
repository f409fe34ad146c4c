using Agent.Node.Flows;
using Akka.Actor;

namespace Agent.Node.Capture;

/// <summary>A capture with a thread of its own: enters the namespace, opens the source, and reads until it's told to stop.</summary>
internal abstract class ThreadLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool, FlowMemory? memory = null) : CaptureLoop(settings, capture, uplink, pool, memory)
{
    internal override void Start() => new Thread(Run) { IsBackground = true, Name = $"capture {Settings.CaptureId}" }.Start();

    /// <summary>Reads until told to stop, or until the end; calls <see cref="CaptureLoop.Advance"/> before it does, and often.</summary>
    protected abstract void Read();

    private void Run()
    {
        Try(() =>
        {
            Begin();
            Read();
        });
        End();
    }
}
