using System.Text.Json;

namespace Lab.Hosts;

/// <summary>Where the lab keeps what it made: logs, configurations, databases, and state.json with the hosts that run.</summary>
internal sealed class LabFolder(string root)
{
    public const string Default = "/run/skydive-lab";

    private sealed record HostState(string Name, int Pid, string StartTime);

    private sealed record ForwarderState(int Pid, string StartTime);

    private sealed record State(List<HostState> Hosts, List<ForwarderState> Forwarders, string Tunnel);

    public string Root { get; } = root;

    private string StateFile => Path.Combine(Root, "state.json");

    /// <summary>The folder of one host, made when missing.</summary>
    public string Of(string host) => Directory.CreateDirectory(Path.Combine(Root, host)).FullName;

    public bool HoldsALab => File.Exists(StateFile);

    public void Save(IEnumerable<LabHost> hosts, IEnumerable<Forwarder> forwarders, string tunnel)
    {
        Directory.CreateDirectory(Root);
        var state = new State(
            [.. hosts.Select(h => new HostState(h.Name, h.Pid, h.StartTime))],
            [.. forwarders.Select(f => new ForwarderState(f.Pid, f.StartTime))], tunnel);
        // Written beside and moved over, so that a stop in between leaves the old state whole.
        File.WriteAllText(StateFile + ".new", JsonSerializer.Serialize(state));
        File.Move(StateFile + ".new", StateFile, overwrite: true);
    }

    public (IReadOnlyList<LabHost> Hosts, IReadOnlyList<Forwarder> Forwarders, string Tunnel) Load()
    {
        if (!HoldsALab)
            return ([], [], "");
        var state = JsonSerializer.Deserialize<State>(File.ReadAllText(StateFile)) ?? throw new LabException($"{StateFile} is empty");
        return ([.. state.Hosts.Select(h => LabHost.Existing(h.Name, h.Pid, h.StartTime))],
                [.. state.Forwarders.Select(f => Forwarder.Existing(f.Pid, f.StartTime))], state.Tunnel);
    }

    public void Delete()
    {
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }
}
