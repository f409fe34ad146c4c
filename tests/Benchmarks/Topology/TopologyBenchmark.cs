using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Benchmarks.Flows;
using Benchmarks.Ingest;
using Lab.Hosts;
using Spectre.Console;

namespace Benchmarks.Topology;

/// <summary>
/// A large host and many hosts: thousands of interfaces and hundreds of namespaces come, change, are there and go, seen from the kernel
/// to a page's WebSocket through an agent and an analyzer as they are; then 200 hosts' graphs on one analyzer.
/// </summary>
internal static class TopologyBenchmark
{
    private const int Pairs = 2_500;
    private const int Interfaces = 2 * Pairs;
    private const int Namespaces = 500;
    private const int Hosts = 200;
    private const int NodesOfHost = 250;
    private const int MaxMiB = 250;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BeforeRest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Runs itself again as a machine of its own: what it makes ends with it, and it sees nothing of this one's. No interface looks
    /// for routers, or at rest there'd be no rest.
    /// </summary>
    internal static int Run(string[] arguments)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            AnsiConsole.MarkupLine("[yellow]without the topology benchmark: it makes network namespaces, as root only[/]");
            return 0;
        }

        const string init = "mount -t tmpfs lab /run/netns && mount -t tmpfs lab /run/openvswitch && mount -t sysfs lab /sys && ip link set lo up && sysctl -qw net.ipv6.conf.default.router_solicitations=0 && exec \"$0\" \"$@\"";
        Directory.CreateDirectory("/run/netns");
        Directory.CreateDirectory("/run/openvswitch");
        using var inside = Process.Start(new ProcessStartInfo("unshare", [
            "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
            "sh", "-c", init, "dotnet", typeof(TopologyBenchmark).Assembly.Location, "topology", "inside", .. arguments]))!;
        inside.WaitForExit();
        return inside.ExitCode;
    }

    /// <summary>All of it, or the phases named: `host`, `hosts`; with `postgresql` the journal is there.</summary>
    internal static async Task<int> RunInsideAsync(string[] arguments)
    {
        using var postgres = arguments.Contains("postgresql") ? PostgresServer.Start() : null;
        var storage = postgres is null ? "" : $"provider = postgresql, connection-string = \"{postgres.ConnectionString}\"";
        var figures = new Figures();
        var all = !arguments.Contains("host") && !arguments.Contains("hosts");
        if (all || arguments.Contains("host"))
        {
            await OneHostAsync(figures, storage);
        }

        if (all || arguments.Contains("hosts"))
        {
            await ManyHostsAsync(figures, storage);
        }

        figures.Write();
        return figures.AreMet ? 0 : 1;
    }

    private static async Task OneHostAsync(Figures figures, string storage)
    {
        using var folder = new TemporaryFolder("topology-");
        using var analyzer = await AnalyzerProcess.StartAsync(storage);
        using var agent = Programs.StartAgent(folder.Root, "large", analyzer.Remoting);
        var (page, _) = await PageClient.OpenAsync(analyzer.Http);
        using var pageToo = page;
        var lab = new Lab(figures, analyzer, agent, page, folder.Root);
        await page.UntilAsync("the host is there", Patience, nodes => nodes.Values.Any(n => n.Type == "host") && nodes.Values.Any(n => n.Name == "lo"));
        await Task.Delay(BeforeRest);

        await lab.PhaseAsync("new interfaces", Interfaces, [.. Enumerable.Range(0, Pairs).Select(i => $"link add t{i}a group 7 type veth peer name t{i}b")],
            nodes => nodes.Values.Count(n => n.Type == "veth") == Interfaces);
        await lab.PhaseAsync("changes of MTU", Interfaces, [.. Enumerable.Range(0, Pairs).SelectMany(i => new[] { $"link set t{i}a mtu 1400", $"link set t{i}b mtu 1400" })],
            nodes => nodes.Values.Count(n => n is { Type: "veth", Mtu: 1400 }) == Interfaces);
        await lab.PhaseAsync("brought up", Interfaces, [.. Enumerable.Range(0, Pairs).SelectMany(i => new[] { $"link set t{i}a up", $"link set t{i}b up" })],
            nodes => nodes.Values.Count(n => n is { Type: "veth", State: "UP" }) == Interfaces,
            nodes => nodes.Values.Count(n => n is { Type: "veth", OperState: "UP" }) == Interfaces);
        await lab.PhaseAsync("namespaces made", 2 * Namespaces, [.. Enumerable.Range(0, Namespaces).Select(i => $"netns add n{i}")],
            nodes => nodes.Values.Count(n => n.Type == "netns") == Namespaces && nodes.Values.Count(n => n.Name == "lo") == Namespaces + 1);

        await Task.Delay(BeforeRest);
        var (bytes, messages, _) = page.Changes;
        var (agentCpu, analyzerCpu) = (Cpu(agent), analyzer.Cpu);
        await Task.Delay(Rest);
        figures.Add("at rest, agent", (Cpu(agent) - agentCpu) / Rest.TotalSeconds * 100, 3, "% of a core");
        figures.Add("at rest, analyzer", (analyzer.Cpu - analyzerCpu) / Rest.TotalSeconds * 100, 2, "% of a core");
        figures.Add("at rest, the page was told", $"{page.Changes.Messages - messages} messages, {page.Changes.Bytes - bytes:N0} bytes");
        figures.Add("at rest, agent resident", ProcessStat.ResidentKiB(agent.Id) / 1024.0, MaxMiB, "MiB");
        figures.Add("at rest, analyzer resident", analyzer.Resident / 1048576.0, MaxMiB, "MiB");

        await lab.PhaseAsync("namespaces deleted", 2 * Namespaces, [.. Enumerable.Range(0, Namespaces).Select(i => $"netns del n{i}")],
            nodes => nodes.Values.All(n => n.Type != "netns") && nodes.Values.Count(n => n.Name == "lo") == 1);
        await lab.PhaseAsync("interfaces deleted", Interfaces, ["link del group 7"], nodes => nodes.Values.All(n => n.Type != "veth"));
        figures.Add("highest resident, agent", lab.HighestAgent, MaxMiB, "MiB");
        figures.Add("highest resident, analyzer", lab.HighestAnalyzer, MaxMiB, "MiB");

        var kernel = await KernelAsync();
        var shown = page.Look(nodes => nodes.Values.Where(n => n.IfIndex > 0).OrderBy(n => n.IfIndex).Select(n => (n.IfIndex, n.Name, n.Mtu)).ToList());
        var stored = await analyzer.NumberAsync("G.V().Count()");
        figures.Add("at the end the graph is the kernel's", $"{shown.Count} interfaces of {kernel.Count}, {stored} nodes stored", shown.SequenceEqual(kernel) && stored == kernel.Count + 1);
        agent.Kill();
        await agent.WaitForExitAsync();
    }

    private static async Task ManyHostsAsync(Figures figures, string storage)
    {
        using var analyzer = await AnalyzerProcess.StartAsync(storage);
        using var hosts = Process.Start(new ProcessStartInfo("dotnet", [
            typeof(SyntheticHosts).Assembly.Location, "topology", "hosts-process", $"{analyzer.Remoting}", $"{Hosts}", $"{NodesOfHost}"])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await hosts.StandardOutput.ReadLineAsync();
        var clock = Stopwatch.StartNew();
        while (await analyzer.NumberAsync("G.V().Count()") < Hosts * NodesOfHost)
        {
            if (clock.Elapsed > Patience)
            {
                throw new InvalidOperationException($"the hosts' graphs aren't all there after {Patience.TotalSeconds} s");
            }

            await Task.Delay(200);
        }

        figures.Add($"{Hosts} hosts of {NodesOfHost} nodes, all there", $"after {clock.Elapsed.TotalSeconds:0.0} s");
        await Task.Delay(BeforeRest);
        var cpu = analyzer.Cpu;
        await Task.Delay(Rest);
        figures.Add($"{Hosts} hosts at rest, analyzer", (analyzer.Cpu - cpu) / Rest.TotalSeconds * 100, 5, "% of a core");
        figures.Add($"{Hosts} hosts at rest, analyzer resident", $"{analyzer.Resident >> 20} MiB");
        var (page, took) = await PageClient.OpenAsync(analyzer.Http);
        using var pageToo = page;
        figures.Add("a page's first full graph", took.TotalSeconds, 2, "s");
        figures.Add("its size", $"{page.WholeBytes / 1e6:0.0} MB, {page.Look(n => n.Count):N0} nodes, {page.EdgeCount:N0} edges; analyzer then {analyzer.Resident >> 20} MiB");
        var before = page.Changes;
        var changed = Stopwatch.StartNew();
        await hosts.StandardInput.WriteLineAsync($"{Hosts / 2}");
        await hosts.StandardInput.FlushAsync();
        await page.UntilAsync("one interface changed", Patience, nodes => nodes.Values.Any(n => n.Mtu == 1400));
        figures.Add("one change of one interface, on the page", changed.Elapsed.TotalSeconds, 1, "s");
        await Task.Delay(Settling);
        var told = (Bytes: page.Changes.Bytes - before.Bytes, Elements: page.Changes.Elements - before.Elements);
        figures.Add("what the page got for it", string.Create(CultureInfo.InvariantCulture, $"{told.Elements} element, {told.Bytes:N0} bytes"), told is { Elements: 1, Bytes: < 2_000 });
        hosts.Kill();
        await hosts.WaitForExitAsync();
    }

    private static async Task<List<(long Index, string Name, long Mtu)>> KernelAsync()
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", ["-j", "link"]) { RedirectStandardOutput = true })!;
        var links = JsonNode.Parse(await ip.StandardOutput.ReadToEndAsync())!.AsArray();
        await ip.WaitForExitAsync();
        return [.. links.Select(link => ((long)link!["ifindex"]!, (string)link["ifname"]!, (long)link["mtu"]!)).OrderBy(link => link.Item1)];
    }

    private static double Cpu(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>The host, its agent, the analyzer and the page, and what they take while something happens.</summary>
    private sealed class Lab(Figures figures, AnalyzerProcess analyzer, Process agent, PageClient page, string folder)
    {
        internal double HighestAgent { get; private set; }

        internal double HighestAnalyzer { get; private set; }

        /// <summary>Has `ip` do something, waits until the page has seen it, and tells how long and how much that took.</summary>
        internal async Task PhaseAsync(string what, int changes, string[] commands, Func<IReadOnlyDictionary<string, PageNode>, bool> seen, Func<IReadOnlyDictionary<string, PageNode>, bool>? over = null)
        {
            var batch = Path.Combine(folder, "batch");
            await File.WriteAllLinesAsync(batch, commands);
            var (agentCpu, analyzerCpu, before) = (Cpu(agent), analyzer.Cpu, page.Changes);
            var clock = Stopwatch.StartNew();
            using var watch = new CancellationTokenSource();
            var watching = WatchMemoryAsync(watch.Token);
            ChildProcess.Expect("ip", "-batch", batch);
            var made = clock.Elapsed;
            await page.UntilAsync(what, Patience, seen);
            var lag = clock.Elapsed - made;
            if (over is not null)
            {
                // What the kernel does by itself: carriers a hundred a second, addresses after they proved to be nobody else's.
                await page.UntilAsync($"{what}: all of it", Patience, over);
                await Task.Delay(BeforeRest);
                changes = (int)(page.Changes.Elements - before.Elements);
            }

            await Task.Delay(Settling);
            await watch.CancelAsync();
            await watching;
            figures.Add($"{what}: {commands.Length:N0} commands, {changes:N0} changes", $"in {made.TotalSeconds:0.00} s");
            figures.Add($"{what}: seen after the last", lag.TotalSeconds, 1, "s");
            figures.Add($"{what}: agent, per 1,000", (Cpu(agent) - agentCpu) / changes * 1_000, 0.4, "CPU s");
            figures.Add($"{what}: analyzer, per 1,000", (analyzer.Cpu - analyzerCpu) / changes * 1_000, 0.4, "CPU s");
            var told = page.Changes;
            figures.Add($"{what}: the page was told", $"{told.Elements - before.Elements:N0} elements in {told.Messages - before.Messages} messages, {(told.Bytes - before.Bytes) / 1e6:0.0} MB");
        }

        private async Task WatchMemoryAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                HighestAgent = Math.Max(HighestAgent, ProcessStat.ResidentKiB(agent.Id) / 1024.0);
                HighestAnalyzer = Math.Max(HighestAnalyzer, analyzer.Resident / 1048576.0);
                await Task.Delay(200, CancellationToken.None);
            }
        }
    }
}
