using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Tests.Decoding;
using Shared.Messages.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

/// <summary>What holds for all packets, tried on many made by seeded chance.</summary>
public sealed class FlowPropertyTests
{
    private const long Start = 1_700_000_000_000_000_000;
    private const long Millisecond = 1_000_000;
    private static readonly byte[] Conversation4 = Ipv4(6, Tcp(1000, 80), "192.168.7.1", "192.168.7.2");
    private static readonly byte[] Conversation6 = Ipv6(17, Udp(1000, 2000, new byte[9]), "fd77::1", "fd77::2");

    /// <summary>Tunnels that take an IP packet or a frame and give an IP packet, for both directions.</summary>
    private static readonly (string Name, Func<byte[], bool, byte[]> Enter, bool TakesFrames)[] Tunnels =
    [
        ("GRE", (p, back) => Over4(47, Gre(TypeOf(p), p, key: 5), 1, back), false),
        ("GRE with Ethernet", (p, back) => Over4(47, Gre(0x6558, p), 2, back), true),
        ("ERSPAN", (p, back) => Over6(47, Gre(0x88be, ErspanII(3, p), sequence: 1), 3, back), true),
        ("VXLAN", (p, back) => Over4(17, Udp(back ? 5001 : 5000, 4789, Vxlan(4, p)), 4, back), true),
        ("VXLAN-GPE", (p, back) => Over6(17, Udp(6000, 4790, VxlanGpe(4, (byte)(TypeOf(p) == 0x0800 ? 1 : 2), p)), 5, back), false),
        ("GENEVE", (p, back) => Over6(17, Udp(back ? 5001 : 5000, 6081, Geneve(6, 0x6558, p, 2)), 6, back), true),
        ("MPLS in UDP", (p, back) => Over4(17, Udp(5000, 6635, Mpls(p, 7000)), 7, back), false),
        ("MPLS in GRE", (p, back) => Over4(47, Gre(0x8847, Mpls(p, 8000, 8001), key: 8), 8, back), false),
        ("GTP-U", (p, back) => Over4(17, Udp(5000, 2152, Gtp(9, p)), 9, back), false),
        ("IP in IP", (p, back) => Over4((byte)(TypeOf(p) == 0x0800 ? 4 : 41), p, 10, back), false),
        ("IP in IPv6", (p, back) => Over6((byte)(TypeOf(p) == 0x0800 ? 4 : 41), p, 11, back), false),
    ];

    private sealed record Packet(LinkType Link, byte[] Bytes);

    [Fact]
    public void A_flow_and_its_reverse_are_one_in_every_tunnel_and_either_may_come_first()
    {
        foreach (var (name, there, back) in Stacks(seed: 1, count: 300))
        {
            var first = FlowsOf([there, back]);
            var second = FlowsOf([back, there]);
            first.Count.ShouldBe(second.Count, name);
            first.ShouldAllBe(flow => flow.Metric.AbPackets == 1 && flow.Metric.BaPackets == 1, name);
            foreach (var (flow, other) in FromTheOutside(first).Zip(FromTheOutside(second)))
            {
                (other.LayersPath, other.TrackingId, other.L3TrackingId).ShouldBe((flow.LayersPath, flow.TrackingId, flow.L3TrackingId), name);
                (other.Metric.AbBytes, other.Metric.BaBytes).ShouldBe((flow.Metric.BaBytes, flow.Metric.AbBytes), name);
                (other.Network.A, other.Network.B).ShouldBe((flow.Network.B, flow.Network.A), name);
            }
        }
    }

