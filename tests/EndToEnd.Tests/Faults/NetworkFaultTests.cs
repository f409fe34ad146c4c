using System.Text.Json.Nodes;
using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Faults;

/// <summary>Interfaces, Open vSwitch and names that go wrong under a running agent.</summary>
[Collection(VxlanSqliteLab.Name)]
public sealed class NetworkFaultTests(VxlanSqliteLab.Lab lab)
{
    [Fact]
    public async Task An_interface_deleted_during_its_capture_leaves_the_agent_running()
    {
        await RunningLab.OnHostAsync("agent1", "ip link add doomed type veth peer name doomed-peer");
        await RunningLab.OnHostAsync("agent1", "ip link set doomed up");
        await RunningLab.EventuallyAsync("the interface is in the graph", async () => (await lab.NodesAsync("G.V().Has('Name', 'doomed')")).Count == 1);
        var capture = await lab.Client.CreateCaptureAsync(new JsonObject { ["GremlinQuery"] = "G.V().Has('Name', 'doomed')" }, default);
        await RunningLab.EventuallyAsync("it is captured", async () => await CaptureStateAsync("doomed") == "active");

        await RunningLab.OnHostAsync("agent1", "ip link del doomed");
        await RunningLab.EventuallyAsync("it left the graph", async () => (await lab.NodesAsync("G.V().Has('Name', Within('doomed', 'doomed-peer'))")).Count == 0);
        (await lab.NodesAsync(CapturePoint.Eth1)).Count.ShouldBe(1);

        await RunningLab.OnHostAsync("agent1", "ip link add doomed type veth peer name doomed-peer");
        await RunningLab.OnHostAsync("agent1", "ip link set doomed up");
        await RunningLab.EventuallyAsync("a new one of that name is captured", async () => await CaptureStateAsync("doomed") == "active");
        await RunningLab.OnHostAsync("agent1", "ip link del doomed");
        await DeleteCaptureAsync(capture);
    }

    [Fact]
    public async Task Open_vSwitch_stopped_and_started_again_is_followed()
    {
        await RunningLab.OnHostAsync("agent2", "ovs-appctl -t /run/openvswitch/ovsdb-server.ctl exit");
        const string bridges = "G.V().Has('Host', 'agent2', 'Type', 'ovsbridge')";
        // The host's way to the analyzer is a bridge, too, and those of the userspace datapath stop without their database.
        await RunningLab.EventuallyAsync("its bridges left", async () => (await lab.NodesAsync(bridges)).Count == 0);
        await RunningLab.OnHostAsync("agent2", "ovsdb-server /run/openvswitch/conf.db --remote=punix:/run/openvswitch/db.sock --pidfile=/run/openvswitch/ovsdb-server.pid --detach --unixctl=/run/openvswitch/ovsdb-server.ctl -vconsole:off");
        await RunningLab.EventuallyAsync("its bridges are back", async () => (await lab.NodesAsync(bridges + ".HasNot('StaleSince')")).Count == 2);
        await RunningLab.EventuallyAsync("and captured", async () =>
            (await lab.NodesAsync(CapturePoint.Br0OfAgent2)).Single()["Metadata"]!["Captures"] is JsonArray { Count: 1 } captures && captures[0]!["State"]!.ToString() == "active");
    }

    [Fact]
    public async Task A_second_agent_with_a_taken_host_name_is_refused()
    {
        await File.WriteAllTextAsync("/tmp/skydive-second-agent1.conf", """
            skydive {
              host-id = agent1
              tls {
                authority = "/run/skydive-lab-of-tests/underlay/ca/ca.pem"
                certificate = "/run/skydive-lab-of-tests/analyzer/analyzer.pem"
                key = "/run/skydive-lab-of-tests/analyzer/analyzer.key"
              }
              agent { analyzers = ["192.168.50.10:9111"], remoting.host = "192.168.50.10", console.port = 0 }
            }
            """);
        var second = await Command.DotnetAsync(Repository.Program("deploy/lab", "Lab"), "exec", "--folder", "/run/skydive-lab-of-tests", "analyzer", "--",
            "timeout", "60", "dotnet", Repository.Program("Agent.Node", "Agent.Node"), "run", "--config", "/tmp/skydive-second-agent1.conf");
        File.Delete("/tmp/skydive-second-agent1.conf");
        second.ExitCode.ShouldBe(3, second.Output + second.Errors);
        (second.Output + second.Errors).ShouldContain("host id \"agent1\" is taken by the agent at akka.ssl.tcp://skydive@192.168.50.20:");
        (await lab.NodesAsync(CapturePoint.Eth1)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_capture_by_sFlow_sees_the_bridges_packets()
    {
        await RunningLab.OnHostAsync("agent1", "ip netns exec ns1 ping -c 1 10.0.0.2");
        var capture = await lab.Client.CreateCaptureAsync(new JsonObject { ["GremlinQuery"] = "G.V().Has('Host', 'agent1', 'Name', 'br-phy', 'Type', 'ovsbridge')", ["Type"] = "ovssflow" }, default);
        var tid = (await lab.NodesAsync("G.V().Has('Host', 'agent1', 'Name', 'br-phy', 'Type', 'ovsbridge')")).Single()["Metadata"]!["TID"]!.ToString();
        await RunningLab.EventuallyAsync("flows from sFlow", async () =>
        {
            await RunningLab.OnHostAsync("agent1", "ip netns exec ns1 ping -c 3 -i 0.2 10.0.0.2");
            return (await lab.FlowsAsync()).Any(f => f.NodeTid == tid && f.LayersPath == VxlanSqliteLab.TunnelPath);
        });
        await DeleteCaptureAsync(capture);
        await RunningLab.EventuallyAsync("the bridge's sFlow is taken away", async () =>
            (await RunningLab.OnHostAsync("agent1", "ovs-vsctl get bridge br-phy sflow")).Trim() == "[]");
    }

    private static async Task DeleteCaptureAsync(JsonObject capture)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{RunningLab.HttpPort}") };
        (await http.DeleteAsync($"/api/capture/{capture["UUID"]}")).IsSuccessStatusCode.ShouldBeTrue();
    }

    private async Task<string?> CaptureStateAsync(string name) =>
        (await lab.NodesAsync($"G.V().Has('Name', '{name}')")).SingleOrDefault()?["Metadata"]?["Captures"] is JsonArray { Count: > 0 } captures ? captures[0]!["State"]?.ToString() : null;
}
