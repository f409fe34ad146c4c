using System.Diagnostics;
using System.Globalization;
using Agent.Node.Capture;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Akka.Actor;
using Spectre.Console;

namespace Benchmarks.Flows;

/// <summary>Decoding and the flow table, beside a bare loop over the same packets in the same run.</summary>
internal static class FlowBenchmark
{
    private const int CapturedPackets = 200_000;
    private const int Flows = 50_000;
    private const int Repeats = 5;
    private static readonly FlowOrigin Origin = new("host", "tid", "capture");

    internal static int Run(string[] args)
    {
        var packets = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2_000_000;
        var table = new Table().AddColumns("packets", "what", "packets/s", "CPU ns/packet", "against bare", "bytes/packet", "flows");
        foreach (var (name, inTunnels) in new[] { ("plain", false), ("in tunnels", true) })
        {
            var capture = SyntheticCapture.Create(CapturedPackets, Flows, inTunnels);
            var loop = new BareLoop();
            var bare = Measure(packets, () => loop.Run(capture, packets));
            Add(table, name, "bare loop", bare, bare, null);
            var engine = NewEngine(new Discard(), reportUpdates: false);
            Add(table, name, "engine, packets one by one", Measure(packets, () => FeedOneByOne(engine, capture, packets)), bare, engine.Count);
            engine = NewEngine(new Discard(), reportUpdates: false);
            Add(table, name, "engine, a file's blocks, flows end", Measure(packets, () => Replay(engine, capture, packets)), bare, engine.Count);
            var reporter = new FlowReporter(Origin, new TakingRef(), new ReportCredit(), mayWait: false);
            engine = NewEngine(reporter, reportUpdates: true);
            Add(table, name, "the same, updates made rows", Measure(packets, () => Replay(engine, capture, packets, reporter)), bare, engine.Count);
            reporter.Complete();
        }
        AnsiConsole.Write(table);
        var (kept, resident) = MemoryPerFlow();
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory per flow, a million in one table: {kept:0} bytes of records and index, {resident:0} bytes resident"));
        return 0;
    }

    private static (double Kept, double Resident) MemoryPerFlow()
    {
        const int flows = 1_000_000;
        var table = new FlowTable(flows, new NobodyLeaves());
        var before = ResidentBytes();
        for (ulong n = 1; n <= flows; n++)
        {
            table.GetOrAdd(new FlowKey { LowAddressLow = n, HighAddressLow = n + 1, Path = 1 }, 1, out _);
        }

        return ((double)table.Bytes / table.Count, (double)(ResidentBytes() - before) / table.Count);
    }

    private static long ResidentBytes()
    {
        const int column = 1;
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[column], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    private sealed class NobodyLeaves : IFlowLeaving
    {
        public void Leaving(ref FlowRecord record, bool evicted) => throw new InvalidOperationException("the table had room for all");
    }

    private static FlowEngine NewEngine(IFlowOutput output, bool reportUpdates) =>
        new(new FlowOptions { ReportUpdates = reportUpdates, ExpireAfter = TimeSpan.FromSeconds(5) }, Origin, output);

    private static void FeedOneByOne(FlowEngine engine, SyntheticCapture capture, int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            var packet = capture[i % capture.Count];
            engine.Process(SyntheticCapture.TimeOf(engine.Packets), LinkType.Ethernet, packet.Length, packet);
        }
    }

    /// <summary>As a capture file's: some packets at a time, and what is due between them, flows' ends among it.</summary>
    private static void Replay(FlowEngine engine, SyntheticCapture capture, int packets, FlowReporter? reporter = null)
    {
        const int blockLength = 256;
        var places = new PacketPlace[blockLength];
        for (var i = 0; i < packets; i += blockLength)
        {
            var count = Math.Min(blockLength, packets - i);
            for (var n = 0; n < count; n++)
            {
                places[n] = capture.PlaceOf((i + n) % capture.Count, SyntheticCapture.TimeOf(engine.Packets + n));
            }

            engine.Replay(LinkType.Ethernet, capture.Block, places.AsSpan(0, count));
        }
        reporter?.Flush();
    }

    /// <summary>Once to warm up, then the fastest of some runs, by processor time: it holds on a busy machine too.</summary>
    private static (double Nanoseconds, double Bytes) Measure(int packets, Action run)
    {
        run();
        var fastest = double.MaxValue;
        var bytes = double.MaxValue;
        using var process = Process.GetCurrentProcess();
        for (var i = 0; i < Repeats; i++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            process.Refresh();
            var before = process.TotalProcessorTime;
            run();
            process.Refresh();
            fastest = Math.Min(fastest, (process.TotalProcessorTime - before).TotalNanoseconds / packets);
            bytes = Math.Min(bytes, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)packets);
        }
        return (fastest, bytes);
    }

    private static void Add(Table table, string packets, string what, (double Nanoseconds, double Bytes) measured, (double Nanoseconds, double Bytes) bare, int? flows)
    {
        const double nanosecondsPerSecond = 1e9;
        table.AddRow(
            packets, what,
            (nanosecondsPerSecond / measured.Nanoseconds).ToString("N0", CultureInfo.InvariantCulture),
            measured.Nanoseconds.ToString("0.0", CultureInfo.InvariantCulture),
            (measured.Nanoseconds / bare.Nanoseconds).ToString("0.00", CultureInfo.InvariantCulture) + " x",
            measured.Bytes.ToString("0.00", CultureInfo.InvariantCulture),
            flows?.ToString("N0", CultureInfo.InvariantCulture) ?? "");
    }

    private sealed class Discard : IFlowOutput
    {
        public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
        {
        }
    }

    /// <summary>An uplink that takes all in and does nothing with it.</summary>
    private sealed class TakingRef : MinimalActorRef
    {
        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "taking";

        public override IActorRefProvider Provider => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender) => ((FlowUpdates)message).TakenIn!(0);
    }
}
