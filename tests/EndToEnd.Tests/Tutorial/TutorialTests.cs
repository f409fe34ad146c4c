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
            lab.Up.Output.ShouldContain(part);
    }
}

[Collection(SharedLab.Name)]
public sealed class GreTutorialTests(RunningLab lab) : TutorialTests(lab, "Ethernet/IPv4/GRE");

public sealed class VxlanLab : RunningLab
{
    private protected override string[] UpOptions => ["--tunnel", "vxlan"];
}

public sealed class VxlanTutorialTests(VxlanLab lab) : TutorialTests(lab, "Ethernet/IPv4/UDP/VXLAN"), IClassFixture<VxlanLab>;

public sealed class GeneveLab : RunningLab
{
    private protected override string[] UpOptions => ["--tunnel", "geneve"];
}

public sealed class GeneveTutorialTests(GeneveLab lab) : TutorialTests(lab, "Ethernet/IPv4/UDP/Geneve"), IClassFixture<GeneveLab>;
