using Agent.Node.Capture;
using Agent.Node.Flows;
using Agent.Node.Tests.Capture;

namespace Agent.Node.Tests.Fuzz;

/// <summary>
/// Broken capture files, of both formats and byte orders: packets come to lie inside of what was read, or a
/// <see cref="CaptureException"/> says why not; nothing else is thrown, and no file keeps its reader for long.
/// SKYDIVE_FUZZ_ROUND=n runs one round alone.
/// </summary>
public sealed class CaptureFuzzTests
{
    private const int Rounds = 60;
    private const int FilesPerRound = 400;

    /// <summary>Values at which a length, a type or an interface changes its meaning.</summary>
    private static readonly uint[] Interesting = [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 16, 28, 31, 32, 33, 65_535, 65_536, 67_108_864, 67_108_865, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff, 0x0a0d0d0a, 0x1a2b3c4d];

    private static readonly byte[][] Files = [.. Corpus()];

    [Fact]
    public void Broken_files_are_read_as_far_as_they_go()
    {
        var only = Environment.GetEnvironmentVariable("SKYDIVE_FUZZ_ROUND");
        var (packets, broken, whole) = (0L, 0L, 0L);
        foreach (var round in only is null ? Enumerable.Range(0, Rounds) : [int.Parse(only, System.Globalization.CultureInfo.InvariantCulture)])
        {
            var mutator = new PacketMutator((ulong)round * 0x9e3779b97f4a7c15 ^ 0xf11e);
            for (var number = 0; number < FilesPerRound; number++)
            {
                var file = Mutate(Files[mutator.Below(Files.Length)], mutator);
                try
                {
                    packets += Read(file, mutator.Below(4) == 0 ? "ip or ip6" : null);
                    whole++;
                }
                catch (CaptureException)
                {
                    broken++;
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"SKYDIVE_FUZZ_ROUND={round} repeats it: file {number}, {Convert.ToHexString(file)}", e);
                }
            }
        }
        if (only is null)
        {
            new[] { packets, broken, whole }.ShouldAllBe(count => count > Rounds);
        }
    }

    private static long Read(byte[] file, string? filter)
    {
        using var selection = filter is null ? null : new PacketFilter(filter);
        var reader = CaptureReader.Open("a", new MemoryStream(file));
        var engine = new FlowEngine(new FlowOptions { MaxEntries = 100, Defragment = true }, Captures.Origin, new FuzzSink());
        var (packets, reads) = (0L, 0);
        while (reader.Read())
        {
            // Each block of a file is longer than nothing.
            (++reads).ShouldBeLessThanOrEqualTo(file.Length);
            foreach (ref readonly var packet in reader.Packets)
            {
                packet.Time.ShouldBeGreaterThanOrEqualTo(0);
                packet.OriginalLength.ShouldBeGreaterThanOrEqualTo(0);
                _ = reader.Block.Slice(packet.Start, packet.Length);
                packet.Length.ShouldBeLessThanOrEqualTo(file.Length);
            }

            packets += reader.Packets.Length;
            engine.Replay(reader.Link, reader.Block, selection is null ? reader.Packets : reader.Packets[..selection.Select(reader.Format, reader.Block, reader.Packets)]);
        }
        engine.End();
        reader.Names.Count.ShouldBeLessThanOrEqualTo(file.Length);
        return packets;
    }

    private static byte[] Mutate(byte[] file, PacketMutator mutator)
    {
        var bytes = file.ToList();
        for (var changes = mutator.Below(6); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = mutator.Below(bytes.Count);
            switch (mutator.Below(6))
            {
                case 0:
                    bytes[at] = (byte)mutator.Below(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(1 + mutator.Below(32), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, new byte[1 + mutator.Below(32)]);
                    break;
                case 3:
                    // Another file from here on.
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.AddRange(Files[mutator.Below(Files.Length)]);
                    break;
                default:
                    var value = BitConverter.GetBytes(Interesting[mutator.Below(Interesting.Length)]);
                    // Numbers lie at multiples of four.
                    for (var i = 0; i < value.Length && (at & ~3) + i < bytes.Count; i++)
                    {
                        bytes[(at & ~3) + i] = mutator.Below(8) == 0 ? value[3 - i] : value[i];
                    }

                    break;
            }
        }
        return [.. bytes];
    }

    private static IEnumerable<byte[]> Corpus()
    {
        foreach (var isBigEndian in new[] { false, true })
        {
            foreach (var magic in new uint[] { 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34 })
            {
                foreach (var capture in CraftedCaptures.All)
                {
                    var pcap = new CaptureCraft(isBigEndian).Pcap(magic, (int)capture.Link, minorVersion: magic == 0xa1b23c4d ? 2 : 4);
                    foreach (var (_, packet) in capture.Packets())
                    {
                        pcap.Record(1_700_000_000, 5, packet, packet.Length, magic == 0xa1b2cd34 ? new byte[8] : null);
                    }

                    yield return pcap.Bytes;
                }
            }

            var ng = new CaptureCraft(isBigEndian);
            ng.Section().Name([10, 0, 0, 1], "one").Interface(1, 60, [.. ng.Option(9, 0x8a), .. ng.Option(14, ng.U64(5)), .. ng.Option(13, 4)]).Interface(189).Block(10, new byte[40]);
            foreach (var capture in CraftedCaptures.All.Take(20))
            {
                var packet = capture.Packets().First().Bytes;
                ng.Interface((int)capture.Link, 0, ng.Option(9, 9)).Enhanced(0, 1_700_000_000, packet).Obsolete(1, 5, packet).Simple(packet).Enhanced(2, 1, packet, null, ng.Option(1, 65));
            }

            yield return ng.Bytes;
            yield return [.. ng.Bytes, .. new CaptureCraft(!isBigEndian).Section().Interface(127).Enhanced(0, 1, new byte[50]).Bytes];
        }
    }
}
