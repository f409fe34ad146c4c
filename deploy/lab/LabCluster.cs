using Cli.Client;
using Lab.Cluster;
using Lab.Hosts;
using Lab.Network;

namespace Lab;

/// <summary>What the lab is made of: hosts on one underlay, their processes, and the ways in from this machine's loopback.</summary>
internal sealed class LabCluster(LabFolder folder, ClusterProcesses processes, Progress progress)
{
    private static readonly string[] _programs = ["unshare", "nsenter", "setsid", "ip", "ethtool", "socat"];
    private static readonly string[] _switchPrograms = ["ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovsdb-tool"];
    private const int AgentsAtOnce = 5;

    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(15);

    private readonly List<LabHost> _hosts = [];
    private readonly List<Forwarder> _forwarders = [];

    /// <summary>The way the lab is refused here, in words for its user; null when it can run.</summary>
    public static string? Refusal(LabPlan plan)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "the lab needs root: it makes network namespaces and captures packets";
        }

        var missing = _programs.Concat(plan.IsLight ? [] : _switchPrograms).Where(p => !Shell.Has(p)).ToList();
        if (missing.Count > 0)
        {
            return $"the lab needs {string.Join(", ", missing)} (Debian: openvswitch-switch, iproute2, util-linux, ethtool, socat)";
        }

        return plan.HasDatabase && PostgreSql.Missing is { } server ? $"several analyzers need {server}" : null;
    }

    public async Task UpAsync(LabPlan plan, CancellationToken cancel)
    {
        await ReplaceEarlierAsync();
        folder.Create([.. plan.Machines.Select(machine => machine.Name)]);
        var analyzers = plan.Of(MachineRole.Analyzer);
        var agents = plan.Of(MachineRole.Agent);

        progress.Step($"hosts {Listed(plan.Machines.Skip(1))} and the wire between them");
        foreach (var machine in plan.Machines)
        {
            _hosts.Add(await LabHost.CreateAsync(machine.Name, folder, cancel));
            folder.Save(_hosts, _forwarders, plan.TunnelName);
        }

        await Underlay.ConnectAsync(_hosts[0], _hosts[1..], cancel);
        foreach (var machine in plan.Machines.Where(machine => machine.Role is MachineRole.Database or MachineRole.Analyzer || (machine.Role == MachineRole.Agent && plan.IsLight)))
        {
            await Host(machine).RunAsync($"ip addr add {machine.Address}/24 dev eth1", cancel);
        }

        var database = plan.Of(MachineRole.Database).SingleOrDefault();
        if (database is not null)
        {
            progress.Step($"PostgreSQL on {database.Address}");
            await PostgreSql.CreateAsync(Host(database), database.Address, cancel);
        }

        if (!plan.IsLight)
        {
            progress.Step($"Open vSwitch on {Listed(agents)}, each with its own database and userspace datapath");
            foreach (var agent in agents)
            {
                await OpenVSwitch.StartAsync(Host(agent), folder, cancel);
                await OpenVSwitch.AttachUnderlayAsync(Host(agent), agent.Address, cancel);
            }
        }

        var postgres = plan.Postgres ?? (database is null ? null : PostgreSql.ConnectionString(database.Address));
        foreach (var (index, analyzer) in analyzers.Index())
        {
            progress.Step($"{analyzer.Name} on {analyzer.Address}, its page on http://127.0.0.1:{plan.HttpPort + index}");
            processes.StartAnalyzer(Host(analyzer), analyzer.Address, [.. analyzers.Select(a => a.Address)], postgres);
            foreach (var (port, hostPort) in new[] { (plan.HttpPort + index, 8082), (plan.PbmPort + index, 9110) })
            {
                _forwarders.Add(await Forwarder.CreateAsync(Host(analyzer), folder, port, hostPort, cancel));
                folder.Save(_hosts, _forwarders, plan.TunnelName);
            }
        }

        progress.Step(agents.Count == 1 ? "the agent" : "the agents");
        foreach (var some in agents.Chunk(AgentsAtOnce))
        {
            foreach (var agent in some)
            {
                processes.StartAgent(Host(agent), agent.Address, [.. analyzers.Select(a => a.Address)]);
            }

            // Their own hosts would start them at once; here they'd take each other's cores until the cluster takes them for dead.
            await AgentsListenAsync(some, cancel);
        }

        if (plan.Tunnel is { } tunnel)
        {
            progress.Step($"a namespace, a veth pair and a bridge with a {plan.TunnelName.ToUpperInvariant()} port on each agent");
            await TutorialNetwork.CreateAsync([.. agents.Select(Host)], tunnel, cancel);
        }

        foreach (var (index, analyzer) in analyzers.Index())
        {
            using var client = Client(plan.HttpPort + index);
            await ReadyAsync(client, Host(analyzer), cancel);
            // Otherwise the tutorial waits for more.
            if (plan.Tunnel is null)
            {
                await AgentsAsync(client, plan, cancel);
            }
        }
    }

    /// <summary>A client of the analyzer's API, by this machine's loopback.</summary>
    public static SkydiveClient Client(int httpPort) => new(new UriBuilder("http", "127.0.0.1", httpPort).Uri, Credentials.Find(null));

    /// <summary>Ends the product's processes on these hosts as an operator would: the agents, then the analyzers, which they take their leave of, then the database. False when one doesn't end, which is said.</summary>
    public async Task<bool> StopAsync(IReadOnlyList<LabHost> hosts)
    {
        var all = true;
        foreach (var role in hosts.GroupBy(host => LabPlan.RoleOf(host.Name)).OrderByDescending(role => role.Key))
        {
            // Of two that leave at once an analyzer finds a connection broken more often; many can't take their turns.
            foreach (var some in role.Chunk(role.Key == MachineRole.Agent ? Math.Max(1, role.Count() / 3) : 1))
            {
                all &= (await Task.WhenAll(some.Select(StopAsync))).All(ended => ended);
            }
        }

        return all;
    }

    private async Task<bool> StopAsync(LabHost host)
    {
        if (ClusterProcesses.Find(host) is not { } pid)
        {
            return true;
        }

        var ended = true;
        if (LabPlan.RoleOf(host.Name) == MachineRole.Database)
        {
            await PostgreSql.StopAsync(host, CancellationToken.None);
        }
        else
        {
            ended = await ProcessStat.EndAsync(pid, ProcessStat.StartTime(pid), ProcessStat.Terminate, _endPatience);
        }

        progress.Step(ended ? $"{host.Name} ended" : $"{host.Name}, process {pid}, doesn't end within {_endPatience.TotalSeconds} s");
        return ended;
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

    private async Task AgentsListenAsync(IReadOnlyList<Machine> agents, CancellationToken cancel)
    {
        for (var attempt = 0; agents.Count == AgentsAtOnce && attempt < 100 && !agents.All(agent => HasRegistered(processes.LogOf(Host(agent)))); attempt++)
        {
            await Task.Delay(100, cancel);
        }
    }

    private static bool HasRegistered(string log) => File.Exists(log) && File.ReadLines(log).Any(line => line.Contains("registered", StringComparison.Ordinal));

    private LabHost Host(Machine machine) => _hosts.Single(host => host.Name == machine.Name);

    private static string Listed(IEnumerable<Machine> machines)
    {
        var names = machines.Select(machine => machine.Name).ToList();
        return names.Count <= 10 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} … {names[^1]}";
    }

    private async Task ReadyAsync(SkydiveClient client, LabHost analyzer, CancellationToken cancel)
    {
        progress.Step($"waiting until {analyzer.Name} is ready");
        for (var attempt = 0; !await client.IsReadyAsync(cancel); attempt++)
        {
            if (attempt == 240 || (attempt > 20 && ClusterProcesses.Find(analyzer) is null))
            {
                throw new LabException($"{analyzer.Name} isn't ready; the end of its log:\n{Tail(processes.LogOf(analyzer))}");
            }

            await Task.Delay(250, cancel);
        }
    }

    /// <summary>Waits until all agents have told of their hosts, down to the underlay's address.</summary>
    private async Task AgentsAsync(SkydiveClient client, LabPlan plan, CancellationToken cancel)
    {
        progress.Step("waiting until all agents have told of their hosts");
        var query = $"G.V().Has('Type', 'host').Out().Has('Name', '{(plan.IsLight ? "eth1" : "br-phy")}').HasKey('IPV4')";
        for (var attempt = 0; (await client.ElementsAsync(query, cancel)).Count < plan.Agents; attempt++)
        {
            if (attempt == 240)
            {
                throw new LabException($"the agents' hosts aren't all in the graph; their logs: {string.Join(", ", plan.Of(MachineRole.Agent).Select(agent => processes.LogOf(Host(agent))))}");
            }

            await Task.Delay(250, cancel);
        }
    }

    private static string Tail(string file) => File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(20)) : "(no log)";
}
