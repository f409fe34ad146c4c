using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Readme;

/// <summary>What the README has its reader type in the lab, typed as it stands there.</summary>
[Collection(SharedLab.Name)]
public sealed partial class ReadmeTests : IDisposable
{
    /// <summary>Of pcap with nanoseconds.</summary>
    private const uint PcapMagic = 0xa1b23c4d;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("skydive-readme-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_capture_is_asked_to_keep_packets_and_they_come_as_a_pcap_file()
    {
        var before = await CapturesAsync();
        try
        {
            var run = await TypeAsync("ping.pcap");
            run.ExitCode.ShouldBe(0, run.Errors + run.Output);
            var file = await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "ping.pcap"));
            BitConverter.ToUInt32(file).ShouldBe(PcapMagic);
            run.Output.ShouldContain("ECHO", Case.Sensitive, "the last command prints the pings' flow");
        }
        finally
        {
            foreach (var made in (await CapturesAsync()).Except(before))
                await SendAsync(HttpMethod.Delete, $"/api/capture/{made}");
        }
    }

    /// <summary>The commands of the README's block that speaks of something, run one after the other, on this lab's ports and folder.</summary>
    private Task<Command> TypeAsync(string something)
    {
        var commands = Blocks().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))).Select(block => block.Groups[1].Value).Single(block => block.Contains(something, StringComparison.Ordinal));
        var here = commands
            .Replace("127.0.0.1:8082", $"127.0.0.1:{RunningLab.HttpPort}", StringComparison.Ordinal)
            .Replace("./skydive lab exec", $"dotnet {Repository.Program("deploy/lab", "Lab")} exec --folder {RunningLab.Folder}", StringComparison.Ordinal)
            .Replace("./skydive flows", $"dotnet {Repository.Program("cli", "Cli")} flows", StringComparison.Ordinal);
        here.ShouldNotContain("./skydive");
        return Command.RunAsync("bash", "-c", $"set -e; cd {_folder.FullName}\n{here}");
    }

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

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
