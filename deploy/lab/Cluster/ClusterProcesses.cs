using System.Diagnostics;
using Lab.Hosts;

namespace Lab.Cluster;

/// <summary>Starts analyzers and agents on their hosts, each with a configuration file written into the lab's folder.</summary>
internal sealed class ClusterProcesses(LabFolder folder)
{
    private readonly LabCertificates _certificates = new(folder);

    public void StartAnalyzer(LabHost host, string address, IReadOnlyList<string> analyzers, string? postgres) =>
        Start(host, LabConfiguration.Analyzer(host.Name, address, analyzers, folder.Of(host.Name), postgres) + _certificates.Issue(host.Name, address));

    public void StartAgent(LabHost host, string address, IReadOnlyList<string> analyzers) =>
        Start(host, LabConfiguration.Agent(host.Name, address, analyzers) + _certificates.Issue(host.Name, address));

    /// <summary>The process that does what a host is for: its pid as this machine numbers it; null when it doesn't run.</summary>
    public static int? Find(LabHost host) => LabPlan.RoleOf(host.Name) == MachineRole.Database
        ? PostgreSql.Processes(host).Cast<int?>().Min()
        : host.Processes("Analyzer.Node.dll").Concat(host.Processes("Agent.Node.dll")).Cast<int?>().FirstOrDefault();

    public string LogOf(LabHost host) => Path.Combine(folder.Of(host.Name), "skydive.log");

    /// <summary>Starts one of the product's programs on this machine itself, its output in the folder's log.</summary>
    public Process StartHere(string project, string configuration)
    {
        var file = Path.Combine(folder.Root, project + ".conf");
        LabFolder.WriteSecret(file, configuration);
        return Process.Start(new ProcessStartInfo("setsid", [
            "sh", "-c", "exec \"$@\" </dev/null >\"$0\" 2>&1", Path.Combine(folder.Root, project + ".log"),
            "dotnet", Built(project), "run", "--config", file])) ?? throw new LabException($"{project} did not start");
    }

    /// <summary>Starts what a host is for again, with the configuration it had.</summary>
    public Task RestartAsync(LabHost host, CancellationToken cancel)
    {
        if (LabPlan.RoleOf(host.Name) == MachineRole.Database)
        {
            return PostgreSql.StartAsync(host, LabPlan.DatabaseAddress, cancel);
        }

        Restart(host);
        return Task.CompletedTask;
    }

    private void Restart(LabHost host) => host.Start(["dotnet", Built(ProgramOf(host)), "run", "--config", ConfigurationOf(host)], LogOf(host));

    private void Start(LabHost host, string configuration)
    {
        LabFolder.WriteSecret(ConfigurationOf(host), configuration);
        Restart(host);
    }

    private static string ProgramOf(LabHost host) => LabPlan.RoleOf(host.Name) == MachineRole.Analyzer ? "Analyzer.Node" : "Agent.Node";

    // All programs lie in one folder, this one's.
    private static string Built(string project) => Path.Combine(AppContext.BaseDirectory, project + ".dll");

    private string ConfigurationOf(LabHost host) => Path.Combine(folder.Of(host.Name), "skydive.conf");
}
