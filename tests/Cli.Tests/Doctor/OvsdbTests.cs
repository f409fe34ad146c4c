using System.Diagnostics;
using Cli.Doctor.Facts;

namespace Cli.Tests.Doctor;

/// <summary>Real databases of Open vSwitch, without its daemon.</summary>
public sealed class OvsdbTests : IDisposable
{
    private const string Schema = "/usr/share/openvswitch/vswitch.ovsschema";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("doctor-ovsdb-");
    private readonly List<Process> _servers = [];

    public void Dispose()
    {
        foreach (var server in _servers)
        {
            server.Kill();
            server.WaitForExit();
            server.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_database_that_answers_may_be_changed_and_its_backup_only_read()
    {
        var socket = await StartAsync("active");
        Run("ovs-vsctl", $"--db=unix:{socket}", "--no-wait", "init", "--", "add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev");
        var facts = await OpenVSwitchFacts.AskAsync(socket, CancellationToken.None);
        facts.State.ShouldBe(OvsdbState.Writable);
        facts.Bridges.ShouldBe([new OvsBridgeFacts("br0", "netdev")]);

        var backup = await StartAsync("backup", $"--sync-from=unix:{socket}");
        var only = await OpenVSwitchFacts.AskAsync(backup, CancellationToken.None);
        only.State.ShouldBe(OvsdbState.ReadOnly);
    }

    private async Task<string> StartAsync(string name, params string[] options)
    {
        var (database, socket) = (Path.Combine(_folder.FullName, name + ".db"), Path.Combine(_folder.FullName, name + ".sock"));
        Run("ovsdb-tool", "create", database, Schema);
        _servers.Add(Process.Start(new ProcessStartInfo("ovsdb-server",
            [database, $"--remote=punix:{socket}", $"--unixctl={socket}.ctl", "-vconsole:off", .. options]))!);
        while (!File.Exists(socket))
        {
            _servers[^1].HasExited.ShouldBeFalse();
            await Task.Delay(20);
        }

        return socket;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }
}
