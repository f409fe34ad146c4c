using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Readme;

/// <summary>What the README has its reader type in the lab, typed as it stands there.</summary>
[Collection(SharedLab.Name)]
public sealed partial class ReadmeTests : IAsyncLifetime
{
    /// <summary>Of pcap with nanoseconds.</summary>
    private const uint PcapMagic = 0xa1b23c4d;

    private static readonly string _readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    private Checkout _checkout = null!;

    public async Task InitializeAsync() => _checkout = await Checkout.CreateAsync();

    public Task DisposeAsync()
    {
        _checkout.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task The_first_command_prints_the_table_that_follows_it()
    {
        var run = await TypeAsync("vxlan-in-vxlan.pcap");
        run.ExitCode.ShouldBe(0, run.Errors + run.Output);
        // The README's is cut to a narrow terminal: of the layers' paths it has the ends, and not the last column.
        var printed = Lines(run.Output);
        var shown = Lines(Block("", "VNI 42"));
        printed.Count.ShouldBe(shown.Count);
        foreach (var (line, narrow) in printed.Zip(shown))
        {
            Words(line).ShouldStartWith(Words(narrow));
            Layers().Match(line).Value.ShouldEndWith(Layers().Match(narrow).Value.TrimStart('…'));
        }
    }

    [Fact]
    public async Task The_commands_for_the_lab_that_is_up_give_what_they_are_said_to()
    {
        (string Typed, string Answered)[] rows =
        [
            ("./skydive client query \"G.V().Has('Type', 'ovsbridge')\"", "br-phy"),
            ("./skydive pbm cluster show", "192.168.50.20"),
            ("./skydive pbm skydive flows", "Ethernet/IPv4/GRE"),
            ("./skydive lab exec agent1 -- ovs-vsctl show", "Bridge br-phy"),
        ];
        foreach (var (typed, answered) in rows)
        {
            _readme.ShouldContain($"`{typed}`");
            var run = await _checkout.TypeAsync(Here(typed));
            run.ExitCode.ShouldBe(0, run.Errors + run.Output);
            run.Output.ShouldContain(answered);
        }
    }

    [Fact]
    public async Task A_capture_is_asked_to_keep_packets_and_they_come_as_a_pcap_file()
    {
        var before = await CapturesAsync();
        try
        {
            var run = await TypeAsync("ping.pcap");
            run.ExitCode.ShouldBe(0, run.Errors + run.Output);
            var file = await File.ReadAllBytesAsync(_checkout.Of("ping.pcap"));
            BitConverter.ToUInt32(file).ShouldBe(PcapMagic);
            run.Output.ShouldContain("ECHO", Case.Sensitive, "the last command prints the pings' flow");
        }
        finally
        {
            foreach (var made in (await CapturesAsync()).Except(before))
            {
                await SendAsync(HttpMethod.Delete, $"/api/capture/{made}");
            }
        }
    }

    /// <summary>The commands of the README's block that speaks of something, run one after the other.</summary>
    private Task<Command> TypeAsync(string something) => _checkout.TypeAsync(Here(Block("sh", something)));

    private static string Block(string language, string something) =>
        Blocks().Matches(_readme).Where(block => block.Groups[1].Value == language).Select(block => block.Groups[2].Value).Single(block => block.Contains(something, StringComparison.Ordinal));

    /// <summary>The same on this lab's ports and folder.</summary>
    private static string Here(string commands) => commands
        .Replace("127.0.0.1:8082", $"127.0.0.1:{RunningLab.HttpPort}", StringComparison.Ordinal)
        .Replace("./skydive client query", $"./skydive client query --analyzer http://127.0.0.1:{RunningLab.HttpPort}", StringComparison.Ordinal)
        .Replace("./skydive pbm", $"./skydive pbm --port {RunningLab.PbmPort}", StringComparison.Ordinal)
        .Replace("./skydive lab exec", $"./skydive lab exec --folder {RunningLab.Folder}", StringComparison.Ordinal);

    private static List<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>What a line says but for the layers, whatever its columns' widths.</summary>
    private static string Words(string line) => string.Join(' ', Layers().Replace(line, "").Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static async Task<IReadOnlyList<string>> CapturesAsync() =>
        [.. JsonNode.Parse(await SendAsync(HttpMethod.Get, "/api/capture"))!.AsObject().Select(capture => capture.Key)];

    private static async Task<string> SendAsync(HttpMethod method, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{RunningLab.HttpPort}{path}");
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("```([a-z]*)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("(Ethernet|…)/[^ ]+")]
    private static partial Regex Layers();
}
