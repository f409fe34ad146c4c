using System.Diagnostics;
using Lab.Hosts;

namespace Lab.Cluster;

/// <summary>Starts the analyzer and the agents on their hosts, each with a configuration file written into the lab's folder.</summary>
internal sealed class ClusterProcesses(LabFolder folder)
{
    private readonly LabCertificates _certificates = new(folder);

    public void StartAnalyzer(LabHost host, string address, string? postgres) =>
        Start(host, "Analyzer.Node", LabConfiguration.Analyzer(host.Name, address, folder.Of(host.Name), postgres) + _certificates.Issue(host.Name, address));

    public void StartAgent(LabHost host, string address, string analyzerAddress) =>
        Start(host, "Agent.Node", LabConfiguration.Agent(host.Name, address, analyzerAddress) + _certificates.Issue(host.Name, address));

    /// <summary>The product's process on a host: its pid as this machine numbers it; null when it doesn't run.</summary>
    public static int? Find(LabHost host) =>
        host.Processes("Analyzer.Node.dll").Concat(host.Processes("Agent.Node.dll")).Cast<int?>().FirstOrDefault();

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

    /// <summary>Starts a host's process again with the configuration it had.</summary>
    public void Restart(LabHost host) => Start(host, host.Name == "analyzer" ? "Analyzer.Node" : "Agent.Node");

    private void Start(LabHost host, string project, string configuration)
    {
        LabFolder.WriteSecret(ConfigurationOf(host), configuration);
        Start(host, project);
    }

    private void Start(LabHost host, string project) =>
        host.Start(["dotnet", Built(project), "run", "--config", ConfigurationOf(host)], LogOf(host));

    // All programs lie in one folder, this one's.
    private static string Built(string project) => Path.Combine(AppContext.BaseDirectory, project + ".dll");

    private string ConfigurationOf(LabHost host) => Path.Combine(folder.Of(host.Name), "skydive.conf");
}
