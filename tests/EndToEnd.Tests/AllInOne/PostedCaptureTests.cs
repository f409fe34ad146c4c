using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.AllInOne;

/// <summary>Capture files posted to a running analyzer.</summary>
public sealed class PostedCaptureTests : IAsyncLifetime
{
    private const int HttpPort = 18085;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{HttpPort}") };
    private IReadOnlyList<string> _folders = [];
    private RunningAllInOne _running = null!;

    public Task InitializeAsync()
    {
        _folders = RunningAllInOne.Folders;
        _running = new RunningAllInOne(Capture("gre-ping.pcap"), HttpPort);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _running.DisposeAsync();
        RunningAllInOne.Folders.Except(_folders).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_posted_capture_s_flows_are_there_to_query_and_a_broken_one_is_refused()
    {
        var file = await File.ReadAllBytesAsync(Capture("gre-ping.pcap"));
        var (status, answer) = await UntilAnAgentIsThereAsync(file);
        status.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
        var flows = answer["Flows"]!.GetValue<int>();
        flows.ShouldBeGreaterThan(1);
        answer["Packets"]!.GetValue<int>().ShouldBeGreaterThan(1);

        var capture = answer["CaptureID"]!.GetValue<string>();
        var limit = Stopwatch.StartNew();
        int found;
        while ((found = await CountAsync($"G.V().Has('TID', '{answer["NodeTID"]}').Flows().Has('CaptureID', '{capture}').Count()")) < flows && limit.Elapsed < Patience)
        {
            await Task.Delay(200);
        }

        found.ShouldBe(flows);

        (status, answer) = await PostAsync(file.AsMemory(0, file.Length - 3));
        status.ShouldBe(HttpStatusCode.BadRequest, answer.ToJsonString());
        answer["error"]!["message"]!.GetValue<string>().ShouldContain("truncated");
    }

    private static string Capture(string name) => Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "captures", name);

    private async Task<(HttpStatusCode Status, JsonNode Answer)> UntilAnAgentIsThereAsync(ReadOnlyMemory<byte> file)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var (status, answer) = await PostAsync(file);
                if (status != HttpStatusCode.ServiceUnavailable || limit.Elapsed > Patience)
                {
                    return (status, answer);
                }
            }
            catch (HttpRequestException) when (limit.Elapsed < Patience)
            {
                // It doesn't listen yet.
            }
            await Task.Delay(200);
        }
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(ReadOnlyMemory<byte> file)
    {
        using var answer = await _http.PostAsync("/api/pcap", new ReadOnlyMemoryContent(file));
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private async Task<int> CountAsync(string query)
    {
        using var answer = await _http.PostAsync("/api/topology", new StringContent(new JsonObject { ["GremlinQuery"] = query }.ToJsonString(), Encoding.UTF8, "application/json"));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.GetValue<int>();
    }
}
