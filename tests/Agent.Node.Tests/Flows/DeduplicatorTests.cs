using Agent.Node.Decoding;
using Agent.Node.Flows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows;

public sealed class DeduplicatorTests
{
    private const long Millisecond = 1_000_000;
    private const long Start = 1_700_000_000_000 * Millisecond;

    private readonly FinalFlows _output = new();

    [Fact]
    public void A_packet_that_comes_again_at_once_counts_once_and_all_copies_are_counted_apart()
    {
        var engine = Engine();
        var packet = Ipv4(6, Tcp(1, 2, data: 100));
        foreach (var millisecond in new[] { 0, 1, 9, 500, 501 })
        {
            engine.Process(Start + (millisecond * Millisecond), LinkType.Ip, packet.Length, packet);
        }

        engine.End();
        _output.Flows.ShouldHaveSingleItem().Metric.AbPackets.ShouldBe(2);
        (engine.Packets, engine.Counts.Duplicates, engine.Counts.DuplicatesUnknown).ShouldBe((5, 3, 0));
    }

    [Fact]
    public void What_differs_in_any_byte_or_in_length_isnt_a_duplicate()
    {
        var engine = Engine();
        var packet = Ipv4(17, Udp(1, 2, new byte[60]));
        engine.Process(Start, LinkType.Ip, packet.Length, packet);
        engine.Process(Start, LinkType.Ip, packet.Length + 1, packet);
        engine.Process(Start, LinkType.Ip, packet.Length, packet.AsSpan(0, packet.Length - 1));
        for (var i = 0; i < packet.Length * 8; i++)
        {
            var other = packet.ToArray();
            other[i / 8] ^= (byte)(1 << (i % 8));
            engine.Process(Start, LinkType.Ip, other.Length, other);
        }

        engine.Counts.Duplicates.ShouldBe(0);
    }

    [Fact]
    public void Every_one_of_many_duplicates_is_found_and_what_had_to_be_forgotten_is_counted()
    {
        var engine = Engine();
        const int packets = 30_000;
        for (var copy = 0; copy < 2; copy++)
        {
            for (var i = 0; i < packets; i++)
            {
                var packet = Ipv4(17, Udp(i & 0xffff, 2, U32((uint)i)));
                engine.Process(Start + (copy * Millisecond), LinkType.Ip, packet.Length, packet);
            }
        }

        var counts = engine.Counts;
        counts.Duplicates.ShouldBeInRange(packets - counts.DuplicatesUnknown, packets);
        counts.DuplicatesUnknown.ShouldBeLessThan(packets / 20);
        for (var i = 0; i < 500_000; i++)
        {
            var packet = Ipv4(17, Udp(3, 4, U32((uint)i)));
            engine.Process(Start + Millisecond, LinkType.Ip, packet.Length, packet);
        }

        engine.Counts.DuplicatesUnknown.ShouldBeGreaterThan(300_000);
        engine.Counts.Duplicates.ShouldBe(counts.Duplicates);
    }

    [Fact]
    public void Packets_that_come_again_and_again_leave_others_their_places()
    {
        const int others = 2000;
        var engine = Engine();
        for (var copy = 0; copy < 2; copy++)
        {
            for (var i = 0; i < others; i++)
            {
                Process(0, 5, i);
            }

            // Each time too late for a duplicate; then time goes back.
            for (var time = 11; copy == 0 && time < 200; time += 11)
            {
                for (var i = 0; i < 60; i++)
                {
                    Process(time, 6, i);
                }
            }
        }

        engine.Counts.Duplicates.ShouldBe(others, ChosenHashSecret.Again);

        void Process(int time, int port, int number)
        {
            var packet = Ipv4(17, Udp(port, 9, U32((uint)number)));
            engine.Process(Start + (time * Millisecond), LinkType.Ip, packet.Length, packet);
        }
    }

    private FlowEngine Engine() => new(new FlowOptions { DeduplicateWithin = FlowOptions.DuplicatesCome }, Captures.Origin, _output);
}
