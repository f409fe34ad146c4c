using System.Text;
using Agent.Node.Decoding.Applications;
using static Agent.Node.Tests.ApplicationCraft;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Decoding.Applications;

public sealed class ApplicationParserTests
{
    [Theory]
    [InlineData("www.Example.COM", "www.example.com")]
    [InlineData("", ".")]
    [InlineData("_http._tcp.local", "_http._tcp.local")]
    [InlineData("a b\\c.x", "a\\032b\\\\c.x")]
    public void A_domain_name_is_written_in_presentation_format(string name, string expected) => NameOf(ApplicationCraft.DnsName(name), 0).ShouldBe(expected);

    [Fact]
    public void A_name_may_go_on_where_an_earlier_one_is() =>
        NameOf([.. ApplicationCraft.DnsName("example.com"), 3, .. Text("www"), 0xc0, 0, 0], 13).ShouldBe("www.example.com");

    [Fact]
    public void Pointers_that_lead_forward_or_around_end_the_name()
    {
        NameOf([0xc0, 0], 0).ShouldBeNull();
        NameOf([1, (byte)'a', 0xc0, 0], 0).ShouldBeNull();
        NameOf([0xc0, 2, 0xc0, 0], 2).ShouldBeNull();
        NameOf([0xc0, 2, 0xc0, 0], 0).ShouldBeNull();
        NameOf([0xc0], 0).ShouldBeNull();
        NameOf([0xc0, 9], 0).ShouldBeNull();
        NameOf([0x80, 1], 0).ShouldBeNull();
    }

    [Fact]
    public void A_name_of_more_than_255_octets_is_none_and_a_long_one_fits_the_room()
    {
        var label = new string((char)0xff, 63);
        NameOf(ApplicationCraft.DnsName($"{label}.{label}.{label}.{label}"), 0).ShouldBeNull();
        NameOf(ApplicationCraft.DnsName($"{label}.{label}.{label}.{label[..61]}"), 0)!.Length.ShouldBe((4 * (63 + 63 + 63 + 61)) + 3);
    }

    [Fact]
    public void A_hello_cut_anywhere_says_what_came_before_and_never_a_version_it_cannot_know()
    {
        var whole = ClientHello(0x0303, ServerName("a.example"), ApplicationProtocols("h2"), OfferedVersions(0x0a0a, 0x0304, 0x0303));
        for (var length = 0; length <= whole.Length; length++)
        {
            if (!TlsHello.TryRead(whole.AsSpan(0, length).ToArray(), out var hello))
            {
                length.ShouldBeLessThan(11);
                continue;
            }
            hello.Version.ShouldBe(length == whole.Length ? (ushort)0x0304 : (ushort)0);
            Encoding.ASCII.GetString(hello.ServerName).ShouldBeOneOf("", "a.example");
        }
        TlsHello.TryRead(whole, out var all).ShouldBeTrue();
        Encoding.ASCII.GetString(all.ServerName).ShouldBe("a.example");
        Encoding.ASCII.GetString(all.ApplicationProtocols).ShouldBe("\u0002h2");
    }

    [Fact]
    public void A_server_s_version_is_that_of_its_extension_or_without_one_the_old_field_s()
    {
        TlsHello.TryRead(ServerHello(0x0303, TlsExtension(43, U16(0x0304))), out var newer).ShouldBeTrue();
        (newer.IsClient, newer.Version).ShouldBe((false, (ushort)0x0304));
        TlsHello.TryRead(ServerHello(0x0303), out var older).ShouldBeTrue();
        older.Version.ShouldBe((ushort)0x0303);
        TlsHello.TryRead(ServerHello(0x0301).AsSpan(0, 20), out var cut).ShouldBeTrue();
        cut.Version.ShouldBe((ushort)0x0301);
    }

    [Theory]
    [InlineData("GET /a/b?c=d HTTP/1.1\r\nAccept: */*\r\nHOST:  example.com:80 \r\n\r\nhost: no", "GET", "/a/b", true, "example.com:80")]
    [InlineData("POST http://proxy.example/x HTTP/1.0\r\n\r\n", "POST", "/x", true, "proxy.example")]
    [InlineData("GET http://proxy.example HTTP/1.1\r\nHost: other\r\n\r\n", "GET", "", false, "other")]
    [InlineData("CONNECT example.com:443 HTTP/1.1\r\n\r\n", "CONNECT", "", false, "example.com:443")]
    [InlineData("GET /very/long", "GET", "/very/long", false, "")]
    [InlineData("GET /a?b", "GET", "/a", true, "")]
    [InlineData("GET /a HTT", "GET", "/a", true, "")]
    [InlineData("GET /a HTTP/1.1\r\nHost: exam", "GET", "/a", true, "")]
    [InlineData("PROPFIND /dav HTTP/1.1\r\n", "PROPFIND", "/dav", true, "")]
    [InlineData("OPTIONS * HTTP/1.1\nHost: x\n\n", "OPTIONS", "*", true, "x")]
    public void A_request_says_method_path_and_host_as_far_as_it_was_captured(string text, string method, string path, bool isPathWhole, string host)
    {
        HttpRequest.TryRead(Text(text), out var request).ShouldBeTrue();
        (Encoding.Latin1.GetString(request.Method), Encoding.Latin1.GetString(request.Path), request.IsPathWhole, Encoding.Latin1.GetString(request.Host))
            .ShouldBe((method, path, isPathWhole, host));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET")]
    [InlineData("GET  HTTP/1.1\r\n")]
    [InlineData("get / HTTP/1.1\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\n")]
    [InlineData("INVITE sip:a@b SIP/2.0\r\n")]
    [InlineData("EHLO mail.example\r\n")]
    [InlineData("FOO bar")]
    [InlineData("GET / RTSP/1.0\r\n")]
    public void What_is_no_request_is_none(string text) => HttpRequest.TryRead(Text(text), out _).ShouldBeFalse();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", 200)]
    [InlineData("HTTP/1.0 404", 404)]
    [InlineData("HTTP/1.1 2000 OK", 0)]
    [InlineData("HTTP/1.1 20", 0)]
    [InlineData("HTTP/2 200 OK\r\n", 0)]
    [InlineData("HTTP/1.1 2x0 OK", 0)]
    public void A_status_line_says_its_status(string text, int expected)
    {
        HttpResponse.TryRead(Text(text), out var status).ShouldBe(expected != 0);
        if (expected != 0)
        {
            status.ShouldBe(expected);
        }
    }

    [Fact]
    public void Text_of_packets_is_escaped_and_cut()
    {
        WireText.Of(Text("a\r\n\u00e9b"), 10).ShouldBe("a%0D%0A%E9b");
        WireText.Of(Text("abcdef"), 3).ShouldBe("abc…");
        WireText.Of(Text("abc"), 3, isWhole: false).ShouldBe("abc…");
    }

    private static string? NameOf(byte[] message, int offset)
    {
        Span<char> text = new char[Agent.Node.Decoding.Applications.DnsName.MaximumText];
        var length = Agent.Node.Decoding.Applications.DnsName.Write(message, offset, text);
        return length < 0 ? null : text[..length].ToString();
    }
}
