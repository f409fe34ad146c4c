using System.Globalization;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Xunit.Abstractions;

namespace Agent.Node.Tests.Fuzz;

/// <summary>
/// Millions of broken packets through the whole way from the first header to the last report: one by one and put together
/// from fragments, or in blocks as a capture file's come, whose flows must be those of the same packets one by one. Each
/// packet, and each block, is put at the end of memory, so that a read behind it kills the process; the round is then in the
/// file the error names. A round is a seed: SKYDIVE_FUZZ_ROUND=n runs that one alone, SKYDIVE_FUZZ_ROUNDS=n as many instead
/// of the usual number.
/// </summary>
[Collection(Alone)]
public sealed class FuzzTests(ITestOutputHelper output)
{
    /// <summary>It takes all cores, and its collections disturb tests that measure what they allocate.</summary>
    private const string Alone = "fuzz, alone";
    private const int Rounds = 100;
    private const int InputsPerRound = 25_000;
    private const int FewEntries = 200;
    private const int EntriesForAll = 1 << 20;
    private const int FewBytes = 20_000;
    private const long Start = 1_700_000_000_000_000_000;
    private const long Millisecond = 1_000_000;

    private static readonly string PositionFolder = Path.GetTempPath();

    [Fact]
    public void Broken_packets_never_fail_never_read_past_the_end_and_keep_every_bound()
    {
        _ = PacketMutator.Corpus;
        var only = Environment.GetEnvironmentVariable("SKYDIVE_FUZZ_ROUND");
        var rounds = int.Parse(Environment.GetEnvironmentVariable("SKYDIVE_FUZZ_ROUNDS") ?? Rounds.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var all = only is null ? Enumerable.Range(0, rounds) : [int.Parse(only, CultureInfo.InvariantCulture)];
        var seen = new FuzzSeen();
        Parallel.ForEach(all, new ParallelOptions { MaxDegreeOfParallelism = 2 }, round => Run(round, seen));
        output.WriteLine(seen.ToString());
        if (only is null)
        {
            seen.ShouldHaveReached(rounds);
        }
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
        {
            return (ulong)start + (ulong)packet.Length;
        }
    }

    private static void Run(int round, FuzzSeen seen)
    {
        var position = Path.Combine(PositionFolder, $"agent-fuzz-{Environment.ProcessId}-round-{round}");
        File.WriteAllText(position, $"If this file is here after a run, its process died in this round: SKYDIVE_FUZZ_ROUND={round} repeats it.");
        var mutator = new PacketMutator((ulong)round * 0x9e3779b97f4a7c15 ^ 0x5eed);
        try
        {
            if (round % 2 == 0)
            {
                OneByOne(round, mutator, seen);
            }
            else
            {
                InBlocks(round, mutator, seen);
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"round {round}: SKYDIVE_FUZZ_ROUND={round} repeats it", e);
        }
        File.Delete(position);
    }

    private static FlowOptions Options(int round) => new()
    {
        ExtraTcpMetric = round / 2 % 2 == 0,
        RawPacketLimit = round / 2 % 4 == 1 ? FuzzSink.MostRawPackets : 0,
        RawPacketCapacity = FewBytes,
        KeyMode = round / 2 % 3 == 0 ? LayerKeyMode.L3 : LayerKeyMode.L2,
        ExpireAfter = TimeSpan.FromSeconds(5),
        MaxTunnelDepth = 8,
    };

    private static void OneByOne(int round, PacketMutator mutator, FuzzSeen seen)
    {
        using var page = new GuardedPage(PacketMutator.Longest);
        var sink = new FuzzSink();
        var engine = new FlowEngine(Options(round) with { Defragment = true, MaxEntries = FewEntries }, Captures.Origin, sink);
        var number = 0;
        var input = ReadOnlySpan<byte>.Empty;
        try
        {
            for (; number < InputsPerRound; number++)
            {
                var packet = page.Put(mutator.Next(out var link));
                input = packet;
                var time = Start + (number * Millisecond) - Back(mutator);
                engine.AdvanceTo(new(time, 0));
                engine.Process(time, link, OriginalLength(mutator, packet.Length), packet);
                if (number % 1000 == 0)
                {
                    CheckBounds(engine, FewEntries);
                }
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"input {number}: {Convert.ToHexString(input)}", e);
        }
        End(engine, sink, FewEntries, number, seen);
    }

    /// <summary>Every other round has room for all flows, and their packets go one by one through a second engine.</summary>
    private static void InBlocks(int round, PacketMutator mutator, FuzzSeen seen)
    {
        var isCompared = round % 4 == 1;
        var entries = isCompared ? EntriesForAll : FewEntries;
        using var single = new GuardedPage(PacketMutator.Longest);
        using var page = new GuardedPage(PacketBlock.Longest);
        var (sink, sinkOfSingle) = (new FuzzSink { KeepsFlows = isCompared }, new FuzzSink { KeepsFlows = isCompared });
        // Which packets are kept raw when there's no room for all depends on which flow is first.
        var options = Options(round) with { MaxEntries = entries, RawPacketCapacity = isCompared ? long.MaxValue : FewBytes };
        var engine = new FlowEngine(options, Captures.Origin, sink);
        var oneByOne = new FlowEngine(options, Captures.Origin, sinkOfSingle);
        var blocks = new Dictionary<LinkType, PacketBlock>();
        var time = Start;
        for (var number = 0; number < InputsPerRound; number++)
        {
            var packet = mutator.Next(out var link);
            if (!blocks.TryGetValue(link, out var block))
            {
                blocks.Add(link, block = new PacketBlock(mutator));
            }

            block.Add(packet, OriginalLength(mutator, packet.Length), Back(mutator));
            if (!block.IsFull)
            {
                continue;
            }

            time += block.Count * Millisecond;
            engine.AdvanceTo(new(time, 0));
            var samplingRate = mutator.Below(8) == 0 ? 10u : 1u;
            engine.Process(link, page.Put(block.LayOut()), block.Places(time), samplingRate);
            CheckBounds(engine, entries);
            if (isCompared)
            {
                oneByOne.AdvanceTo(new(time, 0));
                foreach (var place in block.Places(time))
                {
                    oneByOne.Process(place.Time, link, place.OriginalLength, single.Put(block.Bytes.Slice(place.Start, place.Length)), samplingRate);
                }
            }
            block.Clear();
        }
        seen.AddBlocks(engine.Packets);
        End(engine, sink, entries, InputsPerRound, seen);
        oneByOne.End();
        if (isCompared)
        {
            sink.ShouldHaveTheFlowsOf(sinkOfSingle);
        }
    }

    private static long Back(PacketMutator mutator) => mutator.Below(100) == 0 ? 20_000 * Millisecond : 0;

    private static int OriginalLength(PacketMutator mutator, int captured) => mutator.Below(4) == 0 ? mutator.Below(70_000) : captured;

    private static void End(FlowEngine engine, FuzzSink sink, int entries, int inputs, FuzzSeen seen)
    {
        CheckBounds(engine, entries);
        seen.Add(engine, sink, inputs);
        engine.End();
        engine.Count.ShouldBe(0);
        engine.DetailedFlows.ShouldBe(0);
        engine.PairedTunnels.ShouldBe(0);
    }

    private static void CheckBounds(FlowEngine engine, int entries)
    {
        engine.Count.ShouldBeLessThanOrEqualTo(entries);
        engine.DetailedFlows.ShouldBeLessThanOrEqualTo(engine.Count);
        engine.PairedTunnels.ShouldBeLessThanOrEqualTo(engine.Count);
        engine.FragmentsKept.ShouldBeLessThanOrEqualTo(Defragmenter.MostKept);
    }

    /// <summary>Runs when the tests that run side by side are done.</summary>
    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;
}
