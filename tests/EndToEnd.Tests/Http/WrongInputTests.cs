using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Http;

/// <summary>Wrong input to the running analyzer: a 4xx that says what and where, and the analyzer goes on.</summary>
[Collection(SharedLab.Name)]
public sealed class WrongInputTests(RunningLab lab) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{RunningLab.HttpPort}") };

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("""{"GremlinQuery": "G.V().Hass('Name', 'br0')"}""", "Hass")]
    [InlineData("""{"GremlinQuery": "G.V("}""", "column")]
    [InlineData("""{"GremlinQuery": ""}""", "GremlinQuery")]
    [InlineData("""{"Gremlin": "G.V()"}""", "GremlinQuery")]
    [InlineData("""{"GremlinQuery": 7}""", "GremlinQuery")]
    [InlineData("""{"GremlinQuery": """, "")]
    [InlineData("", "")]
    public async Task A_wrong_query_is_refused(string body, string named)
    {
        var (status, answer) = await PostAsync("/api/topology", body);
        status.ShouldBe(HttpStatusCode.BadRequest, answer);
        MessageAndWhere(answer).ShouldContain(named, Case.Insensitive);
    }

    [Fact]
    public async Task A_BPF_filter_that_does_not_compile_is_refused_in_libpcaps_words()
    {
        var (status, answer) = await PostAsync("/api/capture", """{"GremlinQuery": "G.V().Has('Name', 'br0')", "BPFFilter": "tcp porrt 80"}""");
        status.ShouldBe(HttpStatusCode.BadRequest, answer);
        MessageAndWhere(answer).ShouldContain("syntax error");
        MessageAndWhere(answer).ShouldContain("BPFFilter");
    }

    [Theory]
    [InlineData("""{"Src": "G.V().Has('Name', 'no such node')", "Dst": "G.V().Has('Name', 'br0')", "Type": "icmp4"}""", "Src")]
    [InlineData("""{"Type": "icmp4"}""", "Src")]
    [InlineData("""{"Src": "G.V().Has('Name', 'ns1').Out().Has('Name', 'eth0')", "DstIP": "10.0.0.2", "DstMAC": "02:00:00:00:00:01", "Type": "carrier pigeon"}""", "Type")]
    [InlineData("""{"Src": "G.V().Has('Name', 'ns1').Out().Has('Name', 'eth0')", "DstIP": "10.0.0.256", "DstMAC": "02:00:00:00:00:01", "Type": "icmp4"}""", "DstIP")]
    public async Task An_impossible_injection_is_refused(string body, string named)
    {
        var (status, answer) = await PostAsync("/api/injectpacket", body);
        ((int)status).ShouldBeInRange(400, 499, answer);
        MessageAndWhere(answer).ShouldContain(named);
    }

    [Theory]
    [InlineData("/api/capture/no-such-capture")]
    [InlineData("/api/injectpacket/no-such-injection")]
    [InlineData("/api/nothing-here")]
    public async Task What_is_not_there_is_404_with_a_JSON_body(string path)
    {
        using var answer = await _http.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        MessageAndWhere(await answer.Content.ReadAsStringAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_analyzer_is_alive_after_all_that()
    {
        (await lab.Client.IsReadyAsync(default)).ShouldBeTrue();
        (await lab.NodesAsync("G.V().Has('Type', 'host')")).Count.ShouldBe(2);
    }

    private async Task<(HttpStatusCode Status, string Answer)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await _http.PostAsync(path, content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string MessageAndWhere(string answer)
    {
        var error = JsonNode.Parse(answer)?["error"] ?? throw new InvalidOperationException($"no error in {answer}");
        error["code"]?.ToString().ShouldNotBeNullOrEmpty();
        return $"{error["message"]} {error["where"]}";
    }
}
