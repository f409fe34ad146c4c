using System.Runtime.InteropServices;
using Agent.Node.Decoding;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Decoding;

public sealed class UsualPacketTests
{
    [Fact]
    public void A_usual_packet_has_the_layers_that_decoding_header_by_header_gives()
    {
        var random = new Random(11);
        var usual = Ethernet(0x0800, Ipv4(6, Tcp(1000, 80, data: 40)));
        var seeds = TestPackets.All.Where(packet => packet.LinkType == LinkType.Ethernet).Select(packet => packet.Bytes).Append(usual).ToArray();
        var taken = 0;
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = (byte[])(random.Next(2) == 0 ? usual : seeds[random.Next(seeds.Length)]).Clone();
            for (var changes = random.Next(0, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var packet = bytes.AsSpan(0, random.Next(8) == 0 ? random.Next(bytes.Length + 1) : bytes.Length);
            PacketLayers atOnce = default, stepByStep = default;
            if (!UsualPacket.TryDecode(packet, ref atOnce))
            {
                AsBytes(ref atOnce).ContainsAnyExcept((byte)0).ShouldBeFalse();
                continue;
            }
            taken++;
            PacketDecoder.DecodeAny(LinkType.Ethernet, packet, TunnelPorts.Default, ref stepByStep);
            AsBytes(ref atOnce).SequenceEqual(AsBytes(ref stepByStep)).ShouldBeTrue(Convert.ToHexString(packet));
        }
        taken.ShouldBeGreaterThan(50_000);
    }

    private static Span<byte> AsBytes(ref PacketLayers layers) => MemoryMarshal.AsBytes(new Span<PacketLayers>(ref layers));
}
