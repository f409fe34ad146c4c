using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Tutorial;

/// <summary>Skydive's tutorial "Multi-node and tunneling" over each kind of tunnel.</summary>
public abstract class TutorialTests(RunningLab lab, string tunnelPath)
{
    [Fact]
    public async Task The_ping_on_eth1_has_the_tunnel_as_its_parent()
    {
        var eth1 = (await lab.NodesAsync(CapturePoint.Eth1)).ShouldHaveSingleItem()["Metadata"]!["TID"]!.ToString();
        var flows = await lab.FlowsAsync();
        var inner = flows.Where(f => f.NodeTid == eth1 && f.LayersPath == "Ethernet/IPv4/ICMPv4" && f.IcmpId == 4711).ShouldHaveSingleItem();
        inner.NetworkA.ShouldBe("10.0.0.1");
        inner.NetworkB.ShouldBe("10.0.0.2");
        inner.AbPackets.ShouldBe(10);
        inner.BaPackets.ShouldBe(10);

        var outer = flows.Where(f => f.Uuid == inner.ParentUuid).ShouldHaveSingleItem();
        outer.LayersPath.ShouldBe(tunnelPath);
        new[] { outer.NetworkA, outer.NetworkB }.ShouldBe(["192.168.50.20", "192.168.50.30"], ignoreOrder: true);
        outer.ParentUuid.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_packets_have_one_L3TrackingID_at_all_three_capture_points()
    {
        var pings = (await lab.FlowsAsync()).Where(f => f.IcmpId == 4711).ToList();
        pings.Select(f => f.NodeTid).Distinct().Count().ShouldBe(3);
        pings.Select(f => f.L3TrackingId).Distinct().ShouldHaveSingleItem().ShouldNotBeEmpty();
        pings.Select(f => f.Uuid).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Up_prints_the_topology_and_the_flow_table()
    {
        lab.Up.ExitCode.ShouldBe(0);
        foreach (var part in new[] { "tor1", "port1", "agent1", "agent2", "ns1", "br0", "eth1", tunnelPath, "└ Ethernet/IPv4/ICMPv4", "http://127.0.0.1:" })
        {
            lab.Up.Output.ShouldContain(part);
        }
    }

    [Fact]
    public async Task Up_prints_the_flows_as_the_API_has_them()
    {
        // Past the trees, which are drawn with the same lines.
        var rows = lab.Up.Output.Split('\n').SkipWhile(line => !line.StartsWith("│ flow", StringComparison.Ordinal)).Where(line => line.StartsWith('│')).Select(line => line.Split('│').Select(cell => cell.Trim(' ', '└', '\r')).ToArray()).ToList();
        var header = rows[0].ToList();
        header.ShouldBe(["", "flow", "endpoints", "ID", "A→B", "B→A", "seen on", "UUID", "ParentUUID", "L3TrackingID", ""]);
        string Cell(string[] row, string column) => row[header.IndexOf(column)];

        var flows = await lab.FlowsAsync();
        var pings = flows.Where(f => f.IcmpId == 4711).ToList();
        pings.Count.ShouldBe(3);
        rows.Skip(1).Where(row => Cell(row, "flow") == "Ethernet/IPv4/ICMPv4").Select(row => (Cell(row, "UUID"), Cell(row, "ParentUUID"), Cell(row, "L3TrackingID"), Cell(row, "A→B").Split('/')[0])).ShouldBe(
            pings.Select(f => (Short(f.Uuid), Short(f.ParentUuid), Short(f.L3TrackingId), "10")), ignoreOrder: true);

        var tunnel = flows.Single(f => f.Uuid == pings.Single(p => p.ParentUuid.Length > 0).ParentUuid);
        var printed = rows.Skip(1).Where(row => Cell(row, "UUID") == Short(tunnel.Uuid)).ShouldHaveSingleItem();
        Cell(printed, "flow").ShouldBe(tunnelPath);
        Cell(printed, "ParentUUID").ShouldBeEmpty();
        lab.Up.Output.ShouldContain(tunnel.Uuid);

        static string Short(string id) => id.Length > 8 ? id[..8] : id;
    }
}

[Collection(SharedLab.Name)]
public sealed class GreTutorialTests(RunningLab lab) : TutorialTests(lab, "Ethernet/IPv4/GRE");

[Collection(VxlanSqliteLab.Name)]
public sealed class VxlanTutorialTests(VxlanSqliteLab.Lab lab) : TutorialTests(lab, VxlanSqliteLab.TunnelPath);

[Collection(GenevePostgresLab.Name)]
public sealed class GeneveTutorialTests(GenevePostgresLab.Lab lab) : TutorialTests(lab, "Ethernet/IPv4/UDP/Geneve");
