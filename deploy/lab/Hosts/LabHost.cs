using System.Diagnostics;
using System.Globalization;

namespace Lab.Hosts;

/// <summary>
/// One machine of the lab: a process that holds a network, mount, UTS and PID namespace of its own, with private
/// /run/netns and /run/openvswitch. It is the PID namespace's init, so ending it ends everything on the host and the
/// kernel takes its interfaces away: nothing can be left behind.
/// </summary>
internal sealed class LabHost
{
    // A shell, since it waits for whoever has no parent any more: a database's first process would stay, and no other could take its place.
    private const string Init =
        "mkdir -p /run/netns /run/openvswitch && mount -t tmpfs lab /run/netns && mount -t tmpfs lab /run/openvswitch && mount -t sysfs lab /sys && " +
        "hostname \"$0\" && ip link set lo up && touch \"$1\" && while :; do sleep 3600; done";

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);

    private LabHost(string name, int pid, string startTime)
    {
        Name = name;
        Pid = pid;
        StartTime = startTime;
    }

    public string Name { get; }

    /// <summary>The init process of the host, as this machine numbers it.</summary>
    public int Pid { get; }

    /// <summary>The init's start time in clock ticks, which tells it from a later process with the same number.</summary>
    public string StartTime { get; }

    public bool IsRunning => ProcessStat.StartTime(Pid) == StartTime;

    public static LabHost Existing(string name, int pid, string startTime) => new(name, pid, startTime);

    public static async Task<LabHost> CreateAsync(string name, LabFolder folder, CancellationToken cancel)
    {
        var ready = Path.Combine(folder.Of(name), "ready");
        File.Delete(ready);
        var log = Path.Combine(folder.Of(name), "init.log");
        using var launcher = Process.Start(new ProcessStartInfo("setsid", [
            "sh", "-c", "exec \"$@\" </dev/null >\"$0\" 2>&1", log,
            "unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
            "sh", "-c", Init, name, ready])) ?? throw new LabException("setsid did not start");
        try
        {
            for (var attempt = 0; !File.Exists(ready); attempt++)
            {
                if (launcher.HasExited || attempt == 200)
                {
                    throw new LabException($"host {name} did not start: {(File.Exists(log) ? (await File.ReadAllTextAsync(log, cancel)).Trim() : "no output")}");
                }

                await Task.Delay(25, cancel);
            }

            // setsid execs in place, so the launcher's pid is unshare's, whose only child is the init.
            var children = await File.ReadAllTextAsync($"/proc/{launcher.Id}/task/{launcher.Id}/children", cancel);
            var pid = int.Parse(children.Trim(), CultureInfo.InvariantCulture);
            return new LabHost(name, pid, ProcessStat.StartTime(pid) ?? throw new LabException($"host {name} ended at once"));
        }
        catch
        {
            // The init may not have asked yet to end with its parent, as --kill-child has it.
            launcher.Kill(entireProcessTree: true);
            launcher.WaitForExit();
            throw;
        }
    }

    /// <summary>Runs a program on the host to its end.</summary>
    public Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancel = default) => Shell.RunAsync("nsenter", Enter(command), cancel);

    /// <summary>Runs a program on the host to its end; the words are split at blanks.</summary>
    public Task<string> RunAsync(string command, CancellationToken cancel = default) =>
        RunAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries), cancel);

    /// <summary>Starts a program on the host, in a session of its own, its output appended to a log file.</summary>
    public void Start(IReadOnlyList<string> command, string log)
    {
        using var started = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", log, "nsenter", .. Enter(command)]))
            ?? throw new LabException($"{command[0]} did not start on {Name}");
    }

    /// <summary>The processes on the host whose command line holds a text, as this machine numbers them.</summary>
    public IReadOnlyList<int> Processes(string commandLineHolds)
    {
        var ours = ProcessStat.PidNamespace(Pid);
        return [.. ProcessStat.All().Where(pid => ProcessStat.PidNamespace(pid) == ours && ProcessStat.CommandLine(pid).Contains(commandLineHolds, StringComparison.Ordinal))];
    }

    /// <summary>Lets a process that was stopped on the host go on, and nsenter, which stops with what it started and is the one to let it go on.</summary>
    public void Continue()
    {
        var started = string.Create(CultureInfo.InvariantCulture, $"nsenter --target {Pid} ");
        foreach (var pid in ProcessStat.All().Where(pid => ProcessStat.CommandLine(pid).StartsWith(started, StringComparison.Ordinal)))
        {
            ProcessStat.Signal(pid, ProcessStat.Continue);
        }
    }

    /// <summary>Ends the host and everything on it, and waits until it's gone; false when it's still there after a while.</summary>
    public Task<bool> DestroyAsync()
    {
        // A stopped one would never hear of the end of what it started, which couldn't end then.
        Continue();
        return ProcessStat.EndAsync(Pid, StartTime, ProcessStat.Kill, EndPatience);
    }

    private IReadOnlyList<string> Enter(IReadOnlyList<string> command) =>
        ["--target", Pid.ToString(CultureInfo.InvariantCulture), "--net", "--mount", "--uts", "--pid", "--", .. command];
}
