using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Agent.Node.Tests;
using Analyzer.Node.Tests.Kit;
using Google.Protobuf;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Http;

/// <summary>Raw packets and what else a capture can tell of flows, over the HTTP API of a whole analyzer.</summary>
[Collection(nameof(ApiTests))]
public sealed class RawPacketTests(RunningAnalyzer analyzer) : IClassFixture<RunningAnalyzer>, IAsyncLifetime
{
    private const string Path = "00000000000000a7";
    private const string Frames = "00000000000000f1";
    private const string Datagrams = "00000000000000d1";
    private const uint EthernetLink = 1;
    private const uint RawIpLink = 101;
    private const long Time = 1_700_000_000_123_456_789;

    private static readonly byte[] Ping =
    [
        0x45, 0, 0, 28, 0, 1, 0, 0, 64, 1, 0x66, 0xde, 10, 0, 0, 1, 10, 0, 0, 2,
        8, 0, 0xf7, 0xfc, 0, 1, 0, 2,
    ];

    private static readonly byte[] Frame = [2, 0, 0, 0, 0, 11, 2, 0, 0, 0, 0, 10, 8, 0, .. Ping];

    public async Task InitializeAsync()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var update = new UpdateFlows
        {
            Partition = FlowPartition.Of(Path, 2),
            Host = "agent1",
            Session = "s",
            Sequence = 2,
            Block = TestFlows.Block(
            [
                new Flow
                {
                    Uuid = Frames,
                    L3TrackingId = Path,
                    LayersPath = "Ethernet/IPv4/TCP",
                    Start = now,
                    Last = now,
                    RawPacketsCaptured = 2,
                    SamplingRate = 64,
                    TcpMetric = new TcpMetric { AbSynStart = 17, BaSynTtl = 63, AbRetransmitted = 5, BaSegmentSkippedBytes = 1400 },
                    IpMetric = new IpMetric { Fragments = 3, FragmentErrors = 2 },
                },
                new Flow { Uuid = Datagrams, L3TrackingId = Path, LayersPath = "IPv4/ICMPv4", Start = now, Last = now, RawPacketsCaptured = 1 },
            ]),
        };
        update.RawPackets.Add(Packet(Frames, 1, EthernetLink, Frame, Time));
        update.RawPackets.Add(Packet(Frames, 2, EthernetLink, Frame, Time + 2_000_000, length: 1400));
        update.RawPackets.Add(Packet(Datagrams, 1, RawIpLink, Ping, Time + 1_000_000));
        // Sent again, as it happens when an acknowledgement is lost.
        analyzer.Tell(update);
        analyzer.Tell(update);
        await RunningAnalyzer.UntilAsync("the packets", async () => (await analyzer.QueryAsync("G.Flows().RawPackets().Count()")).GetValue<int>() == 3);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Raw_packets_come_by_flow_with_Skydives_fields()
    {
        var found = (await analyzer.QueryAsync($"G.Flows().Has('UUID', '{Frames}').RawPackets()")).AsArray().ShouldHaveSingleItem()!;
        var packets = found[Frames]!.AsArray();
        packets.Select(p => p!["Index"]!.GetValue<int>()).ShouldBe([1, 2]);
        packets[0]!["Timestamp"]!.GetValue<long>().ShouldBe(Time / 1_000_000);
        packets[0]!["LinkType"]!.GetValue<uint>().ShouldBe(EthernetLink);
        packets[1]!["Length"]!.GetValue<int>().ShouldBe(1400);
        Convert.FromBase64String(packets[0]!["Data"]!.ToString()).ShouldBe(Frame);
        (await analyzer.QueryAsync($"G.Flows().Has('UUID', '{RunningAnalyzer.Outer}').RawPackets()")).ToJsonString().ShouldBe("[]");
    }

    [Fact]
    public async Task Raw_packets_are_selected_by_a_filter()
    {
        (await analyzer.QueryAsync($"G.Flows().RawPackets().BPF('icmp and dst host 10.0.0.2').Count()")).GetValue<int>().ShouldBe(3);
        (await analyzer.QueryAsync($"G.Flows().RawPackets().BPF('ether[0] == 2')")).AsArray().ShouldHaveSingleItem()!.AsObject().Select(flow => flow.Key).ShouldContain(Frames);
        (await analyzer.QueryAsync($"G.Flows().RawPackets().BPF('udp')")).ToJsonString().ShouldBe("[]");
    }

