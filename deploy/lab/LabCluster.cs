using Cli.Client;
using Lab.Cluster;
using Lab.Hosts;
using Lab.Network;

namespace Lab;

/// <summary>What the lab is made of: three hosts on one underlay, their processes, and the way in from this machine's loopback.</summary>
internal sealed class LabCluster(LabFolder folder, ClusterProcesses processes, Progress progress)
{
    public const string AnalyzerAddress = "192.168.50.10";
    public const string Agent1Address = "192.168.50.20";
    public const string Agent2Address = "192.168.50.30";
    private static readonly string[] _programs = ["unshare", "nsenter", "setsid", "ip", "ethtool", "socat", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovsdb-tool"];

    private static readonly string[] _names = ["underlay", "analyzer", "agent1", "agent2"];

    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(15);

    private readonly List<LabHost> _hosts = [];
    private readonly List<Forwarder> _forwarders = [];

    /// <summary>How the lab is to be.</summary>
    /// <param name="Tunnel">The tunnel between the agents' br0; null: hosts and cluster alone, without the tutorial's network.</param>
    /// <param name="HttpPort">The port of 127.0.0.1 that leads to the analyzer's API and page.</param>
    /// <param name="PbmPort">The port of 127.0.0.1 that leads to the analyzer's console.</param>
    /// <param name="Postgres">A connection string for the analyzer's journal; null: a SQLite file in the lab's folder.</param>
    internal sealed record Shape(TunnelKind? Tunnel, int HttpPort, int PbmPort, string? Postgres)
    {
        /// <summary>The tunnel's name, "none" without one.</summary>
        public string TunnelName => Tunnel?.ToString() ?? "none";
    }

    /// <summary>The way the lab is refused here, in words for its user; null when it can run.</summary>
    public static string? Refusal()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "the lab needs root: it makes network namespaces and captures packets";
        }

