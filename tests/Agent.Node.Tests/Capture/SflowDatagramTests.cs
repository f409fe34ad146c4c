using Agent.Node.Capture;
using Agent.Node.Decoding;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Capture;

public sealed class SflowDatagramTests
{
    private static readonly byte[] Frame = Ethernet(0x0800, Ipv4(1, Echo(9, 1)));

    [Fact]
    public void A_raw_packet_header_has_its_rate_and_its_length_without_check_sequence()
    {
        SflowDatagram.TryRead(SflowCraft.Datagram(42, 64, Frame, 1400), out var datagram).ShouldBeTrue();
        datagram.Sequence.ShouldBe(42u);
        datagram.MoveNext().ShouldBeTrue();
        (datagram.SamplingRate, datagram.OriginalLength, datagram.Link).ShouldBe((64u, 1400, LinkType.Ethernet));
        datagram.Header.ToArray().ShouldBe(Frame);
        datagram.MoveNext().ShouldBeFalse();
        datagram.IsBroken.ShouldBeFalse();
    }

    [Fact]
    public void A_datagram_cut_anywhere_or_with_wrong_bytes_never_fails()
    {
        var whole = SflowCraft.Datagram(1, 64, Frame, 1400);
        for (var length = 0; length < whole.Length; length++)
        {
            Count(whole[..length]).ShouldBe(0);
        }

        var random = new Random(6343);
        for (var round = 0; round < 100_000; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Count(bytes).ShouldBeLessThan(1000);
        }
    }

    [Fact]
    public void Another_version_is_not_sFlow_5()
    {
        var datagram = SflowCraft.Datagram(1, 64, Frame, 1400);
        datagram[3] = 4;
        SflowDatagram.TryRead(datagram, out _).ShouldBeFalse();
    }

    private static int Count(byte[] bytes)
    {
        var headers = 0;
        if (!SflowDatagram.TryRead(bytes, out var datagram))
        {
            return headers;
        }

        while (datagram.MoveNext())
        {
            headers++;
        }

        return headers;
    }
}
