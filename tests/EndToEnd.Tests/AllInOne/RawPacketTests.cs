using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.AllInOne;

/// <summary>A capture's options on their whole way: from the HTTP API over registry, agent and tunnel back to the HTTP API.</summary>
public sealed class RawPacketTests : IAsyncLifetime
{
    private const int Port = 18084;
    private static readonly string Capture = Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "captures", "gre-ping.pcap");

    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromSeconds(20) };
    private RunningAllInOne _program = null!;

    public Task InitializeAsync()
    {
        _program = new RunningAllInOne(Capture, Port);
        return UntilAsync("the file's node", async () => await QueryAsync("G.V().Has('Type', 'pcap').Count()") is JsonValue count && count.GetValue<int>() == 1);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _program.DisposeAsync();
    }

    [Fact]
    public async Task The_first_packets_of_a_tunnel_and_of_what_it_carries_come_back_as_they_were_captured()
    {
        using var created = await _http.PostAsync("/api/capture", new StringContent("""{"GremlinQuery": "G.V().Has('Type', 'pcap')", "RawPacketLimit": 2, "ExtraTCPMetric": true}"""));
        created.StatusCode.ShouldBe(HttpStatusCode.OK);
        var capture = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["UUID"]!.ToString();
        var tunnel = $"G.Flows().Has('CaptureID', '{capture}').Has('LayersPath', 'Ethernet/IPv4/GRE')";
        var carried = $"G.Flows().Has('CaptureID', '{capture}').Has('LayersPath', 'Ethernet/IPv4/ICMPv4')";
        await UntilAsync("the packets", async () =>
            (await QueryAsync(tunnel + ".RawPackets().Count()"))?.GetValue<int>() == 2 && (await QueryAsync(carried + ".RawPackets().Count()"))?.GetValue<int>() == 2);
        (await QueryAsync(carried + ".Values('RawPacketsCaptured')"))!.ToJsonString().ShouldBe("[2]");

        var original = await File.ReadAllBytesAsync(Capture);
        foreach (var query in new[] { tunnel, carried })
        {
            var file = await PcapAsync(query + ".RawPackets()");
            var packets = PacketsOf(file);
            packets.Count.ShouldBe(2);
            packets.ShouldAllBe(packet => IsIn(original, packet));
        }
    }

    private static bool IsIn(byte[] file, byte[] packet) => file.AsSpan().IndexOf(packet) > 0;

    /// <summary>The packets of a little-endian pcap file.</summary>
    private static List<byte[]> PacketsOf(byte[] file)
    {
        const int fileHeader = 24;
        const int packetHeader = 16;
        var packets = new List<byte[]>();
        for (var offset = fileHeader; offset < file.Length;)
        {
            var length = BitConverter.ToInt32(file, offset + 8);
            packets.Add(file[(offset + packetHeader)..(offset + packetHeader + length)]);
            offset += packetHeader + length;
        }

        return packets;
    }

    private async Task<byte[]> PcapAsync(string gremlin)
    {
        using var request = Query(gremlin);
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.tcpdump.pcap");
        using var answer = await _http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Null while the analyzer isn't there yet.</summary>
    private async Task<JsonNode?> QueryAsync(string gremlin)
    {
        try
        {
            using var request = Query(gremlin);
            using var answer = await _http.SendAsync(request);
            return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static HttpRequestMessage Query(string gremlin) =>
        new(HttpMethod.Post, "/api/topology") { Content = new StringContent(new JsonObject { ["GremlinQuery"] = gremlin }.ToJsonString()) };

    private async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var patience = Stopwatch.StartNew();
        while (!await condition())
        {
            _program.HasExited.ShouldBeFalse();
            if (patience.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw new TimeoutException("still waiting for " + what);
            }

            await Task.Delay(250);
        }
    }
}