    [RequiresFact("tshark")]
    public async Task A_pcap_file_has_the_packets_as_they_were_captured()
    {
        foreach (var accept in new[] { "vnd.tcpdump.pcap", "application/vnd.tcpdump.pcap" })
        {
            using var answer = await AskAsync($"G.Flows().Has('UUID', '{Frames}').RawPackets()", accept);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.tcpdump.pcap");
            using var filtered = await AskAsync($"G.Flows().Has('UUID', '{Frames}').RawPackets().BPF('icmp')", accept);
            (await TsharkAsync(filtered, ".pcap")).Length.ShouldBe(2);
            (await TsharkAsync(answer, ".pcap")).ShouldBe(["1700000000.123456789\t42\t42\teth:ethertype:ip:icmp", "1700000000.125456789\t1400\t42\teth:ethertype:ip:icmp"]);
        }
    }

    [RequiresFact("tshark")]
    public async Task Packets_with_different_first_layers_fit_into_a_pcapng_file_in_the_order_of_their_times()
    {
        using var answer = await AskAsync("G.Flows().RawPackets()", "application/x-pcapng");
        var lines = await TsharkAsync(answer, ".pcapng");
        lines.Select(line => line.Split('\t')[3].Split(':')[0]).ShouldBe(["eth", "raw", "eth"]);
        lines[1].ShouldStartWith("1700000000.124456789");
    }

    [Theory]
    [InlineData("G.Flows().RawPackets()", 406, "not-acceptable", "link types 1, 101")]
    [InlineData("G.Flows()", 406, "not-acceptable", "the query gives flows")]
    [InlineData($"G.Flows().Has('UUID', '{RunningAnalyzer.Outer}').RawPackets()", 404, "not-found", "RawPacketLimit")]
    [InlineData("G.Flows().RawPackets('x')", 400, "bad-query", "RawPackets")]
    public async Task What_cant_be_a_pcap_file_is_refused_with_the_reason(string query, int status, string code, string named)
    {
        using var answer = await AskAsync(query, "application/vnd.tcpdump.pcap");
        ((int)answer.StatusCode).ShouldBe(status);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!;
        error["code"]!.ToString().ShouldBe(code);
        error["message"]!.ToString().ShouldContain(named);
    }

    [Fact]
    public async Task Metrics_are_told_and_asked_for_under_Skydives_names()
    {
        var flow = (await analyzer.QueryAsync("G.Flows().Has('TCPMetric.ABSynStart', Gt(16)).Has('IPMetric.FragmentErrors', 2)")).AsArray().ShouldHaveSingleItem()!;
        flow["UUID"]!.ToString().ShouldBe(Frames);
        (flow["RawPacketsCaptured"]!.GetValue<int>(), flow["SamplingRate"]!.GetValue<int>()).ShouldBe((2, 64));
        var tcp = flow["TCPMetric"]!;
        (tcp["ABSynStart"]!.GetValue<int>(), tcp["BASynTTL"]!.GetValue<int>(), tcp["BASegmentSkippedBytes"]!.GetValue<int>(), tcp["ABRetransmitted"]!.GetValue<int>()).ShouldBe((17, 63, 1400, 5));
        (await analyzer.QueryAsync("G.Flows().Has('SamplingRate', Gt(1)).Values('TCPMetric.BASegmentSkippedBytes')")).ToJsonString().ShouldBe("[1400]");
        (await analyzer.QueryAsync("G.Flows().Has('RawPacketsCaptured', 1).Values('UUID')")).ToJsonString().ShouldBe($"[\"{Datagrams}\"]");
    }

    private static RawPacket Packet(string flow, long index, uint linkType, byte[] data, long time, int length = 0) => new()
    {
        FlowUuid = flow,
        L3TrackingId = Path,
        Index = index,
        LinkType = linkType,
        TimeNs = time,
        OriginalLength = length > 0 ? length : data.Length,
        Data = ByteString.CopyFrom(data),
    };

    private async Task<HttpResponseMessage> AskAsync(string gremlin, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/topology") { Content = new StringContent(new JsonObject { ["GremlinQuery"] = gremlin }.ToJsonString()) };
        request.Headers.TryAddWithoutValidation("Accept", accept).ShouldBeTrue();
        return await analyzer.Http.SendAsync(request);
    }

    /// <summary>Wireshark's view of the file: time, length on the wire, length captured and layers of each packet.</summary>
    private static async Task<string[]> TsharkAsync(HttpResponseMessage answer, string extension)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var file = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"raw-{Guid.NewGuid():N}{extension}");
        await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync());
        try
        {
            using var process = Process.Start(new ProcessStartInfo("tshark", ["-r", file, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len", "-e", "frame.protocols"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(0, await errors);
            return output.TrimEnd('\n').Split('\n');
        }
        finally
        {
            File.Delete(file);
        }
    }
}
