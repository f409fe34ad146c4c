using Agent.Node.Flows;
using Agent.Node.Flows.Applications;
using FsCheck;
using FsCheck.Fluent;
using Shared.Messages.Flows;
using Xunit.Abstractions;
using static Agent.Node.Tests.ApplicationCraft;
using static Agent.Node.Tests.Flows.Applications.ApplicationFlows;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Flows.Applications;

/// <summary>Streams whose first bytes come in pieces, out of order, twice.</summary>
public sealed class StreamStartTests(ITestOutputHelper output)
{
    private const byte Syn = 0x02;
    private const uint ClientFirst = uint.MaxValue - 20;
    private const uint ServerFirst = 5000;

    private static readonly byte[] Hello = ClientHello(0x0303, TlsExtension(51, new byte[1300]), ServerName("pieces.example"), ApplicationProtocols("h2"), OfferedVersions(0x0304));

    [Fact]
    public void A_hello_is_read_wherever_it_is_cut()
    {
        for (var cut = 1; cut < Hello.Length; cut++)
        {
            ShouldSayItsName(Connection(443, (0, Hello[..cut]), (cut, Hello[cut..])), cut);
            ShouldSayItsName(Connection(443, (cut, Hello[cut..]), (0, Hello[..cut])), cut);
        }
    }

    [Fact]
    public void Pieces_in_any_order_and_twice_make_one_hello() => SeededCheck.Holds(Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var pieces = new List<(int, byte[])>();
        for (var at = 0; at < Hello.Length;)
        {
            var length = Math.Min(random.Next(100, 600), Hello.Length - at);
            pieces.Add((at, Hello[at..(at + length)]));
            at += length;
        }

        pieces.Add(pieces[random.Next(pieces.Count)]);
        var order = pieces.ToArray();
        random.Shuffle(order);
        ShouldSayItsName(Connection(443, order), string.Join(' ', order.Select(piece => piece.Item1)));
    }), output);

    [Fact]
    public void A_request_in_pieces_says_its_host_and_the_answer_in_pieces_its_status()
    {
        var request = Text("GET /a HTTP/1.1\r\nCookie: " + new string('c', 1800) + "\r\nHost: pieces.example\r\n\r\n");
        byte[][] packets =
        [
            .. Connection(8000, (1000, request[1000..]), (0, request[..1000])),
            FromServer(6, TcpData(8000, 40000, Text("HTT"), ServerFirst + 1)),
            FromServer(6, TcpData(8000, 40000, Text("P/1.1 204 No Content\r\n\r\n"), ServerFirst + 4)),
        ];
        Of(packets).ShouldHaveSingleItem().Http.ShouldBe(new Http { Method = "GET", Host = "pieces.example", Path = "/a", Status = 204 });
    }

    [Fact]
    public void HTTP_2_by_prior_knowledge_is_HTTP()
    {
        var preface = Text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        Of(Connection(8000, (0, [.. preface, 0, 0, 0, 4, 0, 0, 0, 0, 0]))).ShouldHaveSingleItem().Application.ShouldBe("HTTP");
        Of(Connection(8000, (0, preface[..10]), (10, preface[10..]))).ShouldHaveSingleItem().Application.ShouldBe("HTTP");
        Of(Connection(8000, (0, Text("PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n")))).ShouldHaveSingleItem().Application.ShouldNotBe("HTTP");
    }

    [Fact]
    public void Every_message_of_DNS_over_TCP_is_read_however_segments_fall()
    {
        byte[] stream = [.. Enumerable.Range(1, 5).SelectMany(n => Behind(DnsQuery(n, $"n{n}.example")))];
        for (var cut = 1; cut < stream.Length; cut++)
        {
            var dns = Of(Connection(53, (0, stream[..cut]), (cut, stream[cut..]))).ShouldHaveSingleItem().Dns;
            (dns.Queries, string.Join(' ', dns.Questions.Select(question => question.Name))).ShouldBe((5, "n1.example n2.example n3.example n4.example n5.example"), $"cut at {cut}");
        }

        static byte[] Behind(byte[] message) => [.. U16(message.Length), .. message];
    }

    [Fact]
    public void A_piece_that_never_comes_or_was_cut_by_the_capture_costs_only_what_lies_behind_it()
    {
        var flow = Of(Connection(443, (500, Hello[500..]))).ShouldHaveSingleItem();
        (flow.Application, flow.Tls).ShouldBe(("HTTPS", null));
        var cut = Of(Connection(443, (0, Hello[..1000]), (1000, Hello[1000..])), snapLength: 200).ShouldHaveSingleItem();
        (cut.Application, cut.Tls.ServerName).ShouldBe(("TLS", ""));
    }

    [Fact]
    public void There_are_no_more_than_so_many_at_once_their_memory_is_used_again_and_the_others_are_counted()
    {
        var engine = new FlowEngine(new FlowOptions { StreamCapacity = 8 * StreamStart.Capacity }, Captures.Origin, new FinalFlows());
        for (var port = 1; port <= 20; port++)
        {
            Feed(engine, port, Hello[..100]);
        }

        engine.Counts.StreamsRefused.ShouldBe(12);
        engine.End();
        for (var port = 1; port <= 8; port++)
        {
            Feed(engine, port, Hello[..100]);
        }

        engine.Counts.StreamsRefused.ShouldBe(12);
    }

    [Fact]
    public void A_stream_of_single_bytes_is_given_up()
    {
        var engine = new FlowEngine(new FlowOptions { StreamCapacity = StreamStart.Capacity }, Captures.Origin, new FinalFlows());
        for (var i = 0; i < 100; i++)
        {
            Feed(engine, 1, Hello[i..(i + 1)], (uint)i);
        }

        Feed(engine, 2, Hello[..100]);
        engine.Counts.StreamsRefused.ShouldBe(0);
    }

    private static void Feed(FlowEngine engine, int port, byte[] data, uint at = 0)
    {
        var packet = FromClient(6, TcpData(port, 443, data, at));
        engine.Process(Start, Agent.Node.Decoding.LinkType.Ethernet, packet.Length, packet);
    }

    /// <summary>A handshake, and what the client says, at these places of its stream.</summary>
    private static IEnumerable<byte[]> Connection(int port, params (int At, byte[] Data)[] pieces) =>
    [
        FromClient(6, Tcp(40000, port, Syn, ClientFirst)),
        FromServer(6, Tcp(port, 40000, Syn | 0x10, ServerFirst)),
        .. pieces.Select(piece => FromClient(6, TcpData(40000, port, piece.Data, unchecked(ClientFirst + 1 + (uint)piece.At)))),
    ];

    private static void ShouldSayItsName(IEnumerable<byte[]> packets, object where)
    {
        var tls = Of(packets).ShouldHaveSingleItem().Tls.ShouldNotBeNull($"{where}");
        (tls.ServerName, tls.OfferedVersion, string.Join(' ', tls.Alpn)).ShouldBe(("pieces.example", "TLS 1.3", "h2"), $"{where}");
    }
}
