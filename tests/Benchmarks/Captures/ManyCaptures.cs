using System.Diagnostics;
using System.Globalization;
using Agent.Node.Capture;
using Akka.Actor;
using Akka.Configuration;
using Shared.Messages.Configuration;

namespace Benchmarks.Captures;

/// <summary>The process that is measured: an agent's captures of many interfaces, and nothing else. Asked on standard input, it says what they counted.</summary>
internal static class ManyCaptures
{
    internal static async Task<int> RunAsync(string namespacePath, int count, string filter)
    {
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var system = ActorSystem.Create("captures", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));
        var since = Stopwatch.GetTimestamp();
        var owner = system.ActorOf(Props.Create(() => new Owner(namespacePath, count, filter, ready)));
        var error = await ready.Task;
        Console.WriteLine(error.Length > 0 ? $"failed {error}" : string.Create(CultureInfo.InvariantCulture, $"ready {Stopwatch.GetElapsedTime(since).TotalSeconds:0.00}"));
        while (Console.ReadLine() is not null)
        {
            Console.WriteLine(await owner.Ask<string>("counts", TimeSpan.FromSeconds(10)));
        }

        await system.Terminate();
        return 0;
    }

    /// <summary>As the interfaces' actors to the captures, and as the uplink to their flows.</summary>
    private sealed class Owner : ReceiveActor
    {
        private readonly Dictionary<string, CaptureStatistics> _statistics = [];
        private int _started;

        public Owner(string namespacePath, int count, string filter, TaskCompletionSource<string> ready)
        {
            var config = SkydiveConfig.Load();
            var sharing = CaptureSharing.Of(config.Agent.Capture, config.Flow);
            Receive<CaptureStarted>(_ =>
            {
                if (++_started == count)
                {
                    ready.TrySetResult("");
                }
            });
            Receive<CaptureFailed>(failed => ready.TrySetResult(failed.Error));
            Receive<CaptureStatistics>(statistics => _statistics[statistics.CaptureId] = statistics);
            Receive<string>(_ => Sender.Tell(string.Create(
                CultureInfo.InvariantCulture,
                $"counts {_statistics.Values.Sum(each => each.Received)} {_statistics.Values.Sum(each => each.DroppedByKernel)} {_statistics.Values.Sum(each => each.RingsRefused)} {_statistics.Values.Select(each => each.Received).Append(count == _statistics.Count ? long.MaxValue : 0).Min()}")));
            ReceiveAny(_ => { });
            for (var i = 0; i < count; i++)
            {
                var settings = new CaptureSettings
                {
                    CaptureId = $"capture-{i}",
                    NodeTid = $"node-{i}",
                    Host = "bench",
                    Source = CaptureSource.Pcap,
                    Device = ManyInterfaces.Name(i),
                    NamespacePath = namespacePath,
                    BpfFilter = filter,
                    SnapLength = config.Agent.Capture.HeaderSize,
                    BufferSize = config.Agent.Capture.BufferSize,
                    StatisticsEvery = config.Agent.Capture.StatisticsEvery,
                };
                Context.ActorOf(CaptureActor.Props(settings, Self, sharing));
            }
        }
    }
}