        var missing = _programs.Where(p => !Shell.Has(p)).ToList();
        return missing.Count == 0 ? null : $"the lab needs {string.Join(", ", missing)} (Debian: openvswitch-switch, iproute2, util-linux, ethtool, socat)";
    }

    public async Task UpAsync(Shape shape, CancellationToken cancel)
    {
        await ReplaceEarlierAsync();
        folder.Create(_names);

        progress.Step("hosts analyzer, agent1, agent2 and the wire between them");
        var underlay = await HostAsync("underlay", shape, cancel);
        var analyzer = await HostAsync("analyzer", shape, cancel);
        var agent1 = await HostAsync("agent1", shape, cancel);
        var agent2 = await HostAsync("agent2", shape, cancel);
        await Underlay.ConnectAsync(underlay, [analyzer, agent1, agent2], cancel);
        await analyzer.RunAsync($"ip addr add {AnalyzerAddress}/24 dev eth1", cancel);

        progress.Step("Open vSwitch on agent1 and agent2, each with its own database and userspace datapath");
        foreach (var (host, address) in new[] { (agent1, Agent1Address), (agent2, Agent2Address) })
        {
            await OpenVSwitch.StartAsync(host, folder, cancel);
            await OpenVSwitch.AttachUnderlayAsync(host, address, cancel);
        }

        progress.Step($"the analyzer on {AnalyzerAddress}, its page on http://127.0.0.1:{shape.HttpPort}");
        processes.StartAnalyzer(analyzer, AnalyzerAddress, shape.Postgres);
        foreach (var (port, hostPort) in new[] { (shape.HttpPort, 8082), (shape.PbmPort, 9110) })
        {
            _forwarders.Add(await Forwarder.CreateAsync(analyzer, folder, port, hostPort, cancel));
            folder.Save(_hosts, _forwarders, shape.TunnelName);
        }

        progress.Step("the agents");
        processes.StartAgent(agent1, Agent1Address, AnalyzerAddress);
        processes.StartAgent(agent2, Agent2Address, AnalyzerAddress);

        if (shape.Tunnel is { } tunnel)
        {
            progress.Step($"a namespace, a veth pair and a bridge with a {shape.TunnelName.ToUpperInvariant()} port on each agent");
            await TutorialNetwork.CreateAsync(agent1, 1, Agent2Address, tunnel, cancel);
            await TutorialNetwork.CreateAsync(agent2, 2, Agent1Address, tunnel, cancel);
        }

        using var client = Client(shape.HttpPort);
        await ReadyAsync(client, analyzer, cancel);
        // Otherwise the tutorial waits for more.
        if (shape.Tunnel is null)
        {
            await AgentsAsync(client, cancel);
        }
    }

    /// <summary>A client of the analyzer's API, by this machine's loopback.</summary>
    public static SkydiveClient Client(int httpPort) => new(new UriBuilder("http", "127.0.0.1", httpPort).Uri, Credentials.Find(null));

    /// <summary>Ends the product's processes on these hosts as an operator would: the agents, then the analyzer, which they take their leave of. False when one doesn't end, which is said.</summary>
    public async Task<bool> StopAsync(IReadOnlyList<LabHost> hosts)
    {
        var all = true;
        // One after the other: of two that leave at once an analyzer finds a connection broken more often.
        foreach (var host in hosts.OrderBy(h => h.Name == "analyzer"))
        {
            if (ClusterProcesses.Find(host) is not { } pid)
            {
                continue;
            }

            var ended = await ProcessStat.EndAsync(pid, ProcessStat.StartTime(pid), ProcessStat.Terminate, _endPatience);
            progress.Step(ended ? $"{host.Name} ended" : $"{host.Name}, process {pid}, doesn't end within {_endPatience.TotalSeconds} s");
            all &= ended;
        }

        return all;
    }

    /// <summary>Ends the product's processes in order, then does as <see cref="DownAsync"/>.</summary>
    public async Task<bool> DownInOrderAsync()
    {
        await StopAsync(folder.Load().Hosts);
        return await DownAsync();
    }

    /// <summary>Ends everything the lab started and removes what it wrote; does nothing when there's no lab.</summary>
    public async Task<bool> DownAsync()
    {
        var (hosts, forwarders, _) = folder.Load();
        foreach (var forwarder in forwarders.Concat(_forwarders))
        {
            forwarder.Destroy();
        }

        var all = hosts.Concat(_hosts).DistinctBy(h => h.Pid).ToList();
        var ended = await Task.WhenAll(all.Select(h => h.DestroyAsync()));
        // The folder stays with a host that does: it says which one it is.
        if (all.Where((_, i) => !ended[i]).Select(h => $"{h.Name} (pid {h.Pid})").ToList() is { Count: > 0 } left)
        {
            throw new LabException($"these hosts don't end: {string.Join(", ", left)}; ./skydive down tries again");
        }

        var was = all.Count > 0;
        _hosts.Clear();
        _forwarders.Clear();
        folder.Delete();
        return was;
    }

    private async Task ReplaceEarlierAsync()
    {
        if (!folder.HoldsALab)
        {
            return;
        }

        progress.Step("removing the lab that's up");
        await DownInOrderAsync();
    }

    private async Task<LabHost> HostAsync(string name, Shape shape, CancellationToken cancel)
    {
        var host = await LabHost.CreateAsync(name, folder, cancel);
        _hosts.Add(host);
        folder.Save(_hosts, _forwarders, shape.TunnelName);
        return host;
    }

    private async Task ReadyAsync(SkydiveClient client, LabHost analyzer, CancellationToken cancel)
    {
        progress.Step("waiting until the analyzer is ready");
        for (var attempt = 0; !await client.IsReadyAsync(cancel); attempt++)
        {
            if (attempt == 240 || (attempt > 20 && ClusterProcesses.Find(analyzer) is null))
            {
                throw new LabException($"the analyzer isn't ready; the end of its log:\n{Tail(processes.LogOf(analyzer))}");
            }

            await Task.Delay(250, cancel);
        }
    }

    /// <summary>Waits until both agents have told of their hosts, down to the underlay's address on br-phy.</summary>
    private async Task AgentsAsync(SkydiveClient client, CancellationToken cancel)
    {
        progress.Step("waiting until both agents have told of their hosts");
        for (var attempt = 0; (await client.ElementsAsync("G.V().Has('Type', 'host').Out().Has('Name', 'br-phy').HasKey('IPV4')", cancel)).Count < 2; attempt++)
        {
            if (attempt == 240)
            {
                throw new LabException($"the agents' hosts aren't in the graph; their logs: {string.Join(", ", _hosts.Where(host => host.Name.StartsWith("agent", StringComparison.Ordinal)).Select(processes.LogOf))}");
            }

            await Task.Delay(250, cancel);
        }
    }

    private static string Tail(string file) => File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(20)) : "(no log)";
}
