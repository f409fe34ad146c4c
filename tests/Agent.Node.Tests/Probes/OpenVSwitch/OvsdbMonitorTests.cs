using System.Net.Sockets;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Tests.Linux;

namespace Agent.Node.Tests.Probes.OpenVSwitch;

public sealed class OvsdbMonitorTests
{
    [PrivilegedFact]
    public async Task Bridges_ports_and_tunnels_are_told_as_they_come_and_go()
    {
        using var space = new TestNamespace();
        using var ovs = new TestOpenVSwitch(space);
        ovs.AddBridge("br0");
        await using var database = await FollowedDatabase.StartAsync(ovs.Socket);

        var tables = await database.Until(t => t.Interface("br0") is { IfIndex: > 0 });
        tables.Bridge("br0")!.DatapathType.ShouldBe("netdev");
        tables.Interface("br0")!.Type.ShouldBe("internal");
        tables.Root.Values.ShouldHaveSingleItem().Bridges.ShouldBe([tables.Bridge("br0")!.Uuid]);

        ovs.Vsctl("add-port", "br0", "gre0", "--", "set", "interface", "gre0", "type=gre", "options:remote_ip=192.0.2.2", "options:key=7",
            "--", "set", "port", "gre0", "tag=100");
        tables = await database.Until(t => t.Interface("gre0") is { OpenFlowPort: > 0 });
        var tunnel = tables.Interface("gre0")!;
        tunnel.Type.ShouldBe("gre");
        tunnel.Options["remote_ip"].ShouldBe("192.0.2.2");
        var port = tables.Ports.Values.Single(p => p.Name == "gre0");
        port.Tag.ShouldBe(100);
        port.Interfaces.ShouldBe([tunnel.Uuid]);
        tables.Bridge("br0")!.Ports.ShouldContain(port.Uuid);

        ovs.Vsctl("del-port", "br0", "gre0");
        tables = await database.Until(t => t.Interface("gre0") is null);
        tables.Ports.Values.ShouldAllBe(p => p.Name != "gre0");

        ovs.Vsctl("del-br", "br0");
        tables = await database.Until(t => t.Bridges.IsEmpty);
        tables.Interfaces.ShouldBeEmpty();
    }

    [PrivilegedFact]
    public async Task A_stopped_server_ends_the_monitor_and_a_started_one_is_followed_again()
    {
        using var space = new TestNamespace();
        using var ovs = new TestOpenVSwitch(space);
        await using var database = await FollowedDatabase.StartAsync(ovs.Socket);
        await database.Until(t => !t.Root.IsEmpty);

        ovs.Stop();
        await Should.ThrowAsync<IOException>(database.Running);
        await Should.ThrowAsync<SocketException>(() => FollowedDatabase.StartAsync(ovs.Socket));

        ovs.Start();
        ovs.AddBridge("br1");
        await using var again = await FollowedDatabase.StartAsync(ovs.Socket);
        await again.Until(t => t.Bridge("br1") is not null);
    }

    [PrivilegedFact]
    public async Task A_mirror_is_made_and_taken_away_in_one_transaction_each()
    {
        using var space = new TestNamespace();
        using var ovs = new TestOpenVSwitch(space);
        ovs.AddBridge("br0");
        await using var database = await FollowedDatabase.StartAsync(ovs.Socket);
        var tables = await database.Until(t => t.Bridge("br0") is not null);

        await database.Connection.TransactAsync(BridgeMirror.Start(tables.Bridge("br0")!, "c1"), CancellationToken.None);
        var name = BridgeMirror.PortName("br0", "c1");
        tables = await database.Until(t => t.Interface(name) is { IfIndex: > 0 });
        var mirror = tables.Mirrors.Values.ShouldHaveSingleItem();
        mirror.SelectsAll.ShouldBeTrue();
        var port = tables.Ports[mirror.OutputPort.ShouldNotBeNull()];
        (port.Name, BridgeMirror.IsOurs(port)).ShouldBe((name, true));
        space.Ip($"link show {name}").ShouldContain(name);

        BridgeMirror.Remove(tables, "br0", new HashSet<string> { "c1" }).ShouldBeEmpty();
        BridgeMirror.Remove(tables, "br1", new HashSet<string>()).ShouldBeEmpty();
        await database.Connection.TransactAsync(BridgeMirror.Remove(tables, "br0", new HashSet<string>()), CancellationToken.None);
        tables = await database.Until(t => t.Interface(name) is null);
        tables.Mirrors.ShouldBeEmpty();
        tables.Bridge("br0")!.Ports.ShouldHaveSingleItem();
    }

