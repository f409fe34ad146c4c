using System.Threading.Channels;
using Agent.Node.Linux;
using Agent.Node.Probes.Netlink;
using Agent.Node.Tests.Linux;

namespace Agent.Node.Tests.Probes.Netlink;

public sealed class NetlinkMonitorTests
{
    [PrivilegedFact]
    public async Task A_new_namespace_has_its_loopback()
    {
        using var space = new TestNamespace();
        await using var followed = new FollowedNamespace(space);

        await followed.Until(() => followed.Complete);

        var loopback = followed["lo"].ShouldNotBeNull().Link;
        loopback.Index.ShouldBe(1);
        loopback.HardwareType.ShouldBe((ushort)772);
        loopback.Mtu.ShouldBe(65536);
        (loopback.Flags & LinkFlags.Up).ShouldBe(LinkFlags.None);
    }

    [PrivilegedFact]
    public async Task Links_that_were_there_are_dumped_with_all_they_have()
    {
        using var space = new TestNamespace();
        space.Ip("link add br7 type bridge");
        space.Ip("link add va type veth peer name vb");
        space.Ip("link set va master br7 address 02:00:00:00:00:01 mtu 1400");
        space.Ip("link add vx type vxlan id 42 local 192.0.2.1 remote 192.0.2.2 dstport 4790");
        space.Ip("addr add 10.1.2.3/24 dev vb");
        space.Ip("link set va up");
        space.Ip("link set vb up");
        await using var followed = new FollowedNamespace(space);

        await followed.Until(() => followed.Complete);

        var (a, b, bridge) = (followed["va"]!.Link, followed["vb"]!, followed["br7"]!);
        (a.Kind, a.Mac, a.Mtu, a.OperState).ShouldBe(("veth", "02:00:00:00:00:01", 1400, LinkOperState.Up));
        a.MasterIndex.ShouldBe(bridge.Link.Index);
        a.LowerIndex.ShouldBe(b.Link.Index);
        a.LowerNamespaceId.ShouldBeNull();
        b.Driver.ShouldBe("veth");
        b.Addresses.Select(x => x.ToString()).ShouldContain("10.1.2.3/24");
        b.Routes.Select(r => (r.Table, r.Prefix, r.Source)).ShouldContain((254, "10.1.2.0/24", "10.1.2.3"));
        bridge.Link.Kind.ShouldBe("bridge");
        followed["vx"]!.Link.Tunnel.ShouldBe(new TunnelAttributes { Vni = 42, Local = "192.0.2.1", Remote = "192.0.2.2", Port = 4790 });
    }

    [PrivilegedFact]
    public async Task Changes_are_told_as_they_happen()
    {
        using var space = new TestNamespace();
        await using var followed = new FollowedNamespace(space);
        await followed.Until(() => followed.Complete);

        space.Ip("link add d0 type bridge");
        await followed.Until(() => followed["d0"] is not null);
        space.Ip("link set d0 up");
        await followed.Until(() => (followed["d0"]!.Link.Flags & LinkFlags.Up) != 0);
        space.Ip("addr add 10.9.0.1/24 dev d0");
        space.Ip("addr add 2001:db8::1/64 dev d0 nodad");
        await followed.Until(() => followed["d0"]!.Addresses.Any(a => a.ToString() == "10.9.0.1/24")
            && followed["d0"]!.Addresses.Any(a => a.ToString() == "2001:db8::1/64"));
        space.Ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:09 dev d0 nud permanent");
        await followed.Until(() => followed["d0"]!.Neighbours.Contains(
            new NeighbourMessage(followed["d0"]!.Link.Index, "10.9.0.2", "02:00:00:00:00:09", NeighbourStates.Permanent)));
        space.Ip("route add 203.0.113.0/24 via 10.9.0.2");
        await followed.Until(() => followed["d0"]!.Routes.Any(r => r.Prefix == "203.0.113.0/24" && r.NextHops[0].Gateway == "10.9.0.2"));
        space.Ip("addr del 10.9.0.1/24 dev d0");
        await followed.Until(() => followed["d0"]!.Addresses.All(a => a.IsIPv6));
        space.Ip("link set d0 name d1");
        await followed.Until(() => followed["d1"] is not null && followed["d0"] is null);
        space.Ip("link del d1");
        await followed.Until(() => followed["d1"] is null);
    }

