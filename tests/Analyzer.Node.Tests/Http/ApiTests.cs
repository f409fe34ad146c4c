using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Analyzer.Node.Http.Api;

namespace Analyzer.Node.Tests.Http;

/// <summary>The HTTP API of a whole analyzer.</summary>
[Collection(nameof(ApiTests))]
public class ApiTests(RunningAnalyzer analyzer) : IClassFixture<RunningAnalyzer>
{
    [Fact]
    public async Task Queries_see_hosts_fabric_and_flows()
    {
        (await analyzer.QueryAsync("G.V().Has('Type', 'host').Out().Values('Name')")).ToJsonString().ShouldBe("[\"eth1\"]");
        (await analyzer.QueryAsync($"G.V().Has('Name', 'eth1').Flows().Has('ParentUUID', '{RunningAnalyzer.Outer}').Values('UUID')")).ToJsonString().ShouldBe($"[\"{RunningAnalyzer.Inner}\"]");
        (await analyzer.QueryAsync("G.V().Has('Name', 'agent1').ShortestPathTo(Metadata('Name', 'tor1')).Count()")).ToJsonString().ShouldBe("1");
    }

    [Fact]
    public async Task Flows_come_newest_first()
    {
        var (status, flows) = await analyzer.SendAsync(HttpMethod.Get, "/api/flows?limit=1");
        status.ShouldBe(HttpStatusCode.OK, flows?.ToJsonString());
        flows!.AsArray().Select(f => f!["UUID"]!.ToString()).ShouldBe([RunningAnalyzer.Inner]);
    }

