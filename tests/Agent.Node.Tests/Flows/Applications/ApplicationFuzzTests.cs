using Agent.Node.Decoding;
using Agent.Node.Flows;
using static Agent.Node.Tests.Flows.Applications.ApplicationFlows;

namespace Agent.Node.Tests.Flows.Applications;

public sealed class ApplicationFuzzTests
{
    [Fact]
    public void Every_length_of_every_packet_is_read_without_a_fault()
    {
        foreach (var packet in All)
            Of(Enumerable.Range(0, packet.Length + 1).Select(length => packet[..length])).Count.ShouldBeLessThan(6);
    }

    [Fact]
    public void Two_hundred_thousand_changed_packets_are_read_without_a_fault_and_say_nothing_unbounded()
    {
        var random = new Random(20);
        var output = new FinalFlows();
        var engine = new FlowEngine(new FlowOptions { MaxEntries = 64 }, Captures.Origin, output);
        for (var i = 0; i < 200_000; i++)
        {
            var packet = (byte[])All[random.Next(All.Count)].Clone();
            // Behind the transport header mostly: in front of it, the packet gets lost before it's anyone's.
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                packet[random.Next(random.Next(8) == 0 ? 0 : 34, packet.Length)] = Interesting(random);
            var length = random.Next(3) == 0 ? random.Next(packet.Length + 1) : packet.Length;
            engine.Process(Start + i, LinkType.Ethernet, packet.Length, packet.AsSpan(0, length).ToArray());
        }
        engine.End();
        output.Flows.Count(flow => flow.Dns is not null).ShouldBeGreaterThan(500);
        foreach (var flow in output.Flows)
            flow.CalculateSize().ShouldBeLessThan(64 << 10);
    }

    private static byte Interesting(Random random) => random.Next(3) switch
    {
        0 => (byte)random.Next(256),
        1 => new byte[] { 0, 1, 0x0c, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff }[random.Next(9)],
        _ => (byte)random.Next(64),
    };
}
