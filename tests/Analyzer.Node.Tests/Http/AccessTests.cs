using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Shared.Messages.Security;

namespace Analyzer.Node.Tests.Http;

/// <summary>An analyzer that asks who one is.</summary>
public sealed class GuardedAnalyzer : RunningAnalyzer
{
    /// <summary>Everybody's.</summary>
    internal const string Password = "pass:wörd";

    private readonly Collector _lines = new();

    internal string Users => Path.Combine(_folder, "users");

    /// <summary>Lines of the log's source "audit".</summary>
    internal IReadOnlyList<string> Audit => _lines.Lines;

    private protected override ILogger Log => new LoggerConfiguration().WriteTo.Sink(_lines).CreateLogger();

    // Under a name that isn't a user's of the tests, so that these can be told apart.
    private protected override HttpMessageHandler Handler() => new AsUser();

    private protected override string Settings
    {
        get
        {
            File.WriteAllLines(Users, new[]
            {
                new User("root", Role.Admin, RawPackets: true), new User("ann", Role.Admin, RawPackets: false),
                new User("otto", Role.Operator, RawPackets: false), new User("vera", Role.Viewer, RawPackets: false), new User("rita", Role.Viewer, RawPackets: true),
            }.Select(user => UserFile.Line(user, UserFile.Hash(Password))));
            return $$"""
                skydive {
                  users { file = "{{Users}}", proxy-addresses = ["127.0.0.7"], proxy-role = viewer }
                  analyzer.http { hosts = ["skydive.example.org"], max-sockets = 3, max-connections-per-client = 100, requests-per-second = 100 }
                }
                """;
        }
    }

    /// <summary>A client of a user's; null: of a stranger's.</summary>
    internal HttpClient As(string? user) => new(new SocketsHttpHandler { UseCookies = false })
    {
        BaseAddress = Address,
        DefaultRequestHeaders = { Authorization = user is null ? null : Basic(user) },
    };

    internal static AuthenticationHeaderValue Basic(string user, string password = Password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private sealed class AsUser() : DelegatingHandler(new SocketsHttpHandler { UseCookies = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = Basic("root");
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Collector : ILogEventSink
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public void Emit(LogEvent logEvent)
        {
            if (logEvent.Properties.TryGetValue("SourceContext", out var source) && source.ToString() == "\"audit\"")
            {
                lock (_lines)
                {
                    _lines.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture).Replace("\"", "", StringComparison.Ordinal));
                }
            }
        }
    }
}

/// <summary>Who may what, by HTTP.</summary>
[Collection(nameof(ApiTests))]
public sealed class AccessTests(GuardedAnalyzer analyzer) : IClassFixture<GuardedAnalyzer>
{
    private const string Capture = """{"GremlinQuery": "G.V().Has('Name', 'nowhere')"}""";
    private const string Injection = """{"Src": "G.V().Has('Name', 'nowhere')", "Type": "icmp4"}""";
    private const string Query = """{"GremlinQuery": "G.V()"}""";
    private const string Packets = """{"GremlinQuery": "G.Flows().RawPackets()"}""";
    private const string PacketCount = """{"GremlinQuery": "G.Flows().RawPackets().Count()"}""";

    [Theory]
    [InlineData("GET", "/api/status", null)]
    [InlineData("GET", "/api/capture", null)]
    [InlineData("GET", "/api/user", null)]
    [InlineData("GET", "/api/flows", null)]
    [InlineData("GET", "/metrics", null)]
    [InlineData("GET", "/ws", null)]
    [InlineData("GET", "/api/nothing", null)]
    [InlineData("POST", "/api/topology", Query)]
    [InlineData("POST", "/api/capture", Capture)]
    [InlineData("POST", "/api/injectpacket", Injection)]
    [InlineData("POST", "/api/fabric", "{}")]
    [InlineData("POST", "/api/pcap", "x")]
    [InlineData("DELETE", "/api/capture/x", null)]
    [InlineData("DELETE", "/api/injectpacket/x", null)]
    [InlineData("DELETE", "/api/fabric/x", null)]
    public async Task A_stranger_is_told_to_log_in_and_nothing_else(string method, string path, string? body)
    {
        using var stranger = analyzer.As(null);
        var (status, answer) = await SendAsync(stranger, method, path, body);
        status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.ShouldBe("""{"error":{"code":"login","message":"log in first","where":""}}""");
    }

