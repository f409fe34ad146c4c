using System.CommandLine;
using System.Globalization;
using Lab.Cluster;
using Lab.Hosts;
using Spectre.Console;

namespace Lab.Commands;

/// <summary>`stop`, `kill`, `start` and `ps`: end a host's analyzer or agent in order or as a crash would, bring it back, see what runs.</summary>
internal static class ProcessCommands
{
    private static readonly Argument<string> _host = new("host") { Description = "a host of the lab: analyzer, agent1, agent2, with several analyzers analyzer1, …, database" };

    public static Command Stop()
    {
        var hosts = new Argument<string[]>("host") { Description = "hosts of the lab; all of them without a name", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("stop", "end what runs on hosts in order: agents first, then analyzers, then the database") { hosts, LabOptions.Folder };
        command.SetAction((parsed, _) => LabOptions.GuardAsync(async () =>
        {
            IReadOnlyList<LabHost> stopped = parsed.GetValue(hosts) is { Length: > 0 } names
                ? [.. names.Select(name => LabOptions.HostOf(parsed, name))]
                : [.. LabOptions.HostsOf(parsed).Where(host => host.IsRunning)];
            LabOptions.FitOutput();
            var cluster = new LabCluster(LabOptions.FolderOf(parsed), LabOptions.ProcessesOf(parsed), new Progress(AnsiConsole.Console));
            return await cluster.StopAsync(stopped) ? 0 : 1;
        }));
        return command;
    }

    public static Command Kill()
    {
        var command = new Command("kill", "kill -9 the analyzer, agent or database of a host") { _host, LabOptions.Folder };
        command.SetAction((parsed, _) => LabOptions.GuardAsync(() =>
        {
            var host = LabOptions.HostOf(parsed, parsed.GetValue(_host)!);
            var pid = ClusterProcesses.Find(host) ?? throw new LabException($"nothing of the product runs on {host.Name}");
            // A database's processes outlive the first one for a while.
            foreach (var one in LabPlan.RoleOf(host.Name) == MachineRole.Database ? PostgreSql.Processes(host) : [pid])
            {
                ProcessStat.Signal(one, ProcessStat.Kill);
            }

            Console.WriteLine($"killed {pid} on {host.Name}");
            return Task.FromResult(0);
        }));
        return command;
    }

    public static Command Start()
    {
        var command = new Command("start", "start a host's analyzer, agent or database again") { _host, LabOptions.Folder };
        command.SetAction((parsed, cancel) => LabOptions.GuardAsync(async () =>
        {
            var host = LabOptions.HostOf(parsed, parsed.GetValue(_host)!);
            if (ClusterProcesses.Find(host) is { } running)
            {
                throw new LabException($"{host.Name} runs already, as {running}");
            }

            await LabOptions.ProcessesOf(parsed).RestartAsync(host, cancel);
            Console.WriteLine($"started on {host.Name}");
            return 0;
        }));
        return command;
    }

    public static Command Pause() => Signalling("pause", "stop what runs on a host where it is, as a machine that hangs would (SIGSTOP)", ProcessStat.Stop, "paused");

    public static Command Resume() => Signalling("resume", "let what was paused go on", ProcessStat.Continue, "resumed");

    private static Command Signalling(string name, string description, int signal, string done)
    {
        var command = new Command(name, description) { _host, LabOptions.Folder };
        command.SetAction((parsed, _) => LabOptions.GuardAsync(() =>
        {
            var host = LabOptions.HostOf(parsed, parsed.GetValue(_host)!);
            var pid = ClusterProcesses.Find(host) ?? throw new LabException($"nothing of the product runs on {host.Name}");
            ProcessStat.Signal(pid, signal);
            Console.WriteLine($"{done} {pid} on {host.Name}");
            return Task.FromResult(0);
        }));
        return command;
    }

    public static Command List()
    {
        var command = new Command("ps", "the lab's hosts and what runs on them") { LabOptions.Folder };
        command.SetAction((parsed, _) => LabOptions.GuardAsync(() =>
        {
            var (hosts, _, tunnel) = LabOptions.FolderOf(parsed).Load();
            if (hosts.Count == 0)
            {
                throw new LabException("no lab is up: ./skydive up");
            }

            var table = new Table().AddColumns("host", "state", "process", "resident").Title($"tunnel {tunnel}");
            foreach (var host in hosts.Where(h => h.Name != "underlay"))
            {
                var pid = host.IsRunning ? ClusterProcesses.Find(host) : null;
                table.AddRow(host.Name, host.IsRunning ? "up" : "gone", pid?.ToString(CultureInfo.InvariantCulture) ?? "none",
                    pid is { } p ? string.Create(CultureInfo.InvariantCulture, $"{ProcessStat.ResidentKiB(p) / 1024.0:0.0} MiB") : "");
            }

            AnsiConsole.Write(table);
            return Task.FromResult(0);
        }));
        return command;
    }
}
