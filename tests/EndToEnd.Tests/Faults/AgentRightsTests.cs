using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Cli.Client;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Faults;

/// <summary>An agent that isn't root, and one that is and gives away what it doesn't need.</summary>
public sealed class AgentRightsTests : IAsyncLifetime
{
    private const int HttpPort = 18446;
    private const int RemotingPort = 18447;
    private const ulong Raw = 1UL << 13;
    private const ulong Admin = 1UL << 12;
    private const ulong SysAdmin = 1UL << 21;
    private const ulong DacOverride = 1UL << 1;

    private readonly string _folder = Directory.CreateTempSubdirectory("skydive-rights-").FullName;
    private readonly List<Process> _processes = [];
    private readonly SkydiveClient _client = new(new Uri($"http://127.0.0.1:{HttpPort}"));

    public async Task InitializeAsync()
    {
        Start("dotnet", Repository.Program("Analyzer.Node", "Analyzer.Node"), "run", "--set", $"skydive.analyzer.http.port={HttpPort}", "--set", $"skydive.analyzer.remoting.port={RemotingPort}",
            "--set", "skydive.analyzer.console.port=0", "--set", $"skydive.analyzer.storage.file=\"{_folder}/skydive.db\"");
        await RunningLab.EventuallyAsync("the analyzer is ready", async () => await _client.IsReadyAsync(CancellationToken.None));
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_agent_without_root_sees_namespaces_and_captures_packets()
    {
        await Command.RunAsync("ip", "netns", "add", "skydive-rights");
        try
        {
            await Command.RunAsync("ip", "-n", "skydive-rights", "link", "set", "lo", "up");
            var agent = Start("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all,+net_raw,+net_admin,+sys_admin",
                "--inh-caps", "-all,+net_raw,+net_admin,+sys_admin", "--ambient-caps", "-all,+net_raw,+net_admin,+sys_admin", "dotnet", Repository.Program("Agent.Node", "Agent.Node"), "run",
                "--set", "skydive.host-id=unprivileged", "--set", $"skydive.agent.analyzers=[\"127.0.0.1:{RemotingPort}\"]", "--set", "skydive.agent.console.port=0", "--set", "skydive.flow.update-every=1s");
            const string Lo = "G.V().Has('Name', 'unprivileged', 'Type', 'host').Out().Has('Name', 'skydive-rights').Out().Has('Name', 'lo')";
            await RunningLab.EventuallyAsync("the namespace's interface", async () => (await _client.ElementsAsync(Lo, CancellationToken.None)).Count == 1);
            File.ReadAllText($"/proc/{agent.Id}/status").ShouldContain("Uid:\t65534\t65534\t65534\t65534");
            CapabilitiesOf(agent.Id, "CapPrm").ShouldBe(Raw | Admin | SysAdmin);

            await _client.CreateCaptureAsync(new JsonObject { ["GremlinQuery"] = Lo }, CancellationToken.None);
            await RunningLab.EventuallyAsync("pings are captured", async () =>
            {
                await Command.RunAsync("ip", "netns", "exec", "skydive-rights", "ping", "-c", "1", "127.0.0.1");
                return (await _client.ElementsAsync("G.Flows().Has('Application', 'ICMPv4')", CancellationToken.None)).Count > 0;
            });
        }
        finally
        {
            await Command.RunAsync("ip", "netns", "del", "skydive-rights");
        }
    }

    [Fact]
    public async Task An_agent_that_is_root_gives_away_what_it_does_not_need()
    {
        var agent = Start("dotnet", Repository.Program("Agent.Node", "Agent.Node"), "run",
            "--set", "skydive.host-id=privileged", "--set", $"skydive.agent.analyzers=[\"127.0.0.1:{RemotingPort}\"]", "--set", "skydive.agent.console.port=0");
        await RunningLab.EventuallyAsync("its host", async () => (await _client.ElementsAsync("G.V().Has('Name', 'privileged', 'Type', 'host')", CancellationToken.None)).Count == 1);
        foreach (var set in new[] { "CapPrm", "CapEff", "CapBnd" })
        {
            (CapabilitiesOf(agent.Id, set) & ~(Raw | Admin | SysAdmin | DacOverride)).ShouldBe(0UL, set);
        }

        File.ReadAllText($"/proc/{agent.Id}/status").ShouldContain("NoNewPrivs:\t1");
        // All its threads alike.
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{agent.Id}/task"))
        {
            File.ReadLines(Path.Combine(thread, "status")).Single(line => line.StartsWith("CapEff", StringComparison.Ordinal)).ShouldBe($"CapEff:\t{CapabilitiesOf(agent.Id, "CapEff"):x16}");
        }
    }

    private static ulong CapabilitiesOf(int process, string set) =>
        ulong.Parse(File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith(set, StringComparison.Ordinal)).Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, WorkingDirectory = _folder })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        _processes.Add(process);
        return process;
    }
}