    [Fact]
    public async Task Flows_are_a_Parquet_file_where_they_are_asked_for_as_one()
    {
        var path = Path.GetTempFileName();
        using var answer = await analyzer.Http.GetAsync($"/api/flows.parquet?gremlin=G.Flows().Has('ParentUUID','{RunningAnalyzer.Outer}')");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.apache.parquet");
        await File.WriteAllBytesAsync(path, await answer.Content.ReadAsByteArrayAsync());
        await using var database = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = $"SELECT string_agg(\"UUID\" || \"LayersPath\" || \"NodeTID\") FROM read_parquet('{path}')";
        (await command.ExecuteScalarAsync()).ShouldBe(RunningAnalyzer.Inner + "Ethernet/IPv4/ICMPv4tid-e");
        File.Delete(path);
        (await analyzer.SendAsync(HttpMethod.Get, "/api/flows.parquet?gremlin=G.Flows().Count()")).Status.ShouldBe(HttpStatusCode.NotAcceptable);
        (await analyzer.SendAsync(HttpMethod.Get, "/api/flows.parquet?gremlin=G.Flowz()")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": "G.V().Hass('Name')"}""", 400, "bad-query", "Hass")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": "G.V("}""", 400, "bad-query", "column 5")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": "G.V()\n .Foo()"}""", 400, "bad-query", "line 2, column 3")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": "G.At('-5m').V()"}""", 400, "bad-query", "there is no history yet")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": " "}""", 400, "bad-field", "GremlinQuery")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": 7}""", 400, "bad-field", "GremlinQuery")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": "G.V()", "Depth": 3}""", 400, "bad-field", "Depth")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": """, 400, "bad-json", "line 1, byte 18")]
    [InlineData("POST", "/api/topology", "", 400, "bad-json", "line 1")]
    [InlineData("POST", "/api/topology", "[]", 400, "bad-json", "array")]
    [InlineData("POST", "/api/topology", """{"Gremlin": "G.V()"}""", 400, "bad-field", "GremlinQuery")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": "G.V('\ud800')"}""", 400, "bad-json", "GremlinQuery")]
    [InlineData("POST", "/api/topology", """{"GremlinQuery": "G.V()", "\udc00": 1}""", 400, "bad-json", "body")]
    [InlineData("GET", "/api/topology", null, 405, "method-not-allowed", "/api/topology")]
    [InlineData("GET", "/api/nothing", null, 404, "not-found", "/api/nothing")]
    [InlineData("GET", "/api/flows?limit=x", null, 400, "bad-field", "limit")]
    [InlineData("GET", "/ws", null, 400, "not-a-websocket", "/ws")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.E()"}""", 400, "bad-query", "edges")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "BPFFilter": "tcp porrt 80"}""", 400, "bad-filter", "BPFFilter")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "BPFFilter": "tcp porrt 80"}""", 400, "bad-filter", "syntax error")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "Name": "\ud83d"}""", 400, "bad-json", "Name")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "Type": "magic"}""", 400, "refused", "Type")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "HeaderSize": 1.5}""", 400, "bad-field", "HeaderSize")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "HeaderSize": -1}""", 400, "bad-field", "HeaderSize")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "IPDefrag": "yes"}""", 400, "bad-field", "IPDefrag")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "HeaderSize": 65536}""", 400, "bad-field", "from 0 to 65535")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "HeaderSize": 9}""", 400, "refused", "HeaderSize")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "HeaderSize": 99999999999999999999}""", 400, "bad-field", "HeaderSize")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "RawPacketLimit": -1}""", 400, "bad-field", "RawPacketLimit")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "RawPacketLimit": 101}""", 400, "bad-field", "from 0 to 100")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "SamplingRate": -5}""", 400, "bad-field", "SamplingRate")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "SamplingRate": 4294967296}""", 400, "bad-field", "from 0 to 1000000")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "ExtraTCPMetric": 1}""", 400, "bad-field", "ExtraTCPMetric")]
    [InlineData("POST", "/api/capture", """{"GremlinQuery": "G.V()", "Target": "10.0.0.1:6343"}""", 400, "bad-field", "Target")]
    [InlineData("GET", "/api/capture/none", null, 404, "not-found", "none")]
    [InlineData("DELETE", "/api/capture/none", null, 404, "not-found", "none")]
    [InlineData("POST", "/api/injectpacket", """{"Type": "icmp4"}""", 400, "bad-field", "Src")]
    [InlineData("POST", "/api/injectpacket", """{"Src": "G.V('x')", "Dst": "G.V('y')", "Type": "icmp4"}""", 400, "refused", "Src")]
    [InlineData("POST", "/api/injectpacket", """{"Src": "G.V('x')", "Type": "icmp4", "Pcap": "!"}""", 400, "bad-field", "Pcap")]
    [InlineData("POST", "/api/injectpacket", """{"Src": "G.V('x')", "Type": "icmp4", "TTL": 256}""", 400, "bad-field", "TTL")]
    [InlineData("POST", "/api/injectpacket", """{"Src": "G.V('x')", "DstIP": "10.0.0.2", "DstMAC": "02:00:00:00:00:01", "Type": "carrier pigeon"}""", 400, "refused", "Type")]
    [InlineData("POST", "/api/injectpacket", """{"Src": "G.V('x')", "DstIP": "10.0.0.256", "DstMAC": "02:00:00:00:00:01", "Type": "icmp4"}""", 400, "refused", "DstIP")]
    [InlineData("GET", "/api/injectpacket/none", null, 404, "not-found", "none")]
    [InlineData("DELETE", "/api/injectpacket/none", null, 404, "not-found", "none")]
    [InlineData("POST", "/api/fabric", """{"Link": "A -> "}""", 400, "bad-link", "column 6")]
    [InlineData("POST", "/api/fabric", """{"Lnk": "A -> B"}""", 400, "bad-field", "Link")]
    [InlineData("POST", "/api/pcap", "", 400, "bad-pcap", "empty")]
    [InlineData("POST", "/api/pcap", "not a capture", 400, "bad-pcap", "6e6f7420")]
    [InlineData("GET", "/api/pcap", null, 405, "method-not-allowed", "/api/pcap")]
    [InlineData("GET", "/api/fabric/none", null, 404, "not-found", "none")]
    [InlineData("DELETE", "/api/fabric/none", null, 404, "not-found", "none")]
    public async Task Wrong_input_is_answered_with_what_and_where(string method, string path, string? body, int status, string code, string named)
    {
        var (answered, answer) = await analyzer.SendAsync(new HttpMethod(method), path, body);
        ((int)answered).ShouldBe(status);
        answer!["error"]!["code"]!.ToString().ShouldBe(code);
        $"{answer["error"]!["message"]} {answer["error"]!["where"]}".ShouldContain(named);
    }

    [Theory]
    [InlineData("/api/capture", "Description", "GremlinQuery", 1100)]
    [InlineData("/api/capture", "Name", "GremlinQuery", 200)]
    [InlineData("/api/injectpacket", "SrcIP", "Src", 100)]
    public async Task A_text_too_long_is_named(string path, string field, string query, int length)
    {
        var (status, answer) = await analyzer.SendAsync(HttpMethod.Post, path, new JsonObject { [query] = "G.V()", [field] = new string('x', length) }.ToJsonString());

        status.ShouldBe(HttpStatusCode.BadRequest);
        answer!["error"]!["where"]!.ToString().ShouldBe(field);
        answer["error"]!["message"]!.ToString().ShouldStartWith($"{field}: {length} characters are more than the ");
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF_8_are_refused_and_the_next_request_is_answered()
    {
        using var answer = await analyzer.Http.PostAsync("/api/topology", new ByteArrayContent([.. "{\"GremlinQuery\": \"G.V('"u8, 0xff, .. "')\"}"u8]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("bad-json");

        (await analyzer.QueryAsync("G.V().Has('Type', 'host').Count()")).GetValue<int>().ShouldBe(1);
        (await analyzer.SendAsync(HttpMethod.Get, "/health/ready")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_capture_file_has_a_limit_of_its_own()
    {
        // Longer than other bodies may be, and read: what's wrong is what's in it.
        (await PostAsync(5000)).ShouldBe((HttpStatusCode.BadRequest, "bad-pcap"));
        (await PostAsync(PcapApi.LargestFile)).ShouldBe((HttpStatusCode.BadRequest, "bad-pcap"));
        (await PostAsync(PcapApi.LargestFile + 1)).ShouldBe((HttpStatusCode.RequestEntityTooLarge, "too-large"));

        async Task<(HttpStatusCode, string)> PostAsync(int length)
        {
            using var answer = await analyzer.Http.PostAsync("/api/pcap", new ByteArrayContent(new byte[length]));
            return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!["code"]!.ToString());
        }
    }

    [Fact]
    public async Task Metrics_come_in_Prometheus_text_format()
    {
        using var answer = await analyzer.Http.GetAsync("/metrics");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("skydive_topology_nodes{");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        var (status, answer) = await analyzer.SendAsync(HttpMethod.Post, "/api/topology", $"{{\"GremlinQuery\": \"{new string('x', 5000)}\"}}");
        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        answer!["error"]!["code"]!.ToString().ShouldBe("too-large");
    }

    [Fact]
    public async Task A_capture_is_created_listed_and_deleted()
    {
        var (status, created) = await analyzer.SendAsync(
            HttpMethod.Post, "/api/capture", """{"GremlinQuery": "G.V().Has('Name', 'eth1')", "BPFFilter": "icmp", "Name": "pings", "HeaderSize": 128, "Target": ""}""");
        status.ShouldBe(HttpStatusCode.OK, created?.ToJsonString());
        var uuid = created!["UUID"]!.ToString();
        created["Count"]!.GetValue<int>().ShouldBe(1);

        var (_, listed) = await analyzer.SendAsync(HttpMethod.Get, "/api/capture");
        listed![uuid]!["BPFFilter"]!.ToString().ShouldBe("icmp");
        var (_, one) = await analyzer.SendAsync(HttpMethod.Get, "/api/capture/" + uuid);
        one!.ToJsonString().ShouldBe(listed[uuid]!.ToJsonString());

        (await analyzer.SendAsync(HttpMethod.Delete, "/api/capture/" + uuid)).Status.ShouldBe(HttpStatusCode.OK);
        (await analyzer.SendAsync(HttpMethod.Get, "/api/capture/" + uuid)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_fabric_link_joins_the_graph_and_leaves_it()
    {
        var (_, created) = await analyzer.SendAsync(HttpMethod.Post, "/api/fabric", """{"Link": "SPINE[Name=spine1] --> TOR"}""");
        await RunningAnalyzer.UntilAsync("the link", async () => (await analyzer.QueryAsync("G.V().Has('Name', 'spine1').Out().Has('Name', 'tor1').Count()")).GetValue<int>() == 1);

        (await analyzer.SendAsync(HttpMethod.Delete, "/api/fabric/" + created!["UUID"])).Status.ShouldBe(HttpStatusCode.OK);
        await RunningAnalyzer.UntilAsync("the link to go", async () => (await analyzer.QueryAsync("G.V().Has('Name', 'spine1').Count()")).GetValue<int>() == 0);
    }

    [Fact]
    public async Task A_link_of_the_configuration_is_listed_and_stays()
    {
        var (_, listed) = await analyzer.SendAsync(HttpMethod.Get, "/api/fabric");
        var configured = listed!.AsObject().First(l => l.Value!["Configured"]!.GetValue<bool>());
        configured.Value!["Link"]!.ToString().ShouldBe("TOR[Name=tor1] -> PORT");
        (await analyzer.SendAsync(HttpMethod.Delete, "/api/fabric/" + configured.Key)).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task The_status_names_agents_and_members()
    {
        var (_, status) = await analyzer.SendAsync(HttpMethod.Get, "/api/status");
        status!["Agents"]!["agent1"]!["State"]!.ToString().ShouldBe("connected");
        status["Flows"]!.GetValue<int>().ShouldBe(2);
        status["Cluster"]!["Members"]!.AsArray().Single()!["Roles"]!.ToJsonString().ShouldBe("[\"analyzer\"]");
    }

    [Fact]
    public async Task The_status_says_what_the_journals_keep_and_how_long()
    {
        JsonNode? flows = null;
        await RunningAnalyzer.UntilAsync("the flows' journal is counted", async () =>
        {
            flows = (await analyzer.SendAsync(HttpMethod.Get, "/api/status")).Body!["Journals"]?["flows"];
            return flows is not null && flows["Counted"]!.GetValue<bool>() && flows["Events"]!.GetValue<long>() > 0;
        });
        flows!["Size"]!.GetValue<long>().ShouldBeGreaterThan(flows["LiveEstimated"]!.GetValue<long>());
        flows["LiveEstimated"]!.GetValue<long>().ShouldBeGreaterThan(0);
        flows["Free"]!.GetValue<long>().ShouldBeGreaterThanOrEqualTo(0);
        flows["FreeIs"]!.ToString().ShouldContain("given back to the file system by and by");
        flows["Oldest"]!.GetValue<long>().ShouldBeInRange(DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds(), flows["Newest"]!.GetValue<long>());
        flows["Retention"]!["Age"]!.GetValue<long>().ShouldBe((long)TimeSpan.FromDays(30).TotalMilliseconds);
        flows["Retention"]!["Size"]!.GetValue<long>().ShouldBe(50L << 30);
        flows["Retention"]!["LastError"]!.ToString().ShouldBeEmpty();
        flows["Deleted"]!["Events"]!.GetValue<long>().ShouldBe(0);
        (await analyzer.Http.GetStringAsync("/metrics")).ShouldContain("skydive_journal_size");
    }

    [Fact]
    public async Task The_page_is_served() => (await analyzer.Http.GetStringAsync("/")).ShouldContain("<title>page</title>");

    [Fact]
    public async Task A_page_gets_the_graph_and_then_its_changes()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(analyzer.Address) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        var snapshot = await ReceiveAsync(socket, "snapshot");
        snapshot["nodes"]!.AsArray().Select(n => n!["Metadata"]!["Name"]!.ToString()).ShouldContain("eth1");
        snapshot["edges"]!.AsArray().Select(e => e!["Metadata"]!["RelationType"]!.ToString()).ShouldContain("ownership");

        var (_, created) = await analyzer.SendAsync(HttpMethod.Post, "/api/fabric", """{"Link": "LEAF[Name=leaf1] --> TOR"}""");
        var added = await ReceiveUntilAsync(socket, c => c["op"]!.ToString() == "node" && c["node"]!["Metadata"]!["Name"]!.ToString() == "leaf1");
        await ReceiveUntilAsync(socket, c => c["op"]!.ToString() == "edge" && c["edge"]!["Parent"]!.ToString() == added["node"]!["ID"]!.ToString(), _pending);

        await analyzer.SendAsync(HttpMethod.Delete, "/api/fabric/" + created!["UUID"]);
        await ReceiveUntilAsync(socket, c => c["op"]!.ToString() == "nodeDeleted" && c["id"]!.ToString() == added["node"]!["ID"]!.ToString());
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private List<JsonNode> _pending = [];

    // Changes come in batches: what follows the one waited for is kept.
    private async Task<JsonNode> ReceiveUntilAsync(ClientWebSocket socket, Func<JsonNode, bool> condition, List<JsonNode>? pending = null)
    {
        var changes = pending ?? [];
        while (true)
        {
            if (changes.FirstOrDefault(condition) is { } found)
            {
                _pending = changes;
                return found;
            }

            changes = [.. (await ReceiveAsync(socket, "changes"))["changes"]!.AsArray().OfType<JsonNode>()];
        }
    }

    private static async Task<JsonNode> ReceiveAsync(ClientWebSocket socket, string type)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var text = new MemoryStream();
            var buffer = new byte[8192];
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
                text.Write(buffer, 0, received.Count);
            }
            while (!received.EndOfMessage);
            var message = JsonNode.Parse(Encoding.UTF8.GetString(text.ToArray()))!;
            if (message["type"]!.ToString() == type)
            {
                return message;
            }
        }
    }
}
