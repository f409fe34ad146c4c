using Agent.Node.Capture;
using Akka.Actor;
using Shared.Messages.Configuration;

namespace Benchmarks.Flows;

/// <summary>The reader of the live benchmark: the agent's own capture of one interface, until it's interrupted.</summary>
internal static class LiveCapture
{
    private static readonly SkydiveConfig Defaults = SkydiveConfig.Load();

    internal static int DefaultBufferSize => Defaults.Agent.Capture.BufferSize;

    internal static int SnapLength => Defaults.Agent.Capture.HeaderSize;

    internal static async Task<int> RunAsync(string namespacePath, string device, int buffer)
    {
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            interrupted.TrySetResult();
        };
        var system = ActorSystem.Create("live");
        var settings = new CaptureSettings
        {
            CaptureId = "live",
            NodeTid = "live",
            Host = "live",
            Source = CaptureSource.Pcap,
            Device = device,
            NamespacePath = namespacePath,
            SnapLength = SnapLength,
            BufferSize = buffer,
            StatisticsEvery = TimeSpan.FromMilliseconds(200),
        };
        var reader = system.ActorOf(Props.Create(() => new Reader(settings)));
        await interrupted.Task;
        Console.WriteLine(await reader.Ask<string>("counts", TimeSpan.FromSeconds(10)));
        await system.Terminate();
        return 0;
    }

    /// <summary>Parent of the capture, and what its flows go to.</summary>
    private sealed class Reader : ReceiveActor
    {
        private CaptureStatistics _last = new("", 0, 0, 0, 0);

        public Reader(CaptureSettings settings)
        {
            Receive<CaptureStarted>(_ => Console.WriteLine("listening on " + settings.Device));
            Receive<CaptureFailed>(failed => Console.WriteLine(failed.Error));
            Receive<CaptureStatistics>(statistics => _last = statistics);
            Receive<FlowUpdates>(updates => updates.TakenIn!(0));
            Receive<string>(_ => Sender.Tell(
                $"received {_last.Received}, dropped by kernel {_last.DroppedByKernel}, by interface {_last.DroppedByInterface}, by us {_last.DroppedByUs}"));
            Context.ActorOf(CaptureActor.Props(settings, Self, CaptureSharing.Of(Defaults.Agent.Capture, Defaults.Flow)));
        }
    }
}