    [Fact]
    public void A_capture_split_anywhere_has_the_counters_of_the_whole()
    {
        var random = new Random(2);
        var stacks = Stacks(seed: 2, count: 20).SelectMany(stack => new[] { stack.There, stack.Back }).ToList();
        var packets = Enumerable.Range(0, 80).Select(_ => random.Next(2) == 0
            ? stacks[random.Next(stacks.Count)]
            : TestPackets.All[random.Next(TestPackets.All.Count)] is var known ? new Packet(known.LinkType, known.Bytes) : null!).ToList();
        var whole = Totals(packets);
        for (var split = 0; split <= packets.Count; split++)
        {
            var joined = Totals(packets[..split]);
            foreach (var (flow, counters) in Totals(packets[split..]))
            {
                joined[flow] = joined.GetValueOrDefault(flow) is var before ? (before.Packets + counters.Packets, before.Bytes + counters.Bytes) : default;
            }

            joined.OrderBy(flow => flow.Key, StringComparer.Ordinal).ShouldBe(whole.OrderBy(flow => flow.Key, StringComparer.Ordinal), $"split before packet {split}");
        }
    }

    [Fact]
    public void The_order_of_tunnels_does_not_matter_to_what_is_in_them()
    {
        foreach (var inner in new[] { Conversation4, Conversation6 })
        {
            var bare = Innermost(new Packet(LinkType.Ip, inner));
            var framed = Innermost(new Packet(LinkType.Ethernet, Framed(inner, false)));
            framed.L3TrackingId.ShouldBe(bare.L3TrackingId);
            foreach (var outer in Tunnels)
            {
                foreach (var middle in Tunnels)
                {
                    var packet = Wrap(outer, Wrap(middle, inner, false), false);
                    var flow = Innermost(new Packet(LinkType.Ip, packet));
                    flow.L3TrackingId.ShouldBe(bare.L3TrackingId, $"{middle.Name} in {outer.Name}");
                    flow.TrackingId.ShouldBe((middle.TakesFrames ? framed : bare).TrackingId, $"{middle.Name} in {outer.Name}");
                    FlowsOf([new Packet(LinkType.Ip, packet)]).Count.ShouldBe(3, $"{middle.Name} in {outer.Name}");
                }
            }
        }
    }

    [Fact]
    public void L3_tracking_is_the_same_behind_every_link_layer_for_tunnels_and_what_they_carry()
    {
        foreach (var (name, there, _) in Stacks(seed: 4, count: 100))
        {
            var ip = there.Bytes[14..];
            Packet[] links =
            [
                there, new(LinkType.Ip, ip), new(LinkType.Ethernet, Ethernet(0x8100, Vlan(7, 0x88a8, Vlan(8, TypeOf(ip), ip)))),
                new(LinkType.Ethernet, Ethernet(0x8864, Pppoe(9, (ushort)(TypeOf(ip) == 0x0800 ? 0x21 : 0x57), ip))), new(LinkType.Loopback, [2, 0, 0, 0, .. ip]),
                new(LinkType.LinuxCooked, [.. new byte[14], .. U16(TypeOf(ip)), .. ip]), new(LinkType.Ppp, [0, (byte)(TypeOf(ip) == 0x0800 ? 0x21 : 0x57), .. ip]),
            ];
            var expected = FlowsOf([there]).Select(flow => flow.L3TrackingId).Order().ToList();
            foreach (var link in links)
            {
                FlowsOf([link]).Select(flow => flow.L3TrackingId).Order().ToList().ShouldBe(expected, customMessage: $"{name}, {link.Link}: {Convert.ToHexString(link.Bytes)}");
            }
        }
    }

