using System.Globalization;
using Akka.Actor;
using Analyzer.Node.Flows;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Benchmarks.Queries;

/// <summary>A million flows as agents tell them: TCP and UDP between hosts of a /8, each interface with a thousand of them.</summary>
internal static class SyntheticFlows
{
    internal const int FlowsOfNode = 1_000;
    private const int FlowsOfBlock = 500;
    private static readonly string[] Applications = ["TCP", "TLS", "HTTP", "DNS", "UDP"];

    /// <summary>One of them, by its number.</summary>
    internal static Flow Of(int number)
    {
        var random = new Random(number);
        var start = 1_700_000_000_000 + random.Next(3_600_000);
        var last = start + random.Next(600_000);
        var isUdp = number % 3 == 0;
        return new Flow
        {
            Uuid = FlowForms.Id((ulong)random.NextInt64(1, long.MaxValue)),
            TrackingId = FlowForms.Id((ulong)random.NextInt64(1, long.MaxValue)),
            L3TrackingId = FlowForms.Id((ulong)random.NextInt64(1, long.MaxValue)),
            LayersPath = isUdp ? "Ethernet/IPv4/UDP" : "Ethernet/IPv4/TCP",
            Application = Applications[random.Next(Applications.Length)],
            Link = new FlowLayer { Protocol = "ETHERNET", A = Mac(random), B = Mac(random) },
            Network = new FlowLayer { Protocol = "IPV4", A = Address(random), B = Address(random) },
            Transport = new TransportLayer { Protocol = isUdp ? "UDP" : "TCP", A = random.Next(1024, 65536), B = random.Next(1, 1024) },
            Metric = new FlowMetric { AbPackets = random.Next(1, 10_000), AbBytes = random.Next(64, 10_000_000), BaPackets = random.Next(10_000), BaBytes = random.Next(10_000_000) },
            Start = start,
            Last = last,
            RttNs = random.Next(50_000_000),
            NodeTid = string.Create(CultureInfo.InvariantCulture, $"5f1c1b2e-0000-5000-8000-{number / FlowsOfNode:x12}"),
            CaptureId = "8d1a3c70-64a4-4a52-8b0e-1f5c2a6d9e10",
            Host = string.Create(CultureInfo.InvariantCulture, $"host-{number / FlowsOfNode % 50}"),
            FinishType = (FinishType)random.Next(4),
        };
    }

    /// <summary>Has the entities store them.</summary>
    internal static async Task StoreAsync(IActorRefFactory actors, IReadOnlyList<IActorRef> entities, int count)
    {
        var open = Enumerable.Range(0, entities.Count).Select(_ => new FlowRows(FlowsOfBlock)).ToArray();
        var stored = new List<Task>();
        for (var number = 0; number < count; number++)
        {
            var flow = Of(number);
            var partition = FlowPartition.Of(flow.L3TrackingId, entities.Count);
            open[partition].Add(flow);
            if (open[partition].Count == FlowsOfBlock)
            {
                Tell(partition);
            }
        }

        for (var partition = 0; partition < entities.Count; partition++)
        {
            Tell(partition);
        }

        await Task.WhenAll(stored);

        void Tell(int partition)
        {
            var update = new UpdateFlows { Partition = partition, Session = "s", Sequence = stored.Count, Block = UnsafeByteOperations.UnsafeWrap(FlowBlock.Write(open[partition])) };
            stored.Add(entities[partition].Ask<FlowsStored>(update, TimeSpan.FromMinutes(2)));
            open[partition].Clear();
        }
    }

    private static string Address(Random random) => string.Create(CultureInfo.InvariantCulture, $"10.{random.Next(4)}.{random.Next(256)}.{random.Next(1, 255)}");

    private static string Mac(Random random) => FlowForms.Mac(0x020000000000UL + (ulong)random.NextInt64(1 << 20));
}