    [Theory]
    [InlineData("vera", "GET", "/api/status", null, true)]
    [InlineData("vera", "GET", "/metrics", null, true)]
    [InlineData("vera", "POST", "/api/topology", Query, true)]
    [InlineData("vera", "POST", "/api/capture", Capture, false)]
    [InlineData("vera", "DELETE", "/api/capture/x", null, false)]
    [InlineData("vera", "POST", "/api/injectpacket", Injection, false)]
    [InlineData("vera", "POST", "/api/pcap", "x", false)]
    [InlineData("vera", "POST", "/api/fabric", "{}", false)]
    [InlineData("vera", "POST", "/api/topology", Packets, false)]
    [InlineData("vera", "POST", "/api/topology", PacketCount, false)]
    [InlineData("rita", "POST", "/api/topology", PacketCount, true)]
    [InlineData("rita", "POST", "/api/capture", Capture, false)]
    [InlineData("otto", "POST", "/api/capture", Capture, true)]
    [InlineData("otto", "POST", "/api/injectpacket", Injection, true)]
    [InlineData("otto", "POST", "/api/pcap", "x", true)]
    [InlineData("otto", "POST", "/api/fabric", "{}", false)]
    [InlineData("otto", "DELETE", "/api/fabric/x", null, false)]
    [InlineData("otto", "POST", "/api/topology", Packets, false)]
    [InlineData("ann", "POST", "/api/fabric", "{}", true)]
    [InlineData("ann", "POST", "/api/topology", Packets, false)]
    [InlineData("root", "POST", "/api/topology", Packets, true)]
    public async Task A_role_may_what_it_may(string user, string method, string path, string? body, bool may)
    {
        using var client = analyzer.As(user);
        var (status, answer) = await SendAsync(client, method, path, body);
        (status == HttpStatusCode.Forbidden).ShouldBe(!may, answer);
        status.ShouldNotBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("X-Auth-Token", "{0}")]
    [InlineData("Cookie", "authtok={0}")]
    [InlineData("Cookie", "other=1; authtoken={0}")]
    [InlineData("Authorization", "Bearer {0}")]
    public async Task A_login_gives_a_token_that_holds_until_the_logout(string header, string form)
    {
        using var client = analyzer.As(null);
        using var answer = await LoginAsync(client, "otto");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("Set-Cookie").ShouldAllBe(cookie => cookie.Contains("httponly") && cookie.Contains("samesite=strict"));
        var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["Token"]!.ToString();
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, string.Format(System.Globalization.CultureInfo.InvariantCulture, form, token));
        JsonNode.Parse((await SendAsync(client, "GET", "/api/user")).Body)!["Role"]!.ToString().ShouldBe("operator");
        (await SendAsync(client, "POST", "/logout", "")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(client, "GET", "/api/user")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_wrong_password_or_an_unknown_name_says_no_more_than_that()
    {
        using var client = analyzer.As(null);
        var answers = new List<string>();
        foreach (var (name, password) in new[] { ("otto", "wrong"), ("nobody", "wrong"), ("nobody", GuardedAnalyzer.Password) })
        {
            using var answer = await LoginAsync(client, name, password, "127.0.0.9");
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            answers.Add(await answer.Content.ReadAsStringAsync());
        }

        answers.Distinct().ShouldHaveSingleItem();
        client.DefaultRequestHeaders.Authorization = GuardedAnalyzer.Basic("otto", "wrong");
        (await SendAsync(client, "GET", "/api/status")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Passwords_can_be_tried_only_a_few_times_from_an_address_while_others_log_in()
    {
        using var guesser = From("127.0.0.20");
        var results = new List<HttpStatusCode>();
        for (var i = 0; i < 12; i++)
        {
            using var answer = await LoginAsync(guesser, "otto", $"guess {i}");
            results.Add(answer.StatusCode);
        }

        results.Take(10).ShouldAllBe(status => status == HttpStatusCode.Unauthorized);
        results.Skip(10).ShouldAllBe(status => status == HttpStatusCode.TooManyRequests);
        using var right = await LoginAsync(guesser, "vera");
        right.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        using var other = From("127.0.0.21");
        using var welcome = await LoginAsync(other, "vera");
        welcome.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await MetricsAsync()).ShouldContain("""skydive_listener_refused_total{otel_scope_name="skydive.listeners",listener="http",why="passwords"}""");
    }

    [Fact]
    public async Task A_proxys_word_counts_from_its_own_address_only()
    {
        using var proxy = From("127.0.0.7");
        proxy.DefaultRequestHeaders.Add("X-Forwarded-User", "otto");
        JsonNode.Parse((await SendAsync(proxy, "GET", "/api/user")).Body)!["Role"]!.ToString().ShouldBe("operator");
        proxy.DefaultRequestHeaders.Remove("X-Forwarded-User");
        proxy.DefaultRequestHeaders.Add("X-Forwarded-User", "somebody");
        JsonNode.Parse((await SendAsync(proxy, "GET", "/api/user")).Body)!["Role"]!.ToString().ShouldBe("viewer");
        using var other = From("127.0.0.8");
        other.DefaultRequestHeaders.Add("X-Forwarded-User", "root");
        (await SendAsync(other, "GET", "/api/user")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_user_who_is_taken_out_of_the_file_is_out()
    {
        var lines = await File.ReadAllLinesAsync(analyzer.Users);
        await File.AppendAllLinesAsync(analyzer.Users, [UserFile.Line(new User("guest", Role.Viewer, RawPackets: false), UserFile.Hash("g"))]);
        using var client = analyzer.As(null);
        await RunningAnalyzer.UntilAsync("the new user", async () =>
        {
            using var answer = await LoginAsync(client, "guest", "g", "127.0.0.30");
            return answer.IsSuccessStatusCode;
        });
        using var login = await LoginAsync(client, "guest", "g");
        client.DefaultRequestHeaders.Add("X-Auth-Token", JsonNode.Parse(await login.Content.ReadAsStringAsync())!["Token"]!.ToString());
        (await SendAsync(client, "GET", "/api/status")).Status.ShouldBe(HttpStatusCode.OK);
        using var socket = await ConnectAsync(("X-Auth-Token", client.DefaultRequestHeaders.GetValues("X-Auth-Token").Single()));
        await File.WriteAllLinesAsync(analyzer.Users, lines);
        await RunningAnalyzer.UntilAsync("the user's end", async () => (await SendAsync(client, "GET", "/api/status")).Status == HttpStatusCode.Unauthorized);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Should.ThrowAsync<WebSocketException>(async () =>
        {
            while (true)
            {
                await socket.ReceiveAsync(new byte[1 << 16], patience.Token);
            }
        });
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "file://")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_sites_page_may_ask_nothing(string header, string value)
    {
        using var client = analyzer.As("root");
        client.DefaultRequestHeaders.Add(header, value);
        (await SendAsync(client, "POST", "/api/injectpacket", Injection, "text/plain")).ShouldBe((HttpStatusCode.Forbidden, """{"error":{"code":"origin","message":"another site's page may not ask this","where":""}}"""));
        (await SendAsync(client, "POST", "/login", "username=otto", "application/x-www-form-urlencoded")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(client, "GET", "/api/status")).Status.ShouldBe(HttpStatusCode.Forbidden);
        await Should.ThrowAsync<WebSocketException>(() => ConnectAsync(("Authorization", GuardedAnalyzer.Basic("root").ToString()), (header, value)));
    }

    [Fact]
    public async Task The_pages_own_requests_and_curls_are_taken()
    {
        using var client = analyzer.As("otto");
        (await SendAsync(client, "POST", "/api/topology", Query, null)).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(client, "POST", "/api/topology", Query, "application/x-www-form-urlencoded")).Status.ShouldBe(HttpStatusCode.OK);
        client.DefaultRequestHeaders.Add("Origin", analyzer.Address.GetLeftPart(UriPartial.Authority));
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        (await SendAsync(client, "POST", "/api/topology", Query)).Status.ShouldBe(HttpStatusCode.OK);
        using var socket = await ConnectAsync(("Authorization", GuardedAnalyzer.Basic("vera").ToString()), ("Origin", analyzer.Address.GetLeftPart(UriPartial.Authority)));
        socket.State.ShouldBe(WebSocketState.Open);
    }

    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example:8082", false)]
    [InlineData("skydive.example.org", true)]
    [InlineData("Skydive.example.org:8082", true)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]:8082", true)]
    public async Task A_name_that_is_not_the_analyzers_is_refused(string host, bool taken)
    {
        using var client = analyzer.As("vera");
        client.DefaultRequestHeaders.Host = host;
        (await SendAsync(client, "GET", "/api/user")).Status.ShouldBe(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
        (await SendAsync(client, "GET", "/")).Status.ShouldBe(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Every_answer_tells_browsers_what_it_is_not_for()
    {
        using var client = analyzer.As(null);
        foreach (var path in new[] { "/", "/api/status", "/health/live" })
        {
            using var answer = await client.GetAsync(path);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
            answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
            answer.Headers.Contains("Server").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Sockets_beyond_the_limit_are_refused_and_counted()
    {
        var header = ("Authorization", GuardedAnalyzer.Basic("vera").ToString());
        List<ClientWebSocket> sockets = [];
        try
        {
            await RunningAnalyzer.UntilAsync("a refusal", async () =>
            {
                sockets.Count.ShouldBeLessThanOrEqualTo(3);
                try
                {
                    sockets.Add(await ConnectAsync(header));
                    return false;
                }
                catch (WebSocketException e)
                {
                    e.Message.ShouldContain("503");
                    return true;
                }
            });
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        (await MetricsAsync()).ShouldContain("""listener="ws",why="sockets"}""");
    }

    [Theory]
    [InlineData("/../../../../etc/passwd")]
    [InlineData("/..%2f..%2f..%2fetc/passwd")]
    [InlineData("/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/..\\..\\etc\\passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("/users")]
    [InlineData("/./users")]
    [InlineData("/test.db")]
    public async Task A_path_outside_the_web_root_gives_nothing(string path)
    {
        var answer = await RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        answer.ShouldNotContain("root:");
        answer.ShouldNotContain(":viewer");
        answer.ShouldNotContain("SQLite");
        answer[..12].ShouldBeOneOf("HTTP/1.1 401", "HTTP/1.1 400");
    }

    [Fact]
    public async Task An_oversized_body_is_refused_before_it_is_whole()
    {
        using var client = analyzer.As("otto");
        (await SendAsync(client, "POST", "/api/topology", new string(' ', 3 << 10))).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await SendAsync(client, "POST", "/login", "username=" + new string('x', 5 << 10), "application/x-www-form-urlencoded")).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        var head = $"POST /api/pcap HTTP/1.1\r\nHost: localhost\r\nAuthorization: {GuardedAnalyzer.Basic("otto")}\r\nContent-Length: {1L << 40}\r\n\r\n";
        (await RawAsync(head)).ShouldStartWith("HTTP/1.1 413");
    }

    [Fact]
    public async Task Who_did_what_is_in_the_audit_log()
    {
        using var client = analyzer.As("root");
        var (_, capture) = await SendAsync(client, "POST", "/api/capture", """{"GremlinQuery": "G.V().Has('Name', 'audited')"}""");
        var uuid = JsonNode.Parse(capture)!["UUID"]!.ToString();
        await SendAsync(client, "DELETE", $"/api/capture/{uuid}");
        await SendAsync(client, "POST", "/api/topology", """{"GremlinQuery": "G.Flows().Has('UUID', 'a\nb').RawPackets()"}""");
        using var login = await LoginAsync(client, "nobody\nroot logged in", "x", "127.0.0.40");
        analyzer.Audit.ShouldContain($"root from 127.0.0.1: started capture {uuid} on G.V().Has('Name', 'audited'), raw packets 0");
        analyzer.Audit.ShouldContain($"root from 127.0.0.1: stopped capture {uuid}");
        analyzer.Audit.ShouldContain("root from 127.0.0.1: read raw packets G.Flows().Has('UUID', 'a b').RawPackets()");
        analyzer.Audit.ShouldContain("a name that can't be from 127.0.0.40 isn't let in: no such user or wrong password");
        analyzer.Audit.ShouldAllBe(line => !line.Contains('\n'));
    }

    [Fact]
    public async Task More_connections_than_it_takes_are_closed_while_others_are_served()
    {
        List<TcpClient> many = [];
        var reset = 0;
        try
        {
            for (var i = 0; i < 150; i++)
            {
                try
                {
                    many.Add(await ConnectAsync("127.0.0.50"));
                }
                catch (SocketException)
                {
                    // Closed before it was known to be open.
                    reset++;
                }
            }

            await RunningAnalyzer.UntilAsync("those that are too many to be closed", () => Task.FromResult(reset + many.Count(IsClosed) >= 50));
            (reset + many.Count(IsClosed)).ShouldBe(50);
            using var other = analyzer.As("vera");
            (await SendAsync(other, "GET", "/api/user")).Status.ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            many.ForEach(client => client.Dispose());
        }

        (await MetricsAsync()).ShouldContain("""listener="http",why="connections"}""");
    }

    [Fact]
    public async Task More_requests_than_a_client_may_are_refused_while_others_are_served()
    {
        using var eager = From("127.0.0.52");
        var answers = await Task.WhenAll(Enumerable.Range(0, 700).Select(async _ =>
        {
            using var answer = await eager.GetAsync("/health/live");
            return answer.StatusCode;
        }));
        answers.Count(status => status == HttpStatusCode.OK).ShouldBeInRange(500, 690);
        answers.Where(status => status != HttpStatusCode.OK).ShouldAllBe(status => status == HttpStatusCode.TooManyRequests);
        using var other = From("127.0.0.53");
        (await SendAsync(other, "GET", "/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        (await MetricsAsync()).ShouldContain("""listener="http",why="requests"}""");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: loc")]
    [InlineData("POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nu")]
    public async Task A_client_that_is_slow_is_ended(string request)
    {
        using var client = await ConnectAsync("127.0.0.54");
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        await RunningAnalyzer.UntilAsync("the end of the slow client", () => Task.FromResult(IsClosed(client)));
    }

    [Fact]
    public async Task Ten_thousand_random_frames_leave_it_as_it_was()
    {
        var random = new Random(3);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 10_000; i++)
        {
            using var client = await ConnectAsync("127.0.0.55");
            var frame = new byte[random.Next(1, 400)];
            random.NextBytes(frame);
            if (i % 2 == 0)
            {
                "GET /"u8[..Math.Min(5, frame.Length)].CopyTo(frame);
            }

            try
            {
                await client.GetStream().WriteAsync(frame);
            }
            catch (IOException)
            {
                // Refused already.
            }
        }

        using var other = analyzer.As("vera");
        await RunningAnalyzer.UntilAsync("others to be served", async () => (await SendAsync(other, "GET", "/api/status")).Status == HttpStatusCode.OK);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(64 << 20);
    }

    [Fact]
    public async Task A_head_that_is_too_large_is_refused()
    {
        (await RawAsync($"GET /{new string('x', 9 << 10)} HTTP/1.1\r\nHost: localhost\r\n\r\n")).ShouldStartWith("HTTP/1.1 414");
        (await RawAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 40 << 10)}\r\n\r\n")).ShouldStartWith("HTTP/1.1 431");
    }

    private async Task<TcpClient> ConnectAsync(string from)
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(IPAddress.Loopback, analyzer.Address.Port);
        return client;
    }

    // The end, or an answer and the end.
    private static bool IsClosed(TcpClient client)
    {
        var buffer = new byte[4096];
        try
        {
            while (client.Client.Poll(0, SelectMode.SelectRead))
            {
                if (client.Client.Receive(buffer) == 0)
                {
                    return true;
                }
            }

            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpClient client, string method, string path, string? body = null, string? type = "application/json")
    {
        using var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (content is not null && type is not null)
        {
            content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> LoginAsync(HttpClient client, string name, string password = GuardedAnalyzer.Password, string? from = null)
    {
        using var own = from is null ? null : From(from);
        return await (own ?? client).PostAsync("/login", new FormUrlEncodedContent([new("username", name), new("password", password)]));
    }

    private HttpClient From(string address) => new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = 20,
        UseCookies = false,
        ConnectCallback = async (context, stop) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = analyzer.Address };

    private async Task<ClientWebSocket> ConnectAsync(params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        foreach (var (name, value) in headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{analyzer.Address.Port}/ws"), CancellationToken.None);
        return socket;
    }

    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, analyzer.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        var answer = new byte[4096];
        return Encoding.UTF8.GetString(answer, 0, await client.GetStream().ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false));
    }

    private async Task<string> MetricsAsync()
    {
        using var client = analyzer.As("vera");
        return await client.GetStringAsync("/metrics");
    }
}
