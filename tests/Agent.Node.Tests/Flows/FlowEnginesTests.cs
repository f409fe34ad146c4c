using Agent.Node.Capture;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Agent.Node.Tests.Capture;
using Agent.Node.Tests.Fuzz;
using Shared.Messages.Flows;

namespace Agent.Node.Tests.Flows;

/// <summary>Several engines that share a capture's packets, beside one that has them all.</summary>
public sealed class FlowEnginesTests : IDisposable
{
    private static readonly int[] Counts = [2, 4];

    private static readonly (string Name, FlowOptions Options)[] Ways =
    [
        ("as it is", new FlowOptions { ReportUpdates = false }),
        ("L3", new FlowOptions { ReportUpdates = false, KeyMode = LayerKeyMode.L3 }),
        ("defragmented", new FlowOptions { ReportUpdates = false, Defragment = true }),
        ("defragmented L3 without duplicates", new FlowOptions { ReportUpdates = false, Defragment = true, KeyMode = LayerKeyMode.L3, DeduplicateWithin = FlowOptions.DuplicatesCome }),
        ("without duplicates", new FlowOptions { ReportUpdates = false, DeduplicateWithin = FlowOptions.DuplicatesCome }),
        ("that end soon", new FlowOptions { ReportUpdates = false, ExpireAfter = TimeSpan.FromSeconds(2), ClosedLinger = TimeSpan.FromSeconds(1) }),
        ("with updates", new FlowOptions { ExtraTcpMetric = true, RawPacketLimit = 2 }),
    ];

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"engines-{Guid.NewGuid():N}.pcap");

    public void Dispose() => File.Delete(_file);

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Captures.Folder, "*.pcap*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Captures.Folder, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_capture_has_the_same_flows_however_many_engines_share_it(string file)
    {
        foreach (var (name, options) in Ways)
        {
            ShouldBeTheSame(Captures.File(file), options, name);
        }
    }

    [Fact]
    public void All_test_captures_in_one_file_have_the_same_flows_however_many_engines_share_it()
    {
        var craft = new CaptureCraft(isBigEndian: false).Section().Interface(1).Interface(101);
        var time = 1_700_000_000_000_000ul;
        foreach (var file in Directory.EnumerateFiles(Captures.Folder, "*.pcap", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (var (link, bytes) in Captures.PacketsOf(file).Where(packet => packet.Link is LinkType.Ethernet or LinkType.Ip))
            {
                craft.Enhanced(link == LinkType.Ethernet ? 0 : 1, time += 700, bytes);
            }
        }

        File.WriteAllBytes(_file, craft.Bytes);
        foreach (var (name, options) in Ways)
        {
            ShouldBeTheSame(_file, options, name).ShouldBeGreaterThan(150);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Traffic_of_chance_has_the_same_flows_however_many_engines_share_it(int seed)
    {
        File.WriteAllBytes(_file, new MixedTraffic(seed).Capture(4000));
        foreach (var (name, options) in Ways)
        {
            ShouldBeTheSame(_file, options, $"seed {seed}, {name}").ShouldBeGreaterThan(100);
        }
    }

    [Fact]
    public void Broken_packets_have_the_same_flows_however_many_engines_share_them()
    {
        for (var round = 1ul; round <= 10; round++)
        {
            var mutator = new PacketMutator(round);
            var craft = new CaptureCraft(isBigEndian: false).Pcap(0xa1b23c4d);
            for (var number = 0u; number < 3000;)
            {
                var packet = mutator.Next(out var link);
                if (link == LinkType.Ethernet)
                {
                    craft.Record(1_700_000_000 + (number / 100), number++, packet.ToArray());
                }
            }

            File.WriteAllBytes(_file, craft.Bytes);
            var (name, options) = Ways[round % (ulong)Ways.Length];
            ShouldBeTheSame(_file, options, $"round {round}, {name}");
        }
    }

    [Fact]
    public void Errors_and_the_flows_they_are_about_meet_across_engines()
    {
        File.WriteAllBytes(_file, new MixedTraffic(7).Capture(4000));
        foreach (var (name, options) in Ways)
        {
            using var engines = Run(_file, options, 4, out var flows);
            var byUuid = flows.ToLookup(flow => flow.Uuid);
            var about = flows.Where(flow => flow.Icmp is { About.Count: > 0 }).SelectMany(flow => flow.Icmp.About).Distinct().ToList();
            about.Count.ShouldBeGreaterThan(30, name);
            about.ShouldAllBe(uuid => byUuid[uuid].Any(flow => flow.IcmpErrors.Count > 0), name);
        }
    }

    [Fact]
    public void A_glance_finds_the_owner_that_decoding_does()
    {
        const int engines = 4;
        var owners = new PacketOwners(engines, new FlowOptions());
        var mutator = new PacketMutator(0x0e5);
        var hits = new int[engines];
        Span<byte> owner = stackalloc byte[1];
        for (var i = 0; i < 300_000; i++)
        {
            var packet = mutator.Next(out var link);
            owners.Find(link, packet, [new PacketPlace(0, 0, packet.Length, packet.Length)], owner);
            PacketDecoder.Decode(link, packet, TunnelPorts.Default, out var layers);
            (owner[0] & ~PacketOwners.Shared).ShouldBe(PacketOwners.Of(layers, engines), $"{link} {Convert.ToHexString(packet)}");
            ((owner[0] & PacketOwners.Shared) != 0).ShouldBe(layers.IcmpRole == IcmpRole.Error, $"{link} {Convert.ToHexString(packet)}");
            hits[owner[0] & ~PacketOwners.Shared]++;
        }

        hits.ShouldAllBe(count => count > 10_000);
    }

    [Fact]
    public void Neighbouring_addresses_are_shared_evenly()
    {
        var owners = new PacketOwners(2, new FlowOptions());
        var packets = Enumerable.Range(1, 200).Select(host => PacketCraft.Ipv4(6, PacketCraft.Tcp(1, 2), $"10.0.0.{host}", "192.168.0.1")).ToList();
        Span<byte> owner = stackalloc byte[1];
        var first = 0;
        foreach (var packet in packets)
        {
            owners.Find(LinkType.Ip, packet, [new PacketPlace(0, 0, packet.Length, packet.Length)], owner);
            first += owner[0] == 0 ? 1 : 0;
        }

        first.ShouldBeInRange(95, 105);
    }

    [Fact]
    public void Engines_together_keep_as_many_flows_as_one_and_a_busy_one_has_the_room_of_the_others()
    {
        const int most = 1000;
        var options = new FlowOptions { ReportUpdates = false, MaxEntries = most };
        var craft = new CaptureCraft(isBigEndian: false).Pcap(0xa1b23c4d, link: 101);
        for (var port = 0; port < most - 60; port++)
        {
            craft.Record(1_700_000_000, (uint)port, PacketCraft.Ipv4(17, PacketCraft.Udp(10_000 + port, 9, [])));
        }

        File.WriteAllBytes(_file, craft.Bytes);
        ShouldBeTheSame(_file, options, "between two hosts").ShouldBe(most - 60);
        for (var host = 0; host < 5 * most; host++)
        {
            craft.Record(1_700_000_001, (uint)host, PacketCraft.Ipv4(17, PacketCraft.Udp(1, 9, []), $"10.{host >> 8}.{host & 255}.7"));
        }

        File.WriteAllBytes(_file, craft.Bytes);
        using var engines = Run(_file, options, 4, out var flows);
        flows.Count.ShouldBe((6 * most) - 60);
        engines.Counts.FlowsEvicted.ShouldBeInRange((5 * most) - 60, (5 * most) - 60 + (most / 4));
    }

    [Fact]
    public void What_came_before_the_end_of_a_broken_file_is_kept()
    {
        var whole = new MixedTraffic(8).Capture(2000);
        File.WriteAllBytes(_file, whole[..^7]);
        var flows = new SharedFlows();
        using var engines = new FlowEngines(Ways[0].Options, Captures.Origin, flows, 2);
        using (var input = CaptureInput.Open(_file))
        using (var capture = new CaptureFile(input, null))
        {
            Should.Throw<CaptureException>(() => capture.Replay(engines, CancellationToken.None)).Message.ShouldContain("(after 1999 packets)");
        }

        engines.Packets.ShouldBe(1999);
        engines.End();
        flows.Flows.Count.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void The_failure_of_an_engine_is_the_readers_and_ends_the_others()
    {
        File.WriteAllBytes(_file, new MixedTraffic(9).Capture(20_000));
        var output = new FailingOutput();
        using var engines = new FlowEngines(new FlowOptions { ExpireAfter = TimeSpan.FromMilliseconds(100) }, Captures.Origin, output, 4);
        using var input = CaptureInput.Open(_file);
        using var capture = new CaptureFile(input, null);
        Should.Throw<IOException>(() => capture.Replay(engines, CancellationToken.None)).Message.ShouldBe("nobody reads this");
    }

    [Fact]
    public void Flows_that_stay_to_the_end_come_in_the_order_they_began()
    {
        var craft = new CaptureCraft(isBigEndian: false).Pcap(0xa1b23c4d, link: 101);
        for (var host = 0; host < 2000; host++)
        {
            var (near, far) = ($"10.{host & 7}.0.1", $"10.{host % 5}.1.{1 + (host % 50)}");
            craft.Record(1_700_000_000, (uint)host, PacketCraft.Ipv4(47, PacketCraft.Gre(0x0800, PacketCraft.Ipv4(6, PacketCraft.Tcp(host, 80))), near, far));
        }

        File.WriteAllBytes(_file, craft.Bytes);
        using var one = Run(_file, Ways[0].Options, 1, out var expected);
        using var several = Run(_file, Ways[0].Options, 4, out var flows);
        expected.Count.ShouldBeGreaterThan(2000);
        flows.Select(flow => flow.Uuid).ShouldBe(expected.Select(flow => flow.Uuid));
    }

    [Fact]
    public void Files_one_after_the_other_are_one_capture_for_several_engines_too()
    {
        var flows = new SharedFlows();
        using var engines = new FlowEngines(Ways[0].Options, Captures.Origin, flows, 2);
        for (var part = 0; part < 2; part++)
        {
            File.WriteAllBytes(_file, new CaptureCraft(isBigEndian: false).Pcap(0xa1b23c4d, link: 101)
                .Record(1_700_000_000 + (uint)part, 0, PacketCraft.Ipv4(6, PacketCraft.Tcp(1, 2)))
                .Record(1_700_000_000 + (uint)part, 1, PacketCraft.Ipv4(6, PacketCraft.Tcp(3, 4 + part))).Bytes);
            using var input = CaptureInput.Open(_file);
            using var capture = new CaptureFile(input, null);
            capture.Replay(engines, CancellationToken.None);
        }

        engines.End();
        flows.Flows.Select(flow => (flow.Transport.A, flow.Metric.AbPackets)).ShouldBe([(1, 2), (3, 1), (3, 1)]);
        flows.Flows.Select(flow => flow.Uuid).Distinct().Count().ShouldBe(3);
    }

    /// <summary>How many flows there are.</summary>
    private static int ShouldBeTheSame(string file, FlowOptions options, string way)
    {
        using var one = Run(file, options, 1, out var expected);
        foreach (var count in Counts)
        {
            using var several = Run(file, options, count, out var flows);
            var told = $"{way}, {count} engines, {ChosenHashSecret.Again}";
            (several.Packets, several.Total, several.Clock).ShouldBe((one.Packets, one.Total, one.Clock), told);
            // Which duplicates would not be known, chance decides.
            (several.Counts with { DuplicatesUnknown = 0 }).ShouldBe(one.Counts with { DuplicatesUnknown = 0 }, told);
            var (left, right) = (Sorted(expected), Sorted(flows));
            var differs = left.Zip(right).FirstOrDefault(pair => pair.First != pair.Second);
            differs.Second.ShouldBe(differs.First, told);
            right.Count.ShouldBe(left.Count, told);
        }

        return expected.Count;
    }

    private static FlowEngines Run(string file, FlowOptions options, int count, out List<Flow> flows)
    {
        var output = new SharedFlows();
        var engines = new FlowEngines(options, Captures.Origin, output, count);
        using var input = CaptureInput.Open(file);
        using var capture = new CaptureFile(input, null);
        try
        {
            capture.Replay(engines, CancellationToken.None);
        }
        catch (CaptureException)
        {
            // Some files are cut off.
        }

        engines.End();
        flows = output.Flows;
        return engines;
    }

    private static List<string> Sorted(List<Flow> flows) => [.. flows.Select(flow => flow.ToString()).Order(StringComparer.Ordinal)];

    private sealed class SharedFlows : IFlowOutput
    {
        internal List<Flow> Flows { get; } = [];

        public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
        {
            var flow = FlowMessages.ToMessage(record, since, details, Captures.Origin);
            lock (Flows)
            {
                Flows.Add(flow);
            }
        }
    }

    private sealed class FailingOutput : IFlowOutput
    {
        public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details) => throw new IOException("nobody reads this");
    }
}
