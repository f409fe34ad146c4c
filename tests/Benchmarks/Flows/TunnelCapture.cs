using System.Diagnostics;
using System.Globalization;
using Agent.Node.Capture;
using Akka.Actor;
using Shared.Messages.Configuration;

namespace Benchmarks.Flows;

/// <summary>The agent's capture of a file, in a process of its own: a thread that reads, and an actor for each tunnel.</summary>
internal static class TunnelCapture
{
    /// <summary>Captures the file and prints seconds, packets of outer flows and flows.</summary>
    internal static async Task<int> RunAsync(string path)
    {
        var done = new TaskCompletionSource<(long Flows, string? Error)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var system = ActorSystem.Create("tunnels");
        var started = Stopwatch.GetTimestamp();
        system.ActorOf(Props.Create(() => new Owner(path, done)));
        var (flows, error) = await done.Task;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await system.Terminate();
        if (error is not null)
        {
            Console.Error.WriteLine(error);
            return 1;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:0.000} {flows}"));
        return 0;
    }

    /// <summary>As an interface's actor to the capture, and as the uplink to its flows.</summary>
    private sealed class Owner : ReceiveActor
    {
        private readonly HashSet<ulong> _flows = [];

        public Owner(string path, TaskCompletionSource<(long Flows, string? Error)> done)
        {
            var settings = new CaptureSettings
            {
                Source = CaptureSource.File,
                FilePath = path,
                CaptureId = "bench",
                NodeTid = "bench",
                Host = "bench",
                MaxTunnels = 1024,
                UpdateEvery = TimeSpan.FromMinutes(5),
            };
            var defaults = SkydiveConfig.Load();
            Context.ActorOf(CaptureActor.Props(settings, Self, CaptureSharing.Of(defaults.Agent.Capture, defaults.Flow)));
            Receive<FlowUpdates>(updates =>
            {
                foreach (ref readonly var row in updates.Rows.Span)
                {
                    _flows.Add(row.Uuid);
                }

                updates.TakenIn!(0);
            });
            Receive<AwaitDelivery>(_ => Sender.Tell(FlowsDelivered.Instance));
            Receive<CaptureFailed>(failed => done.TrySetResult((_flows.Count, failed.Error)));
            // Behind the last updates, which the tunnels' actors sent before they stopped.
            Receive<CaptureFinished>(_ => Self.Tell(CountNow.Instance));
            Receive<CountNow>(_ => done.TrySetResult((_flows.Count, null)));
            ReceiveAny(_ => { });
        }

        private sealed class CountNow
        {
            internal static readonly CountNow Instance = new();
        }
    }
}
