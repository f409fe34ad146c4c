using Lab.Hosts;

namespace Lab.Cluster;

/// <summary>Starts the analyzer and the agents on their hosts, each with a configuration file written into the lab's folder.</summary>
internal sealed class ClusterProcesses(LabFolder folder, string repository)
{
    private readonly string _configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private string Program(string project) => Path.Combine(repository, project, "bin", _configuration, "net10.0", project + ".dll");

    public void StartAnalyzer(LabHost host, string address, string? postgres) =>
        Start(host, "Analyzer.Node", LabConfiguration.Analyzer(host.Name, address, folder.Of(host.Name), postgres));

    public void StartAgent(LabHost host, string address, string analyzerAddress) =>
        Start(host, "Agent.Node", LabConfiguration.Agent(host.Name, address, analyzerAddress));

    /// <summary>The product's process on a host: its pid as this machine numbers it; null when it doesn't run.</summary>
    public static int? Find(LabHost host) =>
        host.Processes("Analyzer.Node.dll").Concat(host.Processes("Agent.Node.dll")).Cast<int?>().FirstOrDefault();

    public string LogOf(LabHost host) => Path.Combine(folder.Of(host.Name), "skydive.log");

    /// <summary>Starts a host's process again with the configuration it had.</summary>
    public void Restart(LabHost host) => Start(host, host.Name == "analyzer" ? "Analyzer.Node" : "Agent.Node");

    private void Start(LabHost host, string project, string configuration)
    {
        File.WriteAllText(ConfigurationOf(host), configuration);
        Start(host, project);
    }

    private void Start(LabHost host, string project)
    {
        var program = Program(project);
        if (!File.Exists(program))
            throw new LabException($"{program} isn't built: ./skydive up builds it");
        host.Start(["dotnet", program, "run", "--config", ConfigurationOf(host)], LogOf(host));
    }

    private string ConfigurationOf(LabHost host) => Path.Combine(folder.Of(host.Name), "skydive.conf");
}