    [PrivilegedFact]
    public async Task Routes_the_kernel_drops_in_silence_with_a_link_going_down_are_dropped()
    {
        using var space = new TestNamespace();
        space.Ip("link add d0 type bridge");
        space.Ip("link set d0 up");
        space.Ip("addr add 10.9.0.1/24 dev d0");
        space.Ip("route add 203.0.113.0/24 via 10.9.0.2");
        await using var followed = new FollowedNamespace(space);
        await followed.Until(() => followed.Complete && followed["d0"]!.Routes.Any(r => r.Prefix == "203.0.113.0/24"));

        space.Ip("link set d0 down");

        await followed.Until(() => followed["d0"]!.Routes.All(r => r.Prefix != "203.0.113.0/24"));
    }

    [PrivilegedFact]
    public async Task Counters_come_with_a_refresh()
    {
        using var space = new TestNamespace();
        space.Ip("link set lo up");
        await using var followed = new FollowedNamespace(space);
        await followed.Until(() => followed.Complete);
        var before = followed["lo"]!.Link.Statistics.RxPackets;

        space.Run("ping", "-c", "1", "127.0.0.1");
        followed.Monitor.Refresh();

        await followed.Until(() => followed["lo"]!.Link.Statistics.RxPackets >= before + 2);
        followed["lo"]!.Link.Statistics.RxBytes.ShouldBeGreaterThanOrEqualTo(168);
    }

    [PrivilegedFact]
    public async Task A_refresh_of_counters_that_stand_still_tells_nothing_of_any_link()
    {
        using var space = new TestNamespace();
        for (var i = 0; i < 40; i++)
        {
            space.Ip($"link add d{i} type bridge");
        }

        using var socket = NetworkNamespace.Run(space.Path, () => NetlinkSocket.Open(NetlinkSocket.NotifiedGroups));
        var told = Channel.CreateUnbounded<NetlinkEvent>();
        using var monitor = new NetlinkMonitor(socket, (batch, _) =>
        {
            batch.Events.ToList().ForEach(e => told.Writer.TryWrite(e));
            return ValueTask.CompletedTask;
        });
        using var stop = new CancellationTokenSource();
        var running = monitor.RunAsync(stop.Token);
        while (await told.Reader.ReadAsync() is not NetlinkEvent.DumpEnded { Table: NetlinkTable.Neighbours })
        {
        }

        monitor.Refresh();

        (await told.Reader.ReadAsync()).ShouldBe(new NetlinkEvent.DumpBegun(NetlinkTable.Statistics));
        (await told.Reader.ReadAsync()).ShouldBe(new NetlinkEvent.DumpEnded(NetlinkTable.Statistics));
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
    }

    [PrivilegedFact]
    public async Task Notifications_lost_for_want_of_buffer_are_made_up_by_another_dump()
    {
        using var space = new TestNamespace();
        var before = NetlinkMonitor.AllOverruns;
        var gate = new TaskCompletionSource();
        await using var followed = new FollowedNamespace(space, receiveBuffer: 4096, gate.Task);
        for (var i = 0; i < 60; i++)
        {
            space.Ip($"link add d{i} type bridge");
        }

        for (var i = 0; i < 59; i++)
        {
            space.Ip($"link del d{i}");
        }

        gate.SetResult();

        await followed.Until(() => followed.Monitor.Overruns > 0 && followed["d59"] is not null);
        await followed.Until(() => Enumerable.Range(0, 59).All(i => followed[$"d{i}"] is null));
        (NetlinkMonitor.AllOverruns - before).ShouldBeGreaterThanOrEqualTo(followed.Monitor.Overruns);
    }

    [PrivilegedFact]
    public async Task Veth_peers_in_other_namespaces_are_numbered_and_the_number_resolves()
    {
        using var left = new TestNamespace();
        using var right = new TestNamespace();
        using var unrelated = new TestNamespace();
        left.Ip($"link add v0 type veth peer name v1 netns {right.Name}");
        await using var followedLeft = new FollowedNamespace(left);
        await using var followedRight = new FollowedNamespace(right);

        await followedLeft.Until(() => followedLeft.Complete);
        await followedRight.Until(() => followedRight.Complete);

        var (v0, v1) = (followedLeft["v0"]!.Link, followedRight["v1"]!.Link);
        v0.LowerIndex.ShouldBe(v1.Index);
        using var socket = NetlinkSocket.OpenIn(left.Path, groups: 0);
        PeerNamespaces.NumberOf(socket, right.Path).ShouldBe(v0.LowerNamespaceId.ShouldNotBeNull());
        PeerNamespaces.NumberOf(socket, unrelated.Path).ShouldBeNull();
    }
}
