using System.Diagnostics;
using Agent.Node.Tests.Linux;

namespace Agent.Node.Tests.Probes.OpenVSwitch;

/// <summary>An Open vSwitch of the test's own, on the userspace datapath, with its daemons in a namespace and its files in a temporary directory.</summary>
internal sealed class TestOpenVSwitch : IDisposable
{
    private readonly TestNamespace _space;
    private readonly string _directory = Directory.CreateTempSubdirectory("probes-ovs-").FullName;
    private Process? _server;
    private Process? _switch;

    public TestOpenVSwitch(TestNamespace space)
    {
        _space = space;
        Command.Run("ovsdb-tool", "create", Path.Combine(_directory, "conf.db"), "/usr/share/openvswitch/vswitch.ovsschema");
        Start();
    }

    public string Socket => Path.Combine(_directory, "db.sock");

    public void Start()
    {
        _server = Daemon("ovsdb-server", Path.Combine(_directory, "conf.db"), $"--remote=punix:{Socket}");
        Vsctl("--no-wait", "init");
        _switch = Daemon("ovs-vswitchd", $"unix:{Socket}");
    }

    /// <summary>Kills both daemons as a crash would.</summary>
    public void Stop()
    {
        Kill(ref _switch);
        Kill(ref _server);
    }

    /// <summary>Runs ovs-vsctl, waiting until the switch has done it.</summary>
    public string Vsctl(params string[] arguments) =>
        Command.Run("ovs-vsctl", [$"--db=unix:{Socket}", "--retry", "--timeout=20", .. arguments]).Trim();

    public void AddBridge(string name) => Vsctl("add-br", name, "--", "set", "bridge", name, "datapath_type=netdev");

    public void Dispose()
    {
        Stop();
        Directory.Delete(_directory, recursive: true);
    }

    private Process Daemon(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("ip",
        [
            "netns", "exec", _space.Name, program, .. arguments, "--no-chdir", $"--unixctl={Path.Combine(_directory, program)}.ctl",
            $"--pidfile={Path.Combine(_directory, program)}.pid", $"--log-file={Path.Combine(_directory, program)}.log", "-vconsole:off",
        ]);
        start.Environment["OVS_RUNDIR"] = _directory;
        start.Environment["OVS_DBDIR"] = _directory;
        return Process.Start(start)!;
    }

    private static void Kill(ref Process? process)
    {
        if (process is null)
        {
            return;
        }

        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        process = null;
    }
}
