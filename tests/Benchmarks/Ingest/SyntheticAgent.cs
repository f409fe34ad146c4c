using System.Globalization;
using Agent.Node.Capture;
using Agent.Node.Flows;
using Agent.Node.Host;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.Hosting;
using Benchmarks.Remoting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Logging;

namespace Benchmarks.Ingest;

/// <summary>
/// An agent as it is, whose flows come from a table made up instead of captures: every round counts a packet each way in each
/// flow, and tells all of them, as fast as the uplink takes them.
/// </summary>
internal static class SyntheticAgent
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Says how many updates are stored, again and again, until its input ends; then what all flows have counted.</summary>
    internal static async Task<int> RunAsync(string name, int analyzerPort, int flows)
    {
        var config = SkydiveConfig.Parse(string.Create(CultureInfo.InvariantCulture,
            $$"""
            skydive {
              host-id = {{name}}
              agent { analyzers = ["127.0.0.1:{{analyzerPort}}"], console.port = 0, remoting { host = "127.0.0.1", port = 0 } }
              log.level = warning
            }
            """));
        using var logger = LogSetup.Create(config.Log);
        using var agent = AgentHost.Build(config, logger, refusal => Console.Error.WriteLine(refusal));
        await agent.StartAsync();
        var root = await agent.Services.GetRequiredService<IRequiredActor<HostActor>>().GetAsync();
        var uplink = await UplinkAsync(agent.Services.GetRequiredService<ActorSystem>());
        using var stop = new CancellationTokenSource();
        var telling = Task.Factory.StartNew(() => Tell(name, flows, uplink, stop.Token), TaskCreationOptions.LongRunning);
        var ended = Task.Run(Console.In.ReadToEnd);
        while (!ended.IsCompleted)
        {
            Console.WriteLine(EchoProcess.Ready + (await StatusAsync(root)).FlowsDelivered.ToString(CultureInfo.InvariantCulture));
            await Task.WhenAny(ended, Task.Delay(LookEvery));
        }

        await stop.CancelAsync();
        var rounds = await telling;
        UplinkStatus status;
        while ((status = await StatusAsync(root)).FlowsWaiting > 0)
        {
            await Task.Delay(LookEvery / 10);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"told {(long)rounds * flows} {status.FlowsDelivered} {status.FlowsDropped} {Environment.CpuUsage.TotalTime.TotalSeconds} {Environment.WorkingSet >> 20}"));
        await agent.StopAsync();
        return 0;
    }

    // Made at the start of its parent, which may just be happening.
    private static async Task<IActorRef> UplinkAsync(ActorSystem system)
    {
        while (true)
        {
            try
            {
                return await system.ActorSelection("/user/agent/uplink").ResolveOne(TimeSpan.FromSeconds(1));
            }
            catch (ActorNotFoundException)
            {
                await Task.Delay(100);
            }
        }
    }

    private static Task<UplinkStatus> StatusAsync(IActorRef root) => root.Ask<UplinkStatus>(GetUplinkStatus.Instance, TimeSpan.FromSeconds(30));

    // Whole rounds only: then every flow has counted as many packets.
    private static int Tell(string name, int flows, IActorRef uplink, CancellationToken stop)
    {
        var credit = new ReportCredit();
        var random = new Random(name.GetHashCode(StringComparison.Ordinal));
        var seed = (ulong)random.NextInt64();
        var start = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var table = Enumerable.Range(0, flows).Select(number => Flow(new FlowTexts(), name, seed, number, start)).ToArray();
        var round = 0;
        while (!stop.IsCancellationRequested)
        {
            round++;
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            for (var first = 0; first < flows; first += FlowCollector.MostRows)
            {
                credit.TakeAsync(Timeout.InfiniteTimeSpan).GetAwaiter().GetResult();
                var rows = new FlowRows(FlowCollector.MostRows);
                // The texts have the same numbers in all of them.
                Flow(rows.Texts, name, seed, first, start);
                foreach (ref var flow in table.AsSpan(first, Math.Min(FlowCollector.MostRows, flows - first)))
                {
                    Count(ref flow, now);
                    rows.Add() = flow;
                }

                uplink.Tell(new FlowUpdates(rows) { MayWait = true, TakenIn = credit.GiveBack });
            }
        }

        return round;
    }

    private static void Count(ref FlowRow row, long now)
    {
        var spread = (long)(row.Uuid & 0xff);
        row.AbPackets++;
        row.AbBytes += 60 + spread;
        row.BaPackets++;
        row.BaBytes += 90 + spread;
        row.Last = now;
    }

    private static FlowRow Flow(FlowTexts texts, string host, ulong seed, int number, long start)
    {
        var uuid = KeyHash.Stable(seed, (ulong)number);
        return new FlowRow
        {
            Uuid = uuid,
            TrackingId = KeyHash.Stable(uuid, 1),
            L3TrackingId = KeyHash.Stable(uuid, 2),
            LayersPath = texts.Of("Ethernet/IPv4/TCP"),
            Application = texts.Of("HTTPS"),
            NodeTid = texts.Of("98ae2b11-9e72-5c2d-b2ed-dfe354fb1825"),
            CaptureId = texts.Of("11111111-9e72-5c2d-b2ed-dfe354fb1825"),
            Host = texts.Of(host),
            Parts = FlowParts.Link | FlowParts.Network | FlowParts.IPv4 | FlowParts.Transport,
            NetworkProtocol = texts.Of("IPV4"),
            TransportProtocol = texts.Of("TCP"),
            LinkA = 0x02_00_00_00_00_01,
            LinkB = 0x02_00_00_00_00_02,
            NetworkALow = 0x0a00_0000 + ((uint)number >> 6),
            NetworkBLow = 0xc0a8_0001 + ((ulong)number & 7),
            PortA = (ushort)(32768 + (number & 0x3f)),
            PortB = 443,
            Start = start + (number & 0xfff),
        };
    }
}