    [Fact]
    public void Fragments_in_any_order_with_any_repeated_are_the_whole_packet_s_flow()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var inner = Ipv4(6, Tcp(1000, 80, data: random.Next(600, 1400)), "192.168.7.1", "192.168.7.2");
            var payload = Udp(5000, 4789, Vxlan(4, Ethernet(0x0800, inner)));
            var overV6 = random.Next(2) == 0;
            var cuts = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(1, payload.Length / 8) * 8).Append(0).Append(payload.Length).Distinct().Order().ToList();
            var parts = cuts.Zip(cuts.Skip(1)).Select(part => overV6
                ? Ipv6(44, [.. Ipv6Fragment(17, part.First, part.Second < payload.Length, 9), .. payload[part.First..part.Second]])
                : Ipv4(17, payload[part.First..part.Second], fragment: (part.First / 8) | (part.Second < payload.Length ? 0x2000 : 0))).ToList();
            var order = Enumerable.Range(0, parts.Count).ToArray();
            random.Shuffle(order);
            var sent = order.Take(parts.Count - 1).Append(order[0]).Append(order[^1]).Select(part => new Packet(LinkType.Ip, parts[part])).ToList();
            var reason = $"round {round}: {string.Join(' ', sent.Select(packet => Convert.ToHexString(packet.Bytes)))}";

            var flows = FlowsOf(parts.Count == 1 ? [new Packet(LinkType.Ip, parts[0])] : sent, new FlowOptions { Defragment = true });
            var whole = FlowsOf([new Packet(LinkType.Ip, overV6 ? Ipv6(17, payload) : Ipv4(17, payload))]);
            flows.Select(flow => flow.TrackingId).ShouldBe(whole.Select(flow => flow.TrackingId), ignoreOrder: true, reason);
            flows.Select(flow => flow.L3TrackingId).ShouldBe(whole.Select(flow => flow.L3TrackingId), ignoreOrder: true, reason);
            flows.Single(flow => flow.ParentUuid.Length > 0).Metric.AbBytes.ShouldBe(14 + inner.Length, reason);
        }
    }

    [Fact]
    public void Key_mode_L3_joins_what_only_link_layers_tell_apart_and_L2_does_not()
    {
        foreach (var (name, there, _) in Stacks(seed: 6, count: 50))
        {
            var ip = there.Bytes[14..];
            Packet[] seen = [there, new(LinkType.Ethernet, Ethernet(TypeOf(ip), ip, MacA, "02:00:00:00:00:0c")), new(LinkType.Ethernet, Ethernet(0x8100, Vlan(5, TypeOf(ip), ip)))];
            var inside = FlowsOf([there]).Count - 1;
            FlowsOf(seen, new FlowOptions { KeyMode = LayerKeyMode.L3 }).Count(flow => flow.ParentUuid.Length == 0).ShouldBe(1, name);
            FlowsOf(seen, new FlowOptions { KeyMode = LayerKeyMode.L3 }).Count.ShouldBe(1 + inside, name);
            FlowsOf(seen, new FlowOptions { KeyMode = LayerKeyMode.L2 }).Count(flow => flow.ParentUuid.Length == 0).ShouldBe(3, name);
            FlowsOf(seen, new FlowOptions { KeyMode = LayerKeyMode.L2 }).Count.ShouldBe(3 * (1 + inside), name);
        }
    }

    [Fact]
    public void What_is_kept_of_fragments_stays_bounded_behind_a_packet_that_is_never_whole()
    {
        const int packets = 3000;
        var datagram = Udp(5000, 6000, new byte[56]);
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions { Defragment = true }, Captures.Origin, output);
        void Send(byte[] packet) => engine.Process(Start, LinkType.Ip, packet.Length, packet);
        Send(Ipv4(17, datagram[..32], "10.9.9.9", fragment: 0x2000));
        for (var id = 0; id < packets; id++)
        {
            Send(Ipv4(17, datagram[..32], fragment: 0x2000, identification: id));
            Send(Ipv4(17, datagram[32..], fragment: 4, identification: id));
            engine.FragmentsKept.ShouldBeLessThanOrEqualTo(Defragmenter.MostKept);
        }
        engine.End();
        output.Flows.Single(flow => flow.Transport is not null && flow.Network.A == "10.0.0.1").Metric.AbPackets.ShouldBe(2 * packets);
    }

    /// <summary>The one way in which these tests give an engine packets.</summary>
    private static void Feed(FlowEngine engine, IReadOnlyList<Packet> packets)
    {
        for (var i = 0; i < packets.Count; i++)
        {
            engine.Process(Start + (i * Millisecond), packets[i].Link, packets[i].Bytes.Length, packets[i].Bytes);
        }
    }

    private static List<Flow> FlowsOf(IReadOnlyList<Packet> packets, FlowOptions? options = null)
    {
        var output = new FinalFlows();
        var engine = new FlowEngine(options ?? new FlowOptions(), Captures.Origin, output);
        Feed(engine, packets);
        engine.End();
        return output.Flows;
    }

    private static IEnumerable<Flow> FromTheOutside(List<Flow> flows)
    {
        for (var flow = flows.Single(flow => flow.ParentUuid.Length == 0); flow is not null; flow = flows.SingleOrDefault(inner => inner.ParentUuid == flow.Uuid))
        {
            yield return flow;
        }
    }

    private static Flow Innermost(Packet packet)
    {
        var flows = FlowsOf([packet]);
        return flows.Single(flow => flows.All(other => other.ParentUuid != flow.Uuid));
    }

    /// <summary>Packets and bytes by what a flow is and what it travels in.</summary>
    private static Dictionary<string, (long Packets, long Bytes)> Totals(IReadOnlyList<Packet> packets)
    {
        var flows = FlowsOf(packets);
        var byUuid = flows.ToDictionary(flow => flow.Uuid);
        string Identity(Flow flow) => (flow.ParentUuid.Length > 0 ? Identity(byUuid[flow.ParentUuid]) + " > " : "") + flow.TrackingId;
        return flows.GroupBy(Identity).ToDictionary(group => group.Key, group => (group.Sum(flow => flow.Metric.AbPackets + flow.Metric.BaPackets), group.Sum(flow => flow.Metric.AbBytes + flow.Metric.BaBytes)));
    }

    /// <summary>A conversation in up to four tunnels, over Ethernet.</summary>
    private static IEnumerable<(string Name, Packet There, Packet Back)> Stacks(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var isV4 = random.Next(2) == 0;
            var there = isV4 ? Conversation4 : Conversation6;
            var back = isV4 ? Ipv4(6, Tcp(80, 1000, data: 7), "192.168.7.2", "192.168.7.1") : Ipv6(17, Udp(2000, 1000, new byte[17]), "fd77::2", "fd77::1");
            var names = new List<string>();
            for (var depth = random.Next(5); depth > 0; depth--)
            {
                var tunnel = Tunnels[random.Next(Tunnels.Length)];
                there = Wrap(tunnel, there, false);
                back = Wrap(tunnel, back, true);
                names.Insert(0, tunnel.Name);
            }
            yield return ($"seed {seed}, {i}: {string.Join(" > ", names)}", new Packet(LinkType.Ethernet, Ethernet(TypeOf(there), there)), new Packet(LinkType.Ethernet, Ethernet(TypeOf(back), back, MacB, MacA)));
        }
    }

    private static byte[] Wrap((string Name, Func<byte[], bool, byte[]> Enter, bool TakesFrames) tunnel, byte[] ip, bool back) => tunnel.Enter(tunnel.TakesFrames ? Framed(ip, back) : ip, back);

    private static byte[] Framed(byte[] ip, bool back) => Ethernet(TypeOf(ip), ip, back ? "02:00:00:00:77:02" : "02:00:00:00:77:01", back ? "02:00:00:00:77:01" : "02:00:00:00:77:02");

    private static ushort TypeOf(byte[] ip) => (ushort)(ip[0] >> 4 == 4 ? 0x0800 : 0x86dd);

    private static byte[] Over4(byte protocol, byte[] payload, int net, bool back) => Ipv4(protocol, payload, $"10.{net}.0.{(back ? 2 : 1)}", $"10.{net}.0.{(back ? 1 : 2)}");

    private static byte[] Over6(byte next, byte[] payload, int net, bool back) => Ipv6(next, payload, $"fd{net:x2}::{(back ? 2 : 1)}", $"fd{net:x2}::{(back ? 1 : 2)}");
}
