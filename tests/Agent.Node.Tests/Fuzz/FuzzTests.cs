using System.Globalization;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Xunit.Abstractions;

namespace Agent.Node.Tests.Fuzz;

/// <summary>
/// Millions of broken packets through the whole way from the first header to the last report. Each is put at the end of
/// memory, so that a read behind it kills the process; the round is then in the file the error names. A round is a seed:
/// SKYDIVE_FUZZ_ROUND=n runs that one alone, SKYDIVE_FUZZ_ROUNDS=n as many instead of the usual number.
/// </summary>
[Collection(Alone)]
public sealed class FuzzTests(ITestOutputHelper output)
{
    /// <summary>It takes all cores, and its collections disturb tests that measure what they allocate.</summary>
    private const string Alone = "fuzz, alone";
    private const int Rounds = 100;
    private const int InputsPerRound = 25_000;
    private const int MaxEntries = 200;
    private const long Start = 1_700_000_000_000_000_000;

    private static readonly string PositionFolder = Path.GetTempPath();

    [Fact]
    public void Broken_packets_never_fail_never_read_past_the_end_and_keep_every_bound()
    {
        _ = PacketMutator.Corpus;
        var only = Environment.GetEnvironmentVariable("SKYDIVE_FUZZ_ROUND");
        var rounds = int.Parse(Environment.GetEnvironmentVariable("SKYDIVE_FUZZ_ROUNDS") ?? Rounds.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var all = only is null ? Enumerable.Range(0, rounds) : [int.Parse(only, CultureInfo.InvariantCulture)];
        var seen = new Seen();
        Parallel.ForEach(all, new ParallelOptions { MaxDegreeOfParallelism = 2 }, round => Run(round, seen));
        output.WriteLine(seen.ToString());
        if (only is not null)
            return;
        // The corpus must reach what it's meant to: a fuzz that ends at the first header finds nothing.
        seen.Inner.ShouldBeGreaterThan(seen.Inputs / 10);
        seen.Evicted.ShouldBeGreaterThan(seen.Inputs / 20);
        seen.Reassembled.ShouldBeGreaterThan(rounds);
        seen.Details.ShouldBeGreaterThan(rounds);
        seen.DeepestPath.ShouldBeGreaterThanOrEqualTo(8);
    }

    [Fact]
    public void A_read_behind_a_guarded_packet_would_be_noticed()
    {
        using var page = new GuardedPage(100);
        var packet = page.Put([1, 2, 3]);
        packet.ToArray().ShouldBe([1, 2, 3]);
        // What lies behind is not even mapped readable: the kernel's own list says so.
        var behind = AddressBehind(packet).ToString("x", CultureInfo.InvariantCulture);
        File.ReadLines("/proc/self/maps").ShouldContain(line => line.StartsWith(behind + "-", StringComparison.Ordinal) && line.Contains(" ---p ", StringComparison.Ordinal));
    }

    private static unsafe ulong AddressBehind(ReadOnlySpan<byte> packet)
    {
        fixed (byte* start = packet)
            return (ulong)start + (ulong)packet.Length;
    }

    private static void Run(int round, Seen seen)
    {
        var position = Path.Combine(PositionFolder, $"agent-fuzz-{Environment.ProcessId}-round-{round}");
        File.WriteAllText(position, $"If this file is here after a run, its process died in this round: SKYDIVE_FUZZ_ROUND={round} repeats it.");
        using var page = new GuardedPage(4096);
        var mutator = new PacketMutator((ulong)round * 0x9e3779b97f4a7c15 ^ 0x5eed);
        var sink = new Sink();
        var engine = new FlowEngine(
            new FlowOptions
            {
                Defragment = true,
                MaxEntries = MaxEntries,
                ExtraTcpMetric = round % 2 == 0,
                RawPacketLimit = round % 4 == 1 ? 3 : 0,
                KeyMode = round % 3 == 0 ? LayerKeyMode.L3 : LayerKeyMode.L2,
                ExpireAfter = TimeSpan.FromSeconds(5),
                MaxTunnelDepth = 8,
            },
            Captures.Origin, sink);
        var input = ReadOnlySpan<byte>.Empty;
        var number = 0;
        try
        {
            for (; number < InputsPerRound; number++)
            {
                var packet = page.Put(mutator.Next(out var link));
                input = packet;
                var originalLength = mutator.Below(4) == 0 ? mutator.Below(70_000) : packet.Length;
                var time = Start + (number * 1_000_000L) - (mutator.Below(100) == 0 ? 20_000_000_000L : 0);
                engine.AdvanceTo(time);
                engine.Process(time, link, originalLength, packet);
                if (number % 1000 == 0)
                    CheckBounds(engine);
            }
            CheckBounds(engine);
            seen.Add(engine, sink, number);
            engine.End();
            engine.Count.ShouldBe(0);
            engine.DetailedFlows.ShouldBe(0);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"round {round} (SKYDIVE_FUZZ_ROUND={round}), input {number}: {Convert.ToHexString(input)}", e);
        }
        File.Delete(position);
    }

    private static void CheckBounds(FlowEngine engine)
    {
        engine.Count.ShouldBeLessThanOrEqualTo(MaxEntries);
        engine.DetailedFlows.ShouldBeLessThanOrEqualTo(engine.Count);
        engine.FragmentsKept.ShouldBeLessThanOrEqualTo(Defragmenter.MostKept);
    }

    /// <summary>Makes every report a message, as the agent does, and throws it away.</summary>
    private sealed class Sink : IFlowOutput
    {
        internal long Inner { get; private set; }

        internal long Details { get; private set; }

        internal long Reassembled { get; private set; }

        internal int DeepestPath { get; private set; }

        public void Report(in FlowRecord record, in FlowCounters reported, FlowDetails? details)
        {
            var flow = FlowMessages.ToMessage(record, reported, details, Captures.Origin);
            if (flow.ParentUuid.Length > 0)
                Inner++;
            if (flow.Tunnel is not null)
                Details++;
            if (record.Fragments > 0)
                Reassembled++;
            DeepestPath = Math.Max(DeepestPath, record.Path.Count);
            flow.CalculateSize().ShouldBeLessThan(65_536);
        }
    }

    private sealed class Seen
    {
        private readonly Lock _lock = new();

        internal long Inputs { get; private set; }

        internal long Inner { get; private set; }

        internal long Evicted { get; private set; }

        internal long Reassembled { get; private set; }

        internal long Details { get; private set; }

        internal int DeepestPath { get; private set; }

        public override string ToString() =>
            $"{Inputs} inputs; reports of inner flows {Inner}, with tunnel details {Details}, reassembled {Reassembled}; evicted {Evicted}; longest path {DeepestPath} layers";

        internal void Add(FlowEngine engine, Sink sink, int inputs)
        {
            lock (_lock)
            {
                Inputs += inputs;
                Inner += sink.Inner;
                Evicted += engine.Evicted;
                Reassembled += sink.Reassembled;
                Details += sink.Details;
                DeepestPath = Math.Max(DeepestPath, sink.DeepestPath);
            }
        }
    }

    /// <summary>Runs when the tests that run side by side are done.</summary>
    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;
}