    [PrivilegedFact]
    public async Task What_a_crash_left_is_found_by_its_marks_and_the_users_own_stays()
    {
        using var space = new TestNamespace();
        using var ovs = new TestOpenVSwitch(space);
        ovs.AddBridge("br0");
        ovs.AddBridge("br1");
        ovs.Vsctl("--id=@m", "create", "mirror", "name=users", "select_all=true", "--", "add", "bridge", "br1", "mirrors", "@m");
        await using (var crashed = await FollowedDatabase.StartAsync(ovs.Socket))
        {
            var before = await crashed.Until(t => t.Bridge("br0") is not null && t.Bridge("br1") is not null);
            await crashed.Connection.TransactAsync(BridgeMirror.Start(before.Bridge("br0")!, "c1"), CancellationToken.None);
            await crashed.Connection.TransactAsync(BridgeMirror.Start(before.Bridge("br1")!, "c2"), CancellationToken.None);
            await crashed.Connection.TransactAsync(
                BridgeSflow.Start(before, before.Bridge("br1")!, "c3", "127.0.0.1:7345", 1, 128, 0), CancellationToken.None);
        }

        await using var database = await FollowedDatabase.StartAsync(ovs.Socket);
        var tables = await database.Until(t => t.Mirrors.Count == 3 && t.Sflows.Count == 1);
        await database.Connection.TransactAsync(
            [.. BridgeMirror.RemoveAll(tables), .. BridgeSflow.RemoveAll(tables)], CancellationToken.None);

        tables = await database.Until(t => t.Sflows.IsEmpty && t.Mirrors.Count == 1);
        tables.Mirrors.Values.Single().Name.ShouldBe("users");
        tables.Ports.Values.ShouldAllBe(p => !BridgeMirror.IsOurs(p));
    }

    [PrivilegedFact]
    public async Task An_exporter_of_the_users_is_left_alone()
    {
        using var space = new TestNamespace();
        using var ovs = new TestOpenVSwitch(space);
        ovs.AddBridge("br0");
        ovs.Vsctl("--id=@s", "create", "sflow", "targets=\"192.0.2.9:6343\"", "--", "set", "bridge", "br0", "sflow=@s");
        await using var database = await FollowedDatabase.StartAsync(ovs.Socket);
        var tables = await database.Until(t => t.Sflows.Count == 1 && t.Bridge("br0") is { Sflow: not null });

        var refused = Should.Throw<OvsdbException>(
            () => BridgeSflow.Start(tables, tables.Bridge("br0")!, "c1", "127.0.0.1:7345", 1, 128, 0));

        refused.Message.ShouldBe("bridge br0 has one sFlow exporter, which serves 192.0.2.9:6343");
        BridgeSflow.RemoveAll(tables).ShouldBeEmpty();
    }

    [PrivilegedFact]
    public async Task A_refused_transaction_tells_the_servers_words()
    {
        using var space = new TestNamespace();
        using var ovs = new TestOpenVSwitch(space);
        await using var database = await FollowedDatabase.StartAsync(ovs.Socket);

        var refused = await Should.ThrowAsync<OvsdbException>(() => database.Connection.TransactAsync(
            BridgeMirror.Start(new OvsBridge(Guid.NewGuid(), "none"), "c1").Take(1).Select(o => { o["table"] = "Nonsense"; return o; }),
            CancellationToken.None));

        refused.Message.ShouldContain("Nonsense");
    }
}
