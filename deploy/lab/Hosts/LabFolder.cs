using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Hosts;

/// <summary>
/// Where the lab keeps what it made: a folder per host with its logs, configuration and database, and state.json with what
/// runs and which folders are the lab's. It may lie among other files: these are nobody's to touch.
/// </summary>
internal sealed class LabFolder(string root)
{
    public const string Default = "/run/skydive-lab";

    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Strict, so that another program's state.json isn't taken for a lab's.</summary>
    private static readonly JsonSerializerOptions _strict = new() { RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private State _state = State.Empty;

    private sealed record HostState(string Name, int Pid, string StartTime);

    private sealed record ForwarderState(int Pid, string StartTime);

    /// <param name="Hosts">The hosts that run.</param>
    /// <param name="Forwarders">The ways in from this machine.</param>
    /// <param name="Tunnel">The tunnel between the agents.</param>
    /// <param name="Folders">The names of the folders the lab made in its own.</param>
    /// <param name="MadeRoot">The lab's folder itself wasn't there before.</param>
    private sealed record State(IReadOnlyList<HostState> Hosts, IReadOnlyList<ForwarderState> Forwarders, string Tunnel, IReadOnlyList<string> Folders, bool MadeRoot)
    {
        public static readonly State Empty = new([], [], "", [], false);
    }

    public string Root { get; } = Path.GetFullPath(root);

    public bool HoldsALab => File.Exists(StateFile);

    private string StateFile => Path.Combine(Root, "state.json");

    /// <summary>The folder of one host.</summary>
    public string Of(string host) => Path.Combine(Root, host);

    /// <summary>Makes the folders of these hosts, all new: nothing that's there becomes the lab's.</summary>
    public void Create(IReadOnlyList<string> hosts)
    {
        if (hosts.Append("state.json").FirstOrDefault(name => Path.Exists(Of(name))) is { } taken)
        {
            throw new LabException($"{Of(taken)} is there already and isn't a lab's: choose another --folder");
        }
        // Written down first: a stop in between leaves nothing that `down` doesn't know of.
        var madeRoot = !Directory.Exists(Root);
        Directory.CreateDirectory(Root);
        Save(State.Empty with { Folders = hosts, MadeRoot = madeRoot });
        foreach (var host in hosts)
        {
            Directory.CreateDirectory(Of(host), OwnersOnly | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Writes a file that may hold a password.</summary>
    public static void WriteSecret(string path, string text)
    {
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnersOnly });
        using var writer = new StreamWriter(file);
        writer.Write(text);
    }

    public void Save(IEnumerable<LabHost> hosts, IEnumerable<Forwarder> forwarders, string tunnel) => Save(_state with
    {
        Hosts = [.. hosts.Select(h => new HostState(h.Name, h.Pid, h.StartTime))],
        Forwarders = [.. forwarders.Select(f => new ForwarderState(f.Pid, f.StartTime))],
        Tunnel = tunnel,
    });

    public (IReadOnlyList<LabHost> Hosts, IReadOnlyList<Forwarder> Forwarders, string Tunnel) Load()
    {
        _state = HoldsALab ? Read() : State.Empty;
        return ([.. _state.Hosts.Select(h => LabHost.Existing(h.Name, h.Pid, h.StartTime))],
                [.. _state.Forwarders.Select(f => Forwarder.Existing(f.Pid, f.StartTime))], _state.Tunnel);
    }

    /// <summary>Removes what the lab wrote, as far as it holds a lab; state.json last, so that what's interrupted can be done again.</summary>
    public void Delete()
    {
        if (!HoldsALab)
        {
            return;
        }

        var state = Read();
        foreach (var folder in state.Folders.Select(Of))
        {
            Delete(folder);
        }

        File.Delete(StateFile + ".new");
        File.Delete(StateFile);
        _state = State.Empty;
        if (state.MadeRoot && !Directory.EnumerateFileSystemEntries(Root).Any())
        {
            Directory.Delete(Root);
        }
    }

    // A process that was about to start when the lab ended may still make its log.
    private static void Delete(string folder)
    {
        for (var attempt = 0; Directory.Exists(folder); attempt++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException) when (attempt < 20)
            {
                Thread.Sleep(50);
            }
        }
    }

    private void Save(State state)
    {
        _state = state;
        // Written beside and moved over, so that a stop in between leaves the old state whole.
        File.WriteAllText(StateFile + ".new", JsonSerializer.Serialize(state));
        File.Move(StateFile + ".new", StateFile, overwrite: true);
    }

    private State Read()
    {
        try
        {
            var state = JsonSerializer.Deserialize<State>(File.ReadAllText(StateFile), _strict);
            if (state is not null && state.Folders.All(name => Path.GetFileName(name) == name && name is not ("" or "." or "..")))
            {
                return state;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new LabException($"{StateFile} isn't a lab's: nothing in {Root} is touched");
    }
}
