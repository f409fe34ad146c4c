using Agent.Node.Decoding.Applications;
using PacketDotNet;
using Shared.Messages.Flows;
using static Agent.Node.Tests.ApplicationCraft;
using static Agent.Node.Tests.Flows.Applications.ApplicationFlows;
using static Agent.Node.Tests.PacketCraft;
using static Agent.Node.Tests.QuicCraft;

namespace Agent.Node.Tests.Flows.Applications;

public sealed class QuicTests
{
    private static readonly byte[] ConnectionId = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];

    // Without the record header: QUIC has none.
    private static readonly byte[] Hello = ClientHello(0x0303, TlsExtension(51, new byte[1200]), ServerName("quic.example"), ApplicationProtocols("h3"), OfferedVersions(0x0304))[5..];
    private static readonly byte[] ShortHello = ClientHello(0x0303, ServerName("quic.example"), ApplicationProtocols("h3"), OfferedVersions(0x0304))[5..];

    /// <summary>RFC 9001, A.2: the first bytes of the protected packet, from its unprotected header on, give the first bytes of its CRYPTO frame.</summary>
    [Fact]
    public void The_RFCs_example_is_decrypted()
    {
        var packet = Convert.FromHexString(
            "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c0bab7df5976d27cd449f63300099f399");
        Span<byte> frames = stackalloc byte[QuicInitial.LongestPayload];
        QuicInitial.TryDecrypt(packet, frames, out var length).ShouldBeTrue();
        length.ShouldBe(packet.Length - 22);
        Convert.ToHexStringLower(frames[..16]).ShouldBe("060040f1010000ed0303ebf8fa56f129");
    }

    [Theory]
    [InlineData(Version1)]
    [InlineData(Version2)]
    [InlineData(0xff00001du)]
    public void An_Initial_packet_says_name_and_protocols(uint version)
    {
        var salted = version == 0xff00001d;
        var packet = Initial(ConnectionId, 2, Crypto(0, ShortHello), salted ? Version1 : version, token: [1, 2, 3]);
        if (salted)
        {
            // Of a draft it has the form, but these keys aren't a draft's.
            U32(version).CopyTo(packet, 1);
            Of([Client(packet)]).ShouldHaveSingleItem().Tls.ShouldBeNull();
            return;
        }

        var flow = Of([Client(packet)]).ShouldHaveSingleItem();
        (flow.Application, flow.LayersPath).ShouldBe(("QUIC", "Ethernet/IPv4/UDP"));
        (flow.Tls.ServerName, flow.Tls.OfferedVersion, string.Join(' ', flow.Tls.Alpn)).ShouldBe(("quic.example", "TLS 1.3", "h3"));
    }

    [Fact]
    public void A_hello_in_several_packets_and_frames_in_any_order_says_its_name()
    {
        byte[] one = [1, 0, .. Crypto(900, Hello[900..1000]), 2, 0, 0, 0, 0, .. Crypto(0, Hello[..500])];
        byte[] two = [.. Crypto(1000, Hello[1000..]), .. Crypto(500, Hello[500..900])];
        foreach (var order in new[] { new[] { one, two }, [two, one], [one, one, two] })
        {
            Of(order.Select((frames, number) => Client(Initial(ConnectionId, (uint)number, frames)))).ShouldHaveSingleItem().Tls.ServerName.ShouldBe("quic.example");
        }
    }

    [Fact]
    public void What_a_capture_of_256_bytes_has_of_a_packet_is_read() =>
        Of([Client(Initial(ConnectionId, 0, Crypto(0, ShortHello)))], snapLength: 256).ShouldHaveSingleItem().Tls.ServerName.ShouldBe("quic.example");

    [Fact]
    public void Other_keys_other_packets_and_cut_ones_are_no_hello()
    {
        var packet = Initial(ConnectionId, 0, Crypto(0, ShortHello));
        for (var length = 0; length < 120; length++)
        {
            Of([Client(packet[..length])]).ShouldHaveSingleItem().Tls?.ServerName.ShouldBe("");
        }

        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var other = packet.ToArray();
            random.NextBytes(other.AsSpan(6));
            other[5] = (byte)random.Next(0, 21);
            (Of([Client(other)]).ShouldHaveSingleItem().Tls?.ServerName ?? "").ShouldBe("");
        }
    }

    [RequiresFact("tshark")]
    public void Tshark_reads_the_same_in_the_same_packets()
    {
        var file = Path.GetTempFileName();
        try
        {
            Write(file, LinkLayers.Ethernet, [Client(Initial(ConnectionId, 0, Crypto(0, ShortHello)))]);
            Tshark.Run(["-r", file, "-d", "udp.port==8443,quic", "-T", "fields", "-e", "tls.handshake.extensions_server_name", "-e", "quic.version"]).ShouldHaveSingleItem().ShouldBe("quic.example\t0x00000001");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static byte[] Client(byte[] datagram) => FromClient(17, Udp(40000, 8443, datagram));
}
